"""What is measured of a model: f(θ), its slope ∇f(θ)·V, and how large its effects are.

f depends on θ through scores that are linear in θ: so each parameter vector is multiplied with the rows once, and
every method reads its effect off the scores.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from scipy import sparse

from groupinf.effects.context import BlockContext
from groupinf.effects.test_rows import TestRows
from groupinf.numerics.change import Changed, RowChange
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array, Loss


class Part(Protocol):
    """Some rows' share of f for B models (columns): T values, which add up over the parts of a measure."""

    def scores(self, V: Array) -> Array:
        """XV for the part's rows: V (P, B), or (P, 1) for one model that serves all."""

    def values(self, z: Array) -> Array:
        """f at scores z: (T, B)."""

    def gradient(self, z: Array) -> Array:
        """∂f/∂z at scores z, which are not changed: same shape."""

    def total(self, per_score: Array) -> Array:
        """What numbers of the shape of the scores add up to for each value of f: (T, B)."""


@dataclass(frozen=True)
class Measure:
    """An evaluation of a block, with what each of its T values is of: a row of the test set, or a negative number."""

    evaluation: Evaluation
    labels: tuple[int, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Scale:
    """How large an evaluation's effects are: its largest influence over all groups, and the largest ‖∇f(θ̂)‖ in H⁻¹
    over its values, None where f is another for each group.
    """

    largest: float
    gradient_norm: float | None


class Evaluation(ABC):
    """An evaluation by name. ``label`` heads a table, ``in_text`` stands inside a sentence, ``short`` in a narrow
    column.

    ``measured_on`` is what it is measured on if not on test points. ``defined_for`` says, where it is not defined for
    every loss, for what it is.
    """

    __test__: ClassVar[bool] = False  # no pytest class, even where the name of one begins with Test

    name: ClassVar[str]
    label: ClassVar[str]
    in_text: ClassVar[str]
    short: ClassVar[str]
    measured_on: ClassVar[str | None]
    defined_for: ClassVar[str] = "every loss"

    @property
    def on_test_points(self) -> bool:
        """Whether it has a value for each test point."""
        return self.measured_on is None

    def is_defined(self, loss: Loss) -> bool:
        """Whether it is defined for models of this loss."""
        return True

    def unit(self, loss: Loss, classes: Sequence[str]) -> str:
        """In what it is stated, where it is no loss and the loss's ``units`` do not say; empty elsewhere."""
        return ""

    @abstractmethod
    def labels(self, test_points: Sequence[int]) -> tuple[int, ...]:
        """What tables call its values, (T,), in their order, where ``test_points`` are the labels of these."""

    @abstractmethod
    def measures(self, test: TestRows, block: Changed) -> tuple[Measure, ...]:
        """f for each group of a block, as one measure or several whose values follow each other."""

    @abstractmethod
    def scale(self, fitted: Fitted, change: RowChange, test: TestRows, groups: sparse.csr_array) -> Scale:
        """How large the effects of changing ``groups`` (G, n), 1 where a row is in a group, are at θ̂."""

    @abstractmethod
    def gradient_norms(self, norms: Mapping[str, float], at: BlockContext) -> Array:
        """The largest ‖∇f(θ̂)‖ in H⁻¹ for each group of a block, (B,); ``norms`` has those of evaluations whose f is the
        same for every group.
        """


def measures_of(evaluations: Sequence[Evaluation], test: TestRows, block: Changed) -> tuple[Measure, ...]:
    """Those of the evaluations, in that order."""
    return tuple(measure for evaluation in evaluations for measure in evaluation.measures(test, block))
