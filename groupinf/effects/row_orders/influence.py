"""By influence."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from groupinf.effects.row_orders.row_order import Left, RowOrder, Side, Target, by_gain, influences

if TYPE_CHECKING:
    from groupinf.numerics.fit import Fitted
    from groupinf.numerics.losses.loss import Array
    from groupinf.numerics.objective import Rows


class ByInfluence(RowOrder):
    """The rows of largest influence: as it adds up over rows, the first so many are the set that it predicts most of,
    among all sets of their size.
    """

    name: ClassVar = "influence"
    label: ClassVar = "By influence"
    in_text: ClassVar = "by influence"
    equation: ClassVar = "∇f(θ̂)ᵀH⁻¹sᵢ∇ℓᵢ(θ̂)"
    source: ClassVar = "Broderick, Giordano and Meager 2020"

    row_order: Literal["influence"] = "influence"

    def order(self, fitted: Fitted, target: Target, side: Side, most: int) -> Rows:
        """By one solve."""
        return Left(fitted.objective).take(by_gain(influences(fitted, target), side), most)

    def effects(self, fitted: Fitted, target: Target) -> Array:
        """Influence."""
        return influences(fitted, target)
