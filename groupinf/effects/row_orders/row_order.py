"""What a row order is: training rows, the one first whose removal is predicted to move a target farthest."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol, runtime_checkable

import numpy as np

from groupinf.config.section import Section
from groupinf.errors import ConvergenceError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from groupinf.numerics.approximate_leave_one_out import ChangedEach
    from groupinf.numerics.fit import Fitted
    from groupinf.numerics.losses.loss import Array
    from groupinf.numerics.objective import Objective, Rows


# which way the target is to move
Side = Literal["rise", "fall"]
SIDES: tuple[Side, ...] = ("rise", "fall")
SIGNS: dict[Side, float] = {"rise": 1.0, "fall": -1.0}
# multiplications for the blocks X_iH⁻¹X_iᵀ of all rows beyond which no Newton steps are taken: some minutes on one core
MOST_WORK = 1e13
# rows whose steps are held at a time
SOLVED_TOGETHER = 512


class Target(Protocol):
    """A number f that rows are to move."""

    def value(self, fitted: Fitted) -> float:
        """f of this fit."""

    def slopes(self, fitted: Fitted) -> Array:
        """∇f(θ̂) of this fit: (P,)."""

    def direct(self, fitted: Fitted) -> Array:
        """How f changes where a row is left out and θ stays: (n,). 0 unless f sees the training rows themselves."""


@runtime_checkable
class ReadExactly(Target, Protocol):
    """A target that depends on θ alone and is cheap to tell of many θ."""

    def moved(self, fitted: Fitted, steps: Array) -> Array:
        """f(θ̂ + Δ) − f(θ̂) of each step Δ (P, B): (B,)."""


class RowOrder(Section, ABC):
    """In which order training rows are removed, with its options, which are its fields.

    A case has a field ``row_order`` whose one value is its name. In sentences it is ``in_text`` ("by influence"), in
    legends its ``label``; ``equation`` is what a row is predicted to do, ``source`` where that was proposed. ``refits``
    says whether it minimises the objective anew, which it cannot where another loss is linearised than is fitted.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    in_text: ClassVar[str]
    equation: ClassVar[str]
    source: ClassVar[str]
    refits: ClassVar[bool] = False

    @property
    def told(self) -> str:
        """What it is in words, with its options."""
        return self.in_text

    @abstractmethod
    def order(self, fitted: Fitted, target: Target, side: Side, most: int) -> Rows:
        """At most so many rows, the one first whose removal is predicted to make the target rise, or fall, most.

        Of equal rows the lower one comes first. A row is passed over where nothing, or with a free intercept no row of
        its class, would be left with it; so every first so many rows leave a model, and there are fewer than ``most``
        where no more can go. Raises ConvergenceError where there is no factor of H for the steps that are asked for.
        """

    def effects(self, fitted: Fitted, target: Target) -> Array | None:
        """What it predicts that each row does, (n,), where that of several rows is the sum; None where it is not."""
        return None


def influences(fitted: Fitted, target: Target) -> Array:
    """∇fᵀH⁻¹g_i and what f changes by directly: (n,)."""
    return _linearly(fitted, target, fitted.residuals)


def newton_effects(fitted: Fitted, target: Target) -> Array:
    """f(θ̂ + Δ_i) − f(θ̂) with the Newton step Δ_i = (H − H_i)⁻¹g_i = H⁻¹X_iᵀρ_i, of a target that is not read exactly
    ∇fᵀΔ_i and what f changes by directly: (n,). NaN of a row whose leverage is 1 to rounding: its step has no digits.

    ρ_i = (I − s_iA_iG_i)⁻¹s_ir_i with G_i = X_iH⁻¹X_iᵀ (K' × K'), for one output s_ir_i/(1 − h_i). Raises
    ConvergenceError where H has no factor, or the G_i take more than MOST_WORK.
    """
    steps = _steps(fitted)
    if isinstance(target, ReadExactly):
        effects = _exactly(fitted, target, steps.residuals)
    else:
        effects = _linearly(fitted, target, steps.residuals)
    return np.where(steps.lost, np.nan, effects)


def _linearly(fitted: Fitted, target: Target, residuals: Array) -> Array:
    from groupinf.effects.influence import point_influence

    slopes = target.slopes(fitted)[:, None]
    return point_influence(fitted, slopes, residuals)[:, 0] + target.direct(fitted)


def _exactly(fitted: Fitted, target: ReadExactly, residuals: Array) -> Array:
    from groupinf.numerics.products import dense

    X, n = fitted.objective.X, fitted.objective.n
    effects = np.empty(n)
    for start in range(0, n, SOLVED_TOGETHER):
        rows = slice(start, start + SOLVED_TOGETHER)
        each = np.einsum("bj,bk->jkb", dense(X[rows]), residuals[rows]).reshape(fitted.objective.size, -1)
        effects[rows] = target.moved(fitted, fitted.factor.solve(each))
    return effects


def _steps(fitted: Fitted) -> ChangedEach:
    from groupinf.numerics.approximate_leave_one_out import changed_each, work_of_blocks
    from groupinf.numerics.change import removing

    steps = changed_each(fitted, removing(fitted), errors_too=False) if work_of_blocks(fitted) <= MOST_WORK else None
    if steps is None:
        raise ConvergenceError(
            "the Newton step without each row needs a factor of H, and there is none for so many parameters and rows, "
            "or it takes too long; an order by influence needs none"
        )
    return steps


def by_gain(effects: Array, side: Side) -> Rows:
    """All rows from the largest rise, or fall, down; of equal ones the lower first, those without a number last."""
    return np.argsort(np.nan_to_num(-SIGNS[side] * effects, nan=np.inf), kind="stable")


class Left:
    """How many rows of positive weight are left of each class, or of all where no intercept is free; rows are taken
    out of it one by one.
    """

    def __init__(self, objective: Objective) -> None:
        by_class = objective.intercept.is_free and not objective.loss.is_for(0)
        codes = objective.y.astype(np.int64) if by_class else np.zeros(objective.n, dtype=np.int64)
        self._codes, self._counts = codes, objective.sample_weight > 0.0
        self._left = np.bincount(codes[self._counts], minlength=int(codes.max()) + 1)
        self.taken: NDArray[np.bool_] = np.zeros(objective.n, dtype=bool)

    def take(self, ordered: Rows, most: int) -> Rows:
        """The first ``most`` of the rows that can still go, in their order."""
        found: list[int] = []
        for row in ordered.tolist():
            if len(found) >= most:
                break
            counts = int(self._counts[row])
            if self.taken[row] or self._left[self._codes[row]] <= counts:
                continue
            self._left[self._codes[row]] -= counts
            self.taken[row] = True
            found.append(row)
        return np.array(found, dtype=np.int64)
