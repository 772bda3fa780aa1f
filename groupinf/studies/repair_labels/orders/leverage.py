"""By leverage."""

from __future__ import annotations

from typing import ClassVar

from groupinf.numerics.losses.loss import Array
from groupinf.studies.repair_labels.orders.order import Known, Order


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
