"""By self-influence."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from groupinf.studies.repair_labels.orders.order import Known, Order

if TYPE_CHECKING:
    from groupinf.numerics.losses.loss import Array


class SelfInfluence(Order):
    """How far removing a row raises its own loss, to first order: gᵢᵀH⁻¹gᵢ, for one output sᵢ²rᵢ²xᵢᵀH⁻¹xᵢ (Koh and
    Liang 2017, section 5.4).
    """

    name: ClassVar = "self_influence"
    label: ClassVar = "Self-influence"
    in_text: ClassVar = "by self-influence"
    equation: ClassVar = "gᵢᵀH⁻¹gᵢ"
    source: ClassVar = "Koh and Liang 2017, section 5.4"
    colour: ClassVar = "#0072B2"
    marker: ClassVar = "o"

    def score(self, known: Known) -> Array:
        """gᵢᵀH⁻¹gᵢ."""
        return known.solved.self_influence
