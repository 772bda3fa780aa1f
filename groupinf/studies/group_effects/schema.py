"""The configuration of a study of group effects as frozen values: every key, its type, its bounds and its default."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    WithJsonSchema,
    model_validator,
)

from groupinf.analysis.pairs import ACTUAL
from groupinf.config.column_names import ColumnNames
from groupinf.config.load import LoadedConfig
from groupinf.config.registered import FaultBelowError, NamedSection
from groupinf.config.section import (
    NonNegativeInt,
    Percent,
    PositiveInt,
    Section,
    distinct,
    exclusive,
)
from groupinf.config.words import found, in_quotes
from groupinf.effects.changes.change import Change
from groupinf.effects.changes.registry import CHANGES
from groupinf.effects.evaluations.evaluation import Evaluation
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.effects.methods.influence import Influence
from groupinf.effects.methods.method import Method
from groupinf.effects.methods.newton import Newton
from groupinf.effects.methods.parameter_influence import ParameterInfluence
from groupinf.effects.methods.registry import METHODS
from groupinf.effects.solvers import SolverOptions
from groupinf.groups.builders.builder import Builder
from groupinf.groups.builders.registry import BUILDERS
from groupinf.groups.by_value import Gaps
from groupinf.groups.configured_attributes import AttributesConfig
from groupinf.groups.sizes import Sizes
from groupinf.studies.group_effects.points.section import Points
from groupinf.studies.group_effects.retrain.section import Retrain
from groupinf.studies.group_effects.row_orders import unknown_in, unknown_score
from groupinf.studies.linear.schema import LinearConfig

# what the registry and every manifest call this kind of study
STUDY = "group_effects"

# an entry of ``methods``: the name of a method, or a section with its options
METHOD = NamedSection(METHODS, "method", in_short=True)
# of the test rows: below it an interval of 95 % has no resample outside to either side
FEWEST_RESAMPLES = 40
# those of Koh et al. 2019
METHODS_OF_THE_PAPER = (Influence(), ParameterInfluence(), Newton())


def _key(value: Any) -> str:
    """A key that is a whole number as text."""
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return str(value)
    raise ValueError(f"expected text or a whole number, found {found(value)}{in_quotes(value)}")


def _each_once(evaluations: tuple[Evaluation, ...]) -> tuple[Evaluation, ...]:
    distinct(tuple(evaluation.name for evaluation in evaluations))
    return evaluations


def _two_entries(value: Any) -> Any:
    if isinstance(value, (list, tuple)) and len(value) != 2:
        raise ValueError(f"expected [low, high], found a list of {len(value)}")
    return value


class GroupsConfig(Section):
    """Which groups to draw, in this order; a builder without options may be given by its name alone."""

    sizes: Sizes | None = None
    attributes: AttributesConfig | None = None
    builders: Annotated[
        tuple[Annotated[Builder, NamedSection(BUILDERS, "builder")], ...], Field(strict=False, min_length=1)
    ]

    @model_validator(mode="after")
    def _sizes_where_needed(self) -> GroupsConfig:
        needing = [b.name for b in self.builders if b.wants_sizes]
        if self.sizes is None and needing:
            raise ValueError(f"expected sizes: {{min: .., max: .., num: ..}}, which {needing[0]} needs")
        return self

    @model_validator(mode="after")
    def _known_orders(self) -> GroupsConfig:
        for i, asked in enumerate(b.asked_order for b in self.builders):
            for fault in unknown_in(asked) if asked is not None else ():
                raise FaultBelowError(("builders", i, *fault.key), fault.message)
        for i, score in enumerate(b.asked_score for b in self.builders):
            if score is not None and (unknown := unknown_score(score)) is not None:
                raise FaultBelowError(("builders", i, "by"), unknown)
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
    bootstrap: Annotated[int, Field(ge=FEWEST_RESAMPLES)] | None = None
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
        if self.bootstrap is not None and self.all is None and self.column is None:
            raise ValueError("expected all or column beside bootstrap, whose sums it resamples, found it without them")
        if self.percentile is not None and self.percentile[0] >= self.percentile[1]:
            raise ValueError(f"expected percentile: [low, high] with low < high, found {list(self.percentile)}")
        return self


def _told_apart(methods: tuple[Method, ...]) -> tuple[Method, ...]:
    """The methods, for a validator; each must have a name that neither another one nor the tables use.

    Case alone tells no names apart: files are called so, and not every file system has both.
    """
    for i, method in enumerate(methods):
        name, earlier = method.shown, [before.shown for before in methods[:i]]
        if name in earlier:
            taken = f"expected every entry once, found {name} more than once"
            raise FaultBelowError((i,), f"{taken}; give one a name: {{method: {method.name}, name: ...}}")
        alike = next((before for before in earlier if before.casefold() == name.casefold()), None)
        if alike is not None:
            expected = f"expected a name that differs from {alike} in more than its case, found {name}"
            raise FaultBelowError((i, "name"), f"{expected}: figures are files of that name")
        if name != method.name and (name in METHODS or name == ACTUAL):
            raise FaultBelowError((i, "name"), f"expected a name of its own, found {name}, which tables have already")
    return methods


# what is measured, what predicts it, and what is done to groups, as any configuration that asks for effects says it
Evaluations = Annotated[
    tuple[Annotated[Evaluation, NamedSection(EVALUATIONS, "evaluation", in_short=True)], ...],
    Field(strict=False, min_length=1),
    AfterValidator(_each_once),
]
Methods = Annotated[
    tuple[Annotated[Method, METHOD], ...], Field(strict=False, min_length=1), AfterValidator(_told_apart)
]
ChangeSection = Annotated[Change, NamedSection(CHANGES, "change")]


class Config(LinearConfig):
    """One study: a dataset, a regularisation, groups, test points, evaluations and methods."""

    change: ChangeSection | None = None
    groups: GroupsConfig
    influence: SolverOptions = SolverOptions()
    block_width: PositiveInt | None = None
    test_points: TestPoints = TestPoints(random=3, highest_loss=3)
    evaluations: Evaluations | None = None
    retrain: Retrain = None
    theory: Annotated[bool | None, AfterValidator(lambda value: value or None)] = None
    points: Points = None
    methods: Annotated[Methods, Field(json_schema_extra={"default": [m.name for m in METHODS_OF_THE_PAPER]})] = (
        METHODS_OF_THE_PAPER
    )


# A configuration of this study that knows where it came from.
LoadedStudy = LoadedConfig[Config]
