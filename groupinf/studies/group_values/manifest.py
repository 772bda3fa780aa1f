"""What a run of group values says of itself beside what every run of a linear model says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from groupinf.config.registered import NamedSection
from groupinf.datasets.choice.left import RowsLeft
from groupinf.datasets.column_use import ColumnUse
from groupinf.effects.evaluations.evaluation import Norm
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.studies.group_effects.manifest import EngineUsed, NamedValue, TestKey, TestSet
from groupinf.studies.group_values.semivalues.registry import SEMIVALUES
from groupinf.studies.group_values.semivalues.semivalue import Semivalue
from groupinf.studies.linear.manifest import FitCertificate, LinearManifest, ScoredValue
from groupinf.wording import listed, number


def orientation(evaluation: str) -> int:
    """The sign by which f is credit: 1 where the model is the better the larger f, or f is neither, −1 where the
    smaller.
    """
    return EVALUATIONS[evaluation].better or 1


@dataclass(frozen=True, kw_only=True)
class GroupValuesManifest(LinearManifest):
    """A run of group values.

    The worth of ``n_coalitions`` different coalitions of ``n_groups`` groups is shared out as ``values`` says; of these
    ``units`` were retrained, and ``no_optimum`` have no model of their own. Of the rows that count, ``n_ungrouped`` are
    in no group, ``n_shared`` in several. ``exact`` says whether every coalition that
    counts was taken; else ``drawn`` were. ``train_loss`` and ``test_loss`` are means of the fit to all rows, accuracies
    only of classes. λ = ``lam`` = ``lam_over_n``·n of all models. The rest is as in a run of group effects.
    """

    unit: str = "coalition"
    values: Annotated[Semivalue, NamedSection(SEMIVALUES, "by")]
    columns: tuple[ColumnUse, ...] = ()
    rows_left: tuple[RowsLeft, ...] = ()
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
    scales: Mapping[str, float]
    gradient_norms: Mapping[str, Norm]
    mean_removed: float
    n_groups: int
    n_ungrouped: int
    n_shared: int
    n_coalitions: int
    drawn: int
    exact: bool
    no_optimum: int
    engine: EngineUsed

    def __post_init__(self) -> None:
        """Raises UnknownNameError where a case that is named is not registered: nothing could be said of it."""
        super().__post_init__()
        for evaluation in self.evaluations:
            EVALUATIONS[evaluation]

    def labels(self, evaluation: str) -> tuple[int, ...]:
        """What the column test_point calls the values of an evaluation, in their order."""
        named = tuple(value.test_point for value in self.named_values if value.evaluation == evaluation)
        return named or self.test_points

    @property
    def measures(self) -> tuple[tuple[str, int], ...]:
        """Every (evaluation, test point), in the order of the tables."""
        return tuple((name, point) for name in self.evaluations for point in self.labels(name))

    @property
    def names(self) -> dict[int, str]:
        """Names of sets of test rows, row keys of single ones, and names of what is on no test point."""
        known: tuple[TestSet | TestKey | NamedValue, ...] = (*self.test_sets, *self.test_keys, *self.named_values)
        return {entry.test_point: entry.name for entry in known}

    @property
    def convention(self) -> str:
        """What is minimised, what is shared out, and which sign credit has, in a few sentences."""
        losses = f"; {self.losses}" if self.losses else ""
        return (
            f"Loss summed over rows plus (λ/2)‖weights‖² with λ = {number(self.lam, 6)} (λ/n = "
            f"{number(self.lam_over_n, 6)}), {self.intercept.in_text}, λ kept whatever the coalition{losses}; "
            f"{(self.model.measured or self.loss).units}. {self._signs}"
        )

    @property
    def _signs(self) -> str:
        by_sign = {
            sign: listed(EVALUATIONS[name].in_text for name in self.evaluations if orientation(name) == sign)
            for sign in (-1, 1)
        }
        worth = [f"v = {'−' if sign < 0 else ''}f for {names}" for sign, names in by_sign.items() if names]
        does = {-1: "lowers", 1: "raises"}
        means = [f"{does[sign]} the {names}" for sign, names in by_sign.items() if names]
        return f"Worth of a coalition: {', '.join(worth)}; a group with a positive share {' and '.join(means)}."
