"""Greedily: the row of largest gain, and the next one by the model without it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from groupinf.config.section import PositiveInt
from groupinf.effects.row_orders.row_order import Left, RowOrder, Side, Target, by_gain, newton_effects

if TYPE_CHECKING:
    from groupinf.numerics.fit import Fitted
    from groupinf.numerics.objective import Rows


# rows that are taken by one model
REFIT_EVERY = 1


class Greedy(RowOrder):
    """The row whose Newton step moves the target farthest, then that of the model without it, and so on: the model is
    fitted again, exactly and from where it was, after every ``refit_every`` rows. So rows that hide each other are
    seen, of which the first has to go before the second counts.
    """

    name: ClassVar = "greedy"
    label: ClassVar = "Greedily"
    in_text: ClassVar = "greedily"
    equation: ClassVar = "∇f(θ̂(w))ᵀ(H(w) − Hᵢ)⁻¹sᵢ∇ℓᵢ(θ̂(w)), refitted without the rows so far"
    source: ClassVar = "Kuschnig, Zens and Crespo Cuaresma 2021; Hu et al. 2024"
    refits: ClassVar = True

    row_order: Literal["greedy"] = "greedy"
    refit_every: PositiveInt = REFIT_EVERY

    @property
    def told(self) -> str:
        """With the rows between two fits, where these are several."""
        return self.in_text + (f" (refitted after every {self.refit_every} rows)" if self.refit_every > 1 else "")

    def order(self, fitted: Fitted, target: Target, side: Side, most: int) -> Rows:
        """A fit from nearby, a solve, and a solve for each row, for every ``refit_every`` rows.

        Raises ConvergenceError also where a model without the rows so far cannot be fitted.
        """
        left, found, at = Left(fitted.objective), np.empty(0, dtype=np.int64), fitted
        while found.size < most:
            ordered = by_gain(newton_effects(at, target), side)
            taken = left.take(ordered, min(self.refit_every, most - found.size))
            if taken.size == 0:
                break
            found = np.concatenate([found, taken])
            if found.size < most:
                at = without(fitted, left, at)
        return found


def without(fitted: Fitted, left: Left, near: Fitted) -> Fitted:
    """The fit without the rows that are taken, which stay with the weight 0, from θ̂ of another on."""
    from groupinf.numerics.fit import first_fit

    objective = fitted.objective
    counted = np.where(left.taken, 0.0, objective.sample_weight)
    return first_fit(replace(objective, sample_weight=counted), near.theta)
