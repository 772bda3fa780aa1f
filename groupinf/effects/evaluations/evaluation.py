"""What is measured of a model: f(θ), its slope ∇f(θ)·V, and how large its effects are.

f depends on θ through scores that are linear in θ: so each parameter vector is multiplied with the rows once, and
every method reads its effect off the scores.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

import numpy as np

from groupinf.config.section import Problem, Section

if TYPE_CHECKING:
    from scipy import sparse

    from groupinf.effects.context import BlockContext
    from groupinf.effects.test_rows import RowsByColumn, TestRows
    from groupinf.effects.trust import Trust
    from groupinf.numerics.change import Changed, RowChange
    from groupinf.numerics.fit import Fitted
    from groupinf.numerics.losses.loss import Array, Loss, Steepness
    from groupinf.numerics.objective import Rows


# a norm ‖∇f(θ̂)‖, the same for all values of an evaluation or one for each
Norm = float | tuple[float, ...]

TEST_POINT = "test point"
# an exponential and a logarithm to 4 units each, and operations beside them: what a value of one row may be off by
ROUNDINGS = 24.0


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
class RowNumbers:
    """A number for each training row (n,) and each row of the test points (m,)."""

    training: Array
    test: Array


@runtime_checkable
class BoundedPart(Part, Protocol):
    """A share of f that knows its derivatives and its bounds, which the theory asks for."""

    def curvature(self, z: Array, u: Array) -> Array:
        """∂²f/∂z² u at scores z: same shape as u."""

    def in_parameters(self, slopes: Array) -> Array:
        """∇f of each value from ∂f/∂z, of the shape of the scores: (P, T, B)."""

    def sizes(self, power: int) -> Array:
        """Σ c‖x‖^``power`` over the rows of each value, c the row's weight in f: (T, B) or (T, 1)."""

    def sums(self, per_row: Array) -> Array:
        """Σ c v over the rows of each value, of one number v for each row and model: (m, B) or (m, 1) -> (T, B)."""

    def per_row(self, numbers: RowNumbers, scale: Array) -> Array:
        """Each row's own of the numbers times its model's ``scale`` (B,): (m, B), or (m, 1) where a row is in one model
        alone. Infinite where a value is read off no row.
        """

    def off(self, theta: Array, sizes: RowNumbers, error: Array) -> Array:
        """At most how far rounding moves each score at θ (P, B), where it moves those of rows of ‖x/m‖ = 1 by ``error``
        (B,); ``sizes`` has the ‖x/m‖. Shaped as ``per_row``.
        """

    def steepness(self) -> Steepness | None:
        """How steep f is in a row's scores at most; None where it has no derivative."""

    def between(self, z: Array, moved: Array) -> tuple[Array, Array]:
        """The least and the largest f where no two scores of a row move apart, or its only one moves, by more than
        ``moved``, as ``per_row``, the rounding of f included: (T, B) twice.
        """


@runtime_checkable
class JumpingPart(Part, Protocol):
    """Some rows' share of what jumps where a score crosses a boundary: its gradient is 0, or that of something smooth
    in its place.
    """

    def undecided(self, z: Array, off: Array) -> Array:
        """How much f, such as a number of rows, may be off at scores z (m, K', B or 1), each of which may be ``off`` by
        so much, (m, K', B): (T, B).
        """


@dataclass(frozen=True)
class AtFit:
    """Of a value the ``measure`` that it is by, only values of which are in one unit, and f(θ̂) where it is a signed
    ``difference``, whose size is a gap.
    """

    measure: str
    difference: float | None


@dataclass(frozen=True)
class Measure:
    """A quantity of a block, with what each of its T values is of: a row of the test set, or a negative number."""

    evaluation: Quantity
    labels: tuple[int, ...]
    parts: tuple[Part, ...]

    @property
    def jumps(self) -> bool:
        """Whether effects that are read off exactly have errors that are counted."""
        return any(isinstance(part, JumpingPart) for part in self.parts)


@dataclass(frozen=True)
class Scale:
    """How large an evaluation's effects are: its largest influence over all groups, and the largest ‖∇f(θ̂)‖ in H⁻¹
    over its values, or that of each value; None where f is another for each group.
    """

    largest: float
    gradient_norm: Norm | None


@dataclass(frozen=True)
class ParameterNames:
    """What a model's parameters are called: by features, and by classes where each has scores of its own; whether
    there is an intercept; and what is called by columns, the rows of the ``test`` set, where these are at hand.
    """

    features: tuple[str, ...]
    classes: tuple[str, ...]
    intercept: bool = True
    test: RowsByColumn | None = None


class Quantity(ABC):
    """f(θ) with T values for models of one shape: what the blocks of a study measure.

    ``differentiable`` says whether ∇f says anything; where it does not, effects are read off exactly alone. Measures
    whose parts jump have errors that are counted (``effects/jumps.py``).
    """

    __test__: ClassVar[bool] = False  # no pytest class, even where the name of one begins with Test

    name: ClassVar[str]
    differentiable: ClassVar[bool] = True

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
    def gradient_norms(self, norms: Mapping[str, Norm], at: BlockContext) -> Array:
        """The largest ‖∇f(θ̂)‖ in H⁻¹ for each group of a block, (B,), or that of each value, (T, B); ``norms`` has
        those of evaluations whose f is the same for every group.
        """

    def rows_besides(self) -> Rows:
        """Numbers of the rows of the test set that it is measured on besides the test points: none."""
        return np.empty(0, dtype=np.int64)

    def notes(self, fitted: Fitted, test: TestRows) -> tuple[str, ...]:
        """What readers should know of f(θ̂)."""
        return ()

    def at_fit(self, fitted: Fitted, test: TestRows) -> Mapping[int, AtFit]:
        """What readers of values with names need to know of each, by its label: nothing."""
        return {}

    def rounding(self, trust: Trust, of_fit: Trust, norms: Array) -> Array:
        """How far rounding usually moves what f is read off, with ``norms`` the ``gradient_norms``: (B,) or (T, B)."""
        return trust.score_error


class Evaluation(Section, ABC):
    """One evaluation with its options, which are its fields, as it stands in ``evaluations``.

    A case has, besides a field ``evaluation`` whose one value is its name: ``label``, which heads a table, ``in_text``,
    which stands inside a sentence, and ``short``, for a narrow column. ``measured_on`` is what it is measured on if it
    has a single value, and not on a test point; else ``each`` is what sentences call that which a value is of.
    ``defined_for`` says, where it is not defined for every loss, for what it is. ``better`` is 1 where the model is the
    better the larger the value, −1 where the smaller, 0 where a value is neither good nor bad. ``names_say_all`` is of
    one whose values have names that say what it is, too.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    in_text: ClassVar[str]
    short: ClassVar[str]
    measured_on: ClassVar[str | None]
    each: ClassVar[str] = TEST_POINT
    defined_for: ClassVar[str] = "every loss"
    better: ClassVar[int] = 0
    names_say_all: ClassVar[bool] = False
    differentiable: ClassVar[bool] = True

    @classmethod
    def on_test_points(cls) -> bool:
        """Whether it has a value for each test point."""
        return cls.measured_on is None and cls.each == TEST_POINT

    @classmethod
    def is_defined(cls, loss: Loss) -> bool:
        """Whether it is defined for models of this loss."""
        return True

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the test rows by whose values it tells them apart."""
        return ()

    @property
    def needs_labels(self) -> bool:
        """Whether it depends on the labels of test rows."""
        return self.on_test_points()

    @classmethod
    def unit(cls, loss: Loss, classes: Sequence[str]) -> str:
        """In what it is stated, where it is no loss and the loss's ``units`` do not say; empty elsewhere."""
        return ""

    def check(self, names: ParameterNames) -> Problem | None:
        """What would go wrong with a model whose parameters are called so; None where nothing does."""
        return None

    def value_names(self, names: ParameterNames) -> Mapping[int, str]:
        """What its values are called, by their labels, where these are those of no test points."""
        return {}

    @abstractmethod
    def quantity(self, names: ParameterNames) -> Quantity:
        """What it measures of models whose parameters are called so."""


class WithoutOptions(Evaluation, Quantity):
    """An evaluation that is the same quantity for every model."""

    name: ClassVar[str]
    differentiable: ClassVar[bool] = True

    def quantity(self, names: ParameterNames) -> Quantity:
        """Itself."""
        return self


def widened(low: Array, high: Array, z: Array) -> tuple[Array, Array]:
    """Bounds of each row's f moved apart by its rounding, a few units of f and of its scores z (m, K', B)."""
    from groupinf.numerics.rounding import UNIT

    largest = np.abs(z).max(axis=1)
    units = UNIT * (ROUNDINGS + 2.0 * z.shape[1])
    return low - units * (np.abs(low) + largest + 2.0), high + units * (np.abs(high) + largest + 2.0)


def measures_of(evaluations: Sequence[Quantity], test: TestRows, block: Changed) -> tuple[Measure, ...]:
    """Those of the evaluations, in that order."""
    return tuple(measure for evaluation in evaluations for measure in evaluation.measures(test, block))


def rounding_of(
    measures: Sequence[Measure], norms: Mapping[str, Norm], at: BlockContext, trust: Trust, of_fit: Trust
) -> Array:
    """How far rounding usually moves what each value is read off: (T, B)."""
    moved = []
    for measure in measures:
        of = measure.evaluation
        per_value = of.rounding(trust, of_fit, of.gradient_norms(norms, at))
        moved.append(np.broadcast_to(per_value, (len(measure.labels), trust.score_error.size)))
    return np.concatenate(moved)
