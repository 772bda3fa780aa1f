"""By Cook's distance."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from groupinf.studies.repair_labels.orders.order import Known, Order

if TYPE_CHECKING:
    from groupinf.numerics.losses.loss import Array


class CooksDistance(Order):
    """How far a row moves θ̂ in the metric of H: ΔᵢᵀHΔᵢ, Δᵢ its leave-one-out Newton step, up to a constant (Cook 1977;
    Pregibon 1981 for the logistic model).
    """

    name: ClassVar = "cooks_distance"
    label: ClassVar = "Cook's distance"
    in_text: ClassVar = "by Cook's distance"
    equation: ClassVar = "ΔᵢᵀHΔᵢ, Δᵢ = (H − Hᵢ)⁻¹gᵢ"
    source: ClassVar = "Cook 1977; Pregibon 1981"
    colour: ClassVar = "#56B4E9"
    marker: ClassVar = "v"

    def score(self, known: Known) -> Array:
        """ΔᵢᵀHΔᵢ/(P·φ)."""
        return known.solved.cooks_distance
