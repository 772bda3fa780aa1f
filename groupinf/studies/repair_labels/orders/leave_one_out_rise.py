"""By how much the loss rises without the row."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from groupinf.studies.repair_labels.orders.order import Known, Order

if TYPE_CHECKING:
    from groupinf.numerics.losses.loss import Array


class LeaveOneOutRise(Order):
    """By how much the loss of a row rises one Newton step from θ̂ without it, of which self-influence is the first
    order.
    """

    name: ClassVar = "leave_one_out_rise"
    label: ClassVar = "Leave-one-out rise"
    in_text: ClassVar = "by leave-one-out rise"
    equation: ClassVar = "sᵢ(ℓᵢ(θ̂ + (H − Hᵢ)⁻¹gᵢ) − ℓᵢ(θ̂))"
    source: ClassVar = "Koh and Liang 2017, section 5.4, by a Newton step"
    colour: ClassVar = "#E69F00"
    marker: ClassVar = "^"

    def score(self, known: Known) -> Array:
        """sᵢ(ℓᵢ(θ̂ + Δᵢ) − ℓᵢ(θ̂))."""
        return known.solved.self_newton
