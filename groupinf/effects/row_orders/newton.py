"""By the Newton step without each row."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from groupinf.effects.row_orders.row_order import Left, RowOrder, Side, Target, by_gain, newton_effects

if TYPE_CHECKING:
    from groupinf.numerics.fit import Fitted
    from groupinf.numerics.losses.loss import Array
    from groupinf.numerics.objective import Rows


class ByNewton(RowOrder):
    """The rows of largest leave-one-out effect: their influence, corrected for their leverage."""

    name: ClassVar = "newton"
    label: ClassVar = "By Newton steps"
    in_text: ClassVar = "by Newton steps"
    equation: ClassVar = "∇f(θ̂)ᵀ(H − Hᵢ)⁻¹sᵢ∇ℓᵢ(θ̂)"
    source: ClassVar = "Rad and Maleki 2020"

    row_order: Literal["newton"] = "newton"

    def order(self, fitted: Fitted, target: Target, side: Side, most: int) -> Rows:
        """By one solve, and a solve for each row."""
        return Left(fitted.objective).take(by_gain(newton_effects(fitted, target), side), most)

    def effects(self, fitted: Fitted, target: Target) -> Array:
        """The Newton steps of single rows, as if they did not know of each other."""
        return newton_effects(fitted, target)
