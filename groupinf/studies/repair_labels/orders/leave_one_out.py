"""By the loss without the row."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from groupinf.studies.repair_labels.orders.order import Known, Order

if TYPE_CHECKING:
    from groupinf.numerics.losses.loss import Array


class LeaveOneOut(Order):
    """The loss of a row one Newton step from θ̂ without it: ℓᵢ(θ̂ + Δᵢ), for one output at zᵢ + sᵢrᵢGᵢ/(1 − hᵢ) with
    Gᵢ = xᵢᵀH⁻¹xᵢ. What a model has fitted to a wrong label itself cannot hide that there (Rad and Maleki 2020).
    """

    name: ClassVar = "leave_one_out"
    label: ClassVar = "Leave-one-out loss"
    in_text: ClassVar = "by leave-one-out loss"
    equation: ClassVar = "ℓᵢ(θ̂ + (H − Hᵢ)⁻¹gᵢ)"
    source: ClassVar = "Rad and Maleki 2020"
    colour: ClassVar = "#CC79A7"
    marker: ClassVar = "D"

    def score(self, known: Known) -> Array:
        """ℓᵢ(θ̂ + Δᵢ)."""
        return known.solved.leave_one_out_loss
