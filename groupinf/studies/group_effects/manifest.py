"""What a run of group effects, and a sweep of such runs over λ/n, say of themselves beside what every study says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from groupinf.config.registered import NamedSection
from groupinf.datasets.choice.left import RowsLeft, TargetScale
from groupinf.datasets.column_use import ColumnUse
from groupinf.effects.changes.change import Change
from groupinf.effects.changes.registry import CHANGES, REMOVE
from groupinf.effects.evaluations.evaluation import Norm
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.effects.methods.method import Method, Readout
from groupinf.effects.methods.registry import METHODS
from groupinf.effects.solvers import SOLVERS, Solver, SolverOptions
from groupinf.studies.group_effects.convention import Convention
from groupinf.studies.group_effects.retrain.section import Retrain
from groupinf.studies.linear.manifest import (
    FitCertificate,
    LambdaSweepManifest,
    LinearManifest,
    LossUsed,
    ScoredValue,
)
from groupinf.test_point_labels import OWN_GROUP
from groupinf.theory.screening.registry import RETRAINED

# of the units, where the target is standardised
STANDARDISED_TARGET = "y in standard deviations of the training rows"


@dataclass(frozen=True)
class TestSet:
    """A set of ``rows`` test rows, whose effects are summed, by its number in the column test_point."""

    __test__: ClassVar[bool] = False  # not a pytest class

    test_point: int
    name: str
    rows: int


@dataclass(frozen=True)
class TestKey:
    """The row key of a single test point."""

    __test__: ClassVar[bool] = False

    test_point: int
    name: str


@dataclass(frozen=True)
class NamedValue:
    """A value of an evaluation that is on no test point, by its number in the column test_point.

    Only values of one ``measure`` are in one unit, where it is not empty. A signed ``difference``, whose size is a gap,
    has its value at θ̂.
    """

    evaluation: str
    test_point: int
    name: str
    measure: str = ""
    difference: float | None = None


@dataclass(frozen=True)
class Skipped:
    """A group that is not retrained, and why."""

    group: int
    name: str
    reason: str


@dataclass(frozen=True)
class EngineUsed:
    """How linear systems are solved, by the names that the solvers have of themselves.

    ``hessian`` solves with H, ``influence`` with H for the influence, ``reduced`` with H − H(w); ``preconditioner`` is
    that of retraining.
    """

    hessian: str
    influence: str
    reduced: str
    preconditioner: str


@dataclass(frozen=True)
class MethodUsed:
    """A method with options or a name of its own: what tables call it, what it is, what it is told."""

    name: str
    method: str
    options: Mapping[str, str | int | float]


@dataclass(frozen=True)
class Evaluated:
    """The run whose retrained parameters were read, and the hash of its identity."""

    run: str
    identity: str


@dataclass(frozen=True, kw_only=True)
class GroupEffectsManifest(LinearManifest):
    """A run of group effects.

    The data: ``n`` training rows, ``d`` features, ``n_test`` test rows, ``n_pool`` rows that are in neither,
    ``columns`` of a table of the user's own; ``rows_left`` by each step of a choice of rows, ``target_scale`` of a
    standardised target. The fit: λ = ``lam`` = ``lam_over_n``·n, accuracies only of classes. ``change`` is what is done
    to a group. ``linearised`` and ``measured`` are losses where they are other than the fitted one; mean losses are of
    the one that is measured. What is measured: ``test_points`` as the tables number them, chosen by their losses at the
    fit of ``drawn_at_lam_over_n``; ``scales`` are the largest effects on each evaluation that the derivatives of the
    fitted loss predict, ``gradient_norms`` the largest ‖∇f‖ in H⁻¹, or that of each value; ``named_values`` are those
    that are on no test point, in the order of tables. ``notes_on_groups`` are those of ``notes`` that came with the
    groups. ``methods`` are by what tables call them; those that are more than a name in the configuration are told in
    ``methods_with_options`` too. ``retrain`` is what was asked to be retrained, None where it was all; ``levels`` count
    the groups whose intervals ended at each level; ``thresholds`` are what the effects of groups that matter reach on
    each value of ``retrain.by``, in the sense of its side, None where nothing is proven to be less.
    """

    unit: str = "group"
    change: Annotated[Change, NamedSection(CHANGES, "change")] = REMOVE
    columns: tuple[ColumnUse, ...] = ()
    rows_left: tuple[RowsLeft, ...] = ()
    target_scale: TargetScale | None = None
    seed: int
    lam: float
    lam_over_n: float
    cross_validation: tuple[ScoredValue, ...] | None
    train_accuracy: float | None
    test_accuracy: float | None
    train_loss: float
    test_loss: float
    fit: FitCertificate
    test_points: tuple[int, ...]
    test_sets: tuple[TestSet, ...] = ()
    test_keys: tuple[TestKey, ...] = ()
    named_values: tuple[NamedValue, ...] = ()
    evaluations: tuple[str, ...]
    methods: tuple[str, ...]
    methods_with_options: tuple[MethodUsed, ...] = ()
    scales: Mapping[str, float]
    gradient_norms: Mapping[str, Norm]
    n_groups: int
    skipped: tuple[Skipped, ...]
    notes_on_groups: tuple[str, ...]
    engine: EngineUsed
    drawn_at_lam_over_n: float
    evaluated: Evaluated | None = None
    retrain: Retrain = None
    levels: Mapping[str, int] = field(default_factory=dict)
    thresholds: tuple[float | None, ...] = ()
    agreement_interval: str = ""

    def labels(self, evaluation: str) -> tuple[int, ...]:
        """What the column test_point calls the values of an evaluation, in their order."""
        named = tuple(value.test_point for value in self.named_values if value.evaluation == evaluation)
        of = EVALUATIONS[evaluation]
        return named or (self.test_points if of.on_test_points() else (OWN_GROUP,))

    def __post_init__(self) -> None:
        """Raises UnknownNameError where a case that is named is not registered: nothing could be said of it."""
        super().__post_init__()
        for evaluation in self.evaluations:
            EVALUATIONS[evaluation]
        for method in self.methods:
            self.case(method)

    @property
    def n_retrained(self) -> int:
        """Groups that were retrained: all that are not skipped, unless others were asked for."""
        return self.units if self.retrain is None else self.levels.get(RETRAINED, 0)

    def readout(self, method: str) -> Readout:
        """How the method that tables call ``method`` is read out."""
        return self.case(method).readout

    def case(self, method: str) -> type[Method]:
        """What the method that tables call ``method`` is."""
        named = {used.name: used.method for used in self.methods_with_options}
        return METHODS[named.get(method, method)]

    def solver(self, method: str) -> Solver | None:
        """The solver that a key of the configuration tunes for the method; None where it has none, or a factor."""
        if not issubclass(self.case(method), SolverOptions):
            return None
        own = {used.name: used.options.get("solver") for used in self.methods_with_options}
        name = own.get(method) or self.engine.influence
        return SOLVERS[str(name)] if name in SOLVERS and SOLVERS[str(name)].heeds else None

    @property
    def accuracies(self) -> tuple[float, float] | None:
        """Shares of training and test rows whose class is predicted; None of regression."""
        if self.train_accuracy is None or self.test_accuracy is None:
            return None
        return self.train_accuracy, self.test_accuracy

    @property
    def convention(self) -> Convention:
        """The convention that all effects follow."""
        scaled = "" if self.target_scale is None else f", {STANDARDISED_TARGET}"
        units = f"{(self.model.measured or self.loss).units}{scaled}"
        return Convention(self.lam, self.lam_over_n, self.task, units, self.change, self.intercept, self.losses)

    @property
    def linearised_in_text(self) -> str:
        """The loss whose derivatives predictions are made with, with all its options."""
        return (self.linearised or LossUsed(self.loss_name, self.loss_options)).in_text

    @property
    def measured_in_text(self) -> str:
        """The loss that losses are of."""
        return (self.measured or LossUsed(self.loss_name)).in_text


@dataclass(frozen=True, kw_only=True)
class GroupSweepManifest(LambdaSweepManifest):
    """A sweep over λ/n of group effects; its groups were drawn at ``drawn_at_lam_over_n``, by ``reference_run``.

    Both are None where every run draws its own.
    """

    redraw: bool
    drawn_at_lam_over_n: float | None
    reference_run: str | None
