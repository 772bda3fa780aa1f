"""The configuration as frozen values: every key, its type, its bounds and its default."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from groupinf.config.dataset_schema import DATASETS as DATASETS
from groupinf.config.dataset_schema import CsvDataset as CsvDataset
from groupinf.config.dataset_schema import DatasetConfig as DatasetConfig
from groupinf.config.dataset_schema import LibsvmDataset as LibsvmDataset
from groupinf.config.dataset_schema import NamedDataset as NamedDataset
from groupinf.config.dataset_schema import NpzDataset as NpzDataset
from groupinf.config.dataset_schema import ParquetDataset as ParquetDataset
from groupinf.config.section import NonNegativeInt, Percent, PositiveFloat, PositiveInt, Section, Share
from groupinf.config.sweep_schema import SweepConfig as SweepConfig

Evaluation = Literal["test_prediction", "test_loss", "self_loss"]
Method = Literal["influence", "parameter_influence", "newton"]

# The type of an error that says: these keys exclude each other.
ALTERNATIVES = "alternatives"

_Entry = TypeVar("_Entry", bound=Hashable)


def _distinct(values: tuple[_Entry, ...]) -> tuple[_Entry, ...]:
    twice = next((v for v, times in Counter(values).items() if times > 1), None)
    if twice is not None:
        raise ValueError(f"expected every entry once, found {twice} more than once")
    return values


def _as_texts(value: Any) -> Any:
    """Keys that are whole numbers as text."""
    if not isinstance(value, (list, tuple)):
        return value
    return [str(entry) if isinstance(entry, int) and not isinstance(entry, bool) else entry for entry in value]


def _one_line(name: str) -> str:
    if not name.isprintable() or not any(c.isalnum() for c in name):
        raise ValueError(f"expected a name on one line with a letter or digit in it, found {name!r}")
    return name


def _two_entries(value: Any) -> Any:
    if isinstance(value, (list, tuple)) and len(value) != 2:
        raise ValueError(f"expected [low, high], found a list of {len(value)}")
    return value


def _one_or_several(value: Any) -> Any:
    """The name of a column, or a list of distinct ones; a list of one is that one."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list | tuple):
        raise ValueError(f"expected text, found {value!r}; the names of several columns are a list of texts")
    if not value or not all(isinstance(name, str) for name in value):
        raise ValueError(f"expected the name of a column, or a list of names, each a text, found {list(value)!r}")
    names = _distinct(tuple(value))
    return names[0] if len(names) == 1 else names


ColumnNames = Annotated[str | Annotated[tuple[str, ...], Field(min_length=1)], BeforeValidator(_one_or_several)]
# What becomes of rows without a value; spelled out or left out, the default is the same configuration.
Gaps = Annotated[
    Literal["leave_out", "group"] | None, AfterValidator(lambda value: None if value == "leave_out" else value)
]


class _Range(Section):
    min: PositiveFloat
    max: PositiveFloat

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"expected min <= max, found min {self.min:g} and max {self.max:g}")
        return self


class CrossValidation(_Range):
    """λ/n by cross-validation: ``num`` values log-spaced from ``min`` to ``max``; best mean score, first of ties."""

    num: PositiveInt
    folds: Annotated[int, Field(ge=2)] = 5
    shuffle: bool = False
    score: Literal["accuracy", "f1", "log_loss"] | None = None
    stratified: Annotated[bool | None, AfterValidator(lambda value: value or None)] = None

    def score_for(self, task: str) -> Literal["accuracy", "f1", "log_loss"]:
        """The configured score; where the key is left out, accuracy, and log_loss for regression."""
        return self.score or ("log_loss" if task == "regression" else "accuracy")


class Regularization(Section):
    """λ/n itself, or how to choose it: exactly one of the two; and the values that a sweep goes through."""

    lambda_over_n: PositiveFloat | None = None
    cross_validation: CrossValidation | None = None
    sweep: SweepConfig | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Regularization:
        expected = "expected either lambda_over_n or cross_validation"
        if self.lambda_over_n is not None and self.cross_validation is not None:
            raise PydanticCustomError(ALTERNATIVES, f"{expected}, found both")
        if self.lambda_over_n is None and self.cross_validation is None:
            raise ValueError(f"{expected}, found neither")
        return self


class Sizes(_Range):
    """``num`` group sizes linearly spaced between int(min·n) and int(max·n), rounded down."""

    min: Share
    max: Share
    num: PositiveInt


class SharedFeature(Section):
    """Points closest to a random point in a random feature's value."""

    builder: Literal["shared_feature"] = "shared_feature"


class _Clusters(Section):
    k: Annotated[
        tuple[Annotated[int, Field(ge=2)], ...], Field(strict=False, min_length=1), AfterValidator(_distinct)
    ] = (4, 8, 16, 32, 64, 128)
    hierarchical: bool = True


class FeatureClusters(_Clusters):
    """Points of one cluster of the features."""

    builder: Literal["feature_clusters"] = "feature_clusters"


class GradientClusters(_Clusters):
    """Points of one cluster of the per-point loss gradients."""

    builder: Literal["gradient_clusters"] = "gradient_clusters"


class RandomWithinClass(Section):
    """Random points of one class."""

    builder: Literal["random_within_class"] = "random_within_class"


class Random(Section):
    """Random points."""

    builder: Literal["random"] = "random"


class InfluenceTails(Section):
    """Points with the largest and the smallest influence on each test point's loss."""

    builder: Literal["influence_tails"] = "influence_tails"


class GroupFile(Section):
    """A user's own groups: a CSV file with columns group, index or key, and optionally kind."""

    builder: Literal["file"] = "file"
    path: str


class Column(Section):
    """One group for each value of a column of the data, or for each combination of the values of several."""

    builder: Literal["column"] = "column"
    column: ColumnNames
    min_size: PositiveInt = 1
    missing: Gaps = None


BUILDERS: dict[str, type[Section]] = {
    "shared_feature": SharedFeature,
    "feature_clusters": FeatureClusters,
    "gradient_clusters": GradientClusters,
    "random_within_class": RandomWithinClass,
    "random": Random,
    "influence_tails": InfluenceTails,
    "file": GroupFile,
    "column": Column,
}

Builder = Annotated[
    SharedFeature
    | FeatureClusters
    | GradientClusters
    | RandomWithinClass
    | Random
    | InfluenceTails
    | GroupFile
    | Column,
    Field(discriminator="builder"),
]

SIZELESS = ("file", "column")

# What a union's tag stands for: the two unions of the schema, dataset and builders, share no tag.
TAGS = DATASETS | BUILDERS


def spell_out_builders(groups: Any) -> Any:
    """``{builders: [random]}`` as ``{builders: [{builder: random}]}``; anything else as it is."""
    if isinstance(groups, dict) and isinstance(groups.get("builders"), (list, tuple)):
        return {**groups, "builders": [{"builder": b} if isinstance(b, str) else b for b in groups["builders"]]}
    return groups


def _names_in_json_schema(field: dict[str, Any]) -> None:
    alone = [name for name, model in BUILDERS.items() if not any(f.is_required() for f in model.model_fields.values())]
    field["items"] = {"anyOf": [{"enum": alone}, {**field["items"], "required": ["builder"]}]}


class GroupsConfig(Section):
    """Which groups to draw, in this order; a builder without options may be given by its name alone."""

    sizes: Sizes | None = None
    builders: Annotated[tuple[Builder, ...], Field(strict=False, min_length=1, json_schema_extra=_names_in_json_schema)]

    @model_validator(mode="before")
    @classmethod
    def _names_are_builders(cls, value: Any) -> Any:
        return spell_out_builders(value)

    @model_validator(mode="after")
    def _sizes_where_needed(self) -> GroupsConfig:
        needing = [b.builder for b in self.builders if b.builder not in SIZELESS]
        if self.sizes is None and needing:
            raise ValueError(f"expected sizes: {{min: .., max: .., num: ..}}, which {needing[0]} needs")
        return self


class TestPoints(Section):
    """Which test points the effects are measured on."""

    __test__ = False  # not a pytest class

    random: NonNegativeInt | None = None
    highest_loss: NonNegativeInt | None = None
    indices: (
        Annotated[tuple[NonNegativeInt, ...], Field(strict=False, min_length=1), AfterValidator(_distinct)] | None
    ) = None
    percentile: Annotated[tuple[Percent, Percent], Field(strict=False), BeforeValidator(_two_entries)] | None = None
    num: PositiveInt | None = None
    all: Literal[True] | None = None
    column: ColumnNames | None = None
    missing: Gaps = None
    keys: (
        Annotated[
            tuple[str, ...], Field(strict=False, min_length=1), BeforeValidator(_as_texts), AfterValidator(_distinct)
        ]
        | None
    ) = None

    @model_validator(mode="after")
    def _one_way(self) -> TestPoints:
        drawn = self.random is not None or self.highest_loss is not None
        ways = drawn + sum(way is not None for way in (self.indices, self.keys, self.percentile, self.all, self.column))
        expected = "expected one of: random and/or highest_loss; indices; keys; percentile; all; column"
        if ways > 1:
            raise PydanticCustomError(ALTERNATIVES, f"{expected}; found {ways} of them")
        if ways == 0:
            raise ValueError(f"{expected}; found none")
        if drawn and (self.random or 0) + (self.highest_loss or 0) == 0:
            raise ValueError("expected at least one test point, found random 0 and highest_loss 0")
        if self.num is not None and self.percentile is None:
            raise ValueError("expected percentile: [low, high] beside num, found num without it")
        if self.missing is not None and self.column is None:
            raise ValueError("expected column beside missing, found missing without it")
        if self.percentile is not None and self.percentile[0] >= self.percentile[1]:
            raise ValueError(f"expected percentile: [low, high] with low < high, found {list(self.percentile)}")
        return self


_SOLVER_OF = {"tolerance": "cg", **dict.fromkeys(("depth", "repeats", "scale", "batch_size"), "lissa")}


class Influence(Section):
    """How H⁻¹ is applied for the influence: a factor where it fits, else by conjugate gradients, or LiSSA.

    An option that its solver alone heeds may be spelled out with the others, but only with its default.
    """

    solver: Literal["cholesky", "cg", "lissa"] | None = None
    tolerance: PositiveFloat = 1e-10
    depth: PositiveInt = 5000
    repeats: PositiveInt = 10
    scale: PositiveFloat = 10.0
    batch_size: PositiveInt = 16

    @field_validator(*_SOLVER_OF)
    @classmethod
    def _heeded(cls, value: Any, info: ValidationInfo) -> Any:
        name = str(info.field_name)
        if "solver" not in info.data or value == cls.model_fields[name].default:
            return value
        solver, needed = info.data["solver"], _SOLVER_OF[name]
        if solver != needed:
            found = "no solver" if solver is None else f"solver: {solver}"
            raise ValueError(f"expected {name} only with solver: {needed}, found {found}")
        return value


class Config(Section):
    """One study: a dataset, a regularisation, groups, test points, evaluations and methods."""

    name: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_one_line)]
    seed: NonNegativeInt = 0
    dataset: DatasetConfig
    regularization: Regularization
    groups: GroupsConfig
    influence: Influence = Influence()
    test_points: TestPoints = TestPoints(random=3, highest_loss=3)
    evaluations: (
        Annotated[tuple[Evaluation, ...], Field(strict=False, min_length=1), AfterValidator(_distinct)] | None
    ) = None
    methods: Annotated[tuple[Method, ...], Field(strict=False, min_length=1), AfterValidator(_distinct)] = (
        "influence",
        "parameter_influence",
        "newton",
    )
