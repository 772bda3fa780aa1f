"""The configuration of a study of group effects as frozen values: every key, its type, its bounds and its default."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from groupinf.config.load import LoadedConfig
from groupinf.config.registered import FaultBelowError, NamedSection, RegisteredName
from groupinf.config.section import (
    NonNegativeInt,
    Percent,
    PositiveFloat,
    PositiveInt,
    Range,
    Section,
    StudyConfig,
    distinct,
    exclusive,
)
from groupinf.config.sweep_schema import SweepConfig
from groupinf.config.words import found, in_quotes
from groupinf.datasets.registry import DatasetConfig
from groupinf.effects.changes.change import Change
from groupinf.effects.changes.registry import CHANGES
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.effects.methods.influence import INFLUENCE
from groupinf.effects.methods.newton import NEWTON
from groupinf.effects.methods.parameter_influence import PARAMETER_INFLUENCE
from groupinf.effects.methods.registry import METHODS
from groupinf.groups.builders.builder import Builder
from groupinf.groups.builders.registry import BUILDERS
from groupinf.groups.by_value import ColumnNames, Gaps
from groupinf.groups.sizes import Sizes
from groupinf.studies.group_effects.model_section import MODEL, LossName, ModelConfig

EvaluationName = Annotated[str, RegisteredName(EVALUATIONS)]
MethodName = Annotated[str, RegisteredName(METHODS)]

# those of Koh et al. 2019
METHODS_OF_THE_PAPER = (INFLUENCE.name, PARAMETER_INFLUENCE.name, NEWTON.name)


def _key(value: Any) -> str:
    """A key that is a whole number as text."""
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return str(value)
    raise ValueError(f"expected text or a whole number, found {found(value)}{in_quotes(value)}")


def _two_entries(value: Any) -> Any:
    if isinstance(value, (list, tuple)) and len(value) != 2:
        raise ValueError(f"expected [low, high], found a list of {len(value)}")
    return value


class CrossValidation(Range):
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
            raise exclusive(f"{expected}, found both")
        if self.lambda_over_n is None and self.cross_validation is None:
            raise ValueError(f"{expected}, found neither")
        return self


class GroupsConfig(Section):
    """Which groups to draw, in this order; a builder without options may be given by its name alone."""

    sizes: Sizes | None = None
    builders: Annotated[
        tuple[Annotated[Builder, NamedSection(BUILDERS, "builder")], ...], Field(strict=False, min_length=1)
    ]

    @model_validator(mode="after")
    def _sizes_where_needed(self) -> GroupsConfig:
        needing = [b.name for b in self.builders if b.needs_sizes]
        if self.sizes is None and needing:
            raise ValueError(f"expected sizes: {{min: .., max: .., num: ..}}, which {needing[0]} needs")
        return self


class TestPoints(Section):
    """Which test points the effects are measured on."""

    __test__ = False  # not a pytest class

    random: NonNegativeInt | None = None
    highest_loss: NonNegativeInt | None = None
    indices: (
        Annotated[tuple[NonNegativeInt, ...], Field(strict=False, min_length=1), AfterValidator(distinct)] | None
    ) = None
    percentile: Annotated[tuple[Percent, Percent], Field(strict=False), BeforeValidator(_two_entries)] | None = None
    num: PositiveInt | None = None
    all: Literal[True] | None = None
    column: ColumnNames | None = None
    missing: Gaps = None
    keys: (
        Annotated[
            tuple[Annotated[str, BeforeValidator(_key), WithJsonSchema({"type": ["string", "integer"]})], ...],
            Field(strict=False, min_length=1),
            AfterValidator(distinct),
        ]
        | None
    ) = None

    @model_validator(mode="after")
    def _one_way(self) -> TestPoints:
        drawn = self.random is not None or self.highest_loss is not None
        ways = drawn + sum(way is not None for way in (self.indices, self.keys, self.percentile, self.all, self.column))
        expected = "expected one of: random and/or highest_loss; indices; keys; percentile; all; column"
        if ways > 1:
            raise exclusive(f"{expected}; found {ways} of them")
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


class Config(StudyConfig):
    """One study: a dataset, a regularisation, groups, test points, evaluations and methods."""

    dataset: DatasetConfig
    loss: LossName | None = None
    model: Annotated[ModelConfig, MODEL] | None = None
    regularization: Regularization
    change: Annotated[Change, NamedSection(CHANGES, "change")] | None = None
    groups: GroupsConfig
    influence: Influence = Influence()
    block_width: PositiveInt | None = None
    test_points: TestPoints = TestPoints(random=3, highest_loss=3)
    evaluations: (
        Annotated[tuple[EvaluationName, ...], Field(strict=False, min_length=1), AfterValidator(distinct)] | None
    ) = None
    methods: Annotated[tuple[MethodName, ...], Field(strict=False, min_length=1), AfterValidator(distinct)] = (
        METHODS_OF_THE_PAPER
    )

    @model_validator(mode="after")
    def _one_loss(self) -> Config:
        if self.loss is not None and self.model_or_default.loss is not None:
            raise FaultBelowError(("loss",), "expected the loss here or in model, found both; model.loss is enough")
        return self

    @property
    def model_or_default(self) -> ModelConfig:
        """The section, also where it is left out."""
        return self.model or ModelConfig()


# A configuration of this study that knows where it came from.
LoadedStudy = LoadedConfig[Config]


def resolved(loaded: LoadedStudy, task: str) -> dict[str, Any]:
    """``loaded.resolved()``, with the defaults that the task of the data decides."""
    values, folds = loaded.resolved(), loaded.config.regularization.cross_validation
    if folds is not None:
        values["regularization"]["cross_validation"]["score"] = folds.score_for(task)
    return values
