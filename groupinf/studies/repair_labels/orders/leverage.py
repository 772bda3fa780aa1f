"""By leverage."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from groupinf.studies.repair_labels.orders.order import Known, Order

if TYPE_CHECKING:
    from groupinf.numerics.losses.loss import Array


class Leverage(Order):
    """sᵢ tr(AᵢGᵢ), for one output sᵢaᵢxᵢᵀH⁻¹xᵢ: large where a row is unusual, whatever its label, and so a control."""

    name: ClassVar = "leverage"
    label: ClassVar = "Leverage"
    in_text: ClassVar = "by leverage"
    equation: ClassVar = "sᵢ tr(Aᵢ XᵢH⁻¹Xᵢᵀ)"
    source: ClassVar = "Pregibon 1981"
    colour: ClassVar = "#7F4F24"
    marker: ClassVar = "p"

    def score(self, known: Known) -> Array:
        """hᵢ."""
        return known.solved.leverage
