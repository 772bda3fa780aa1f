"""By the training loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from groupinf.studies.repair_labels.orders.order import Known, Order

if TYPE_CHECKING:
    from groupinf.numerics.losses.loss import Array


class TrainingLoss(Order):
    """The loss of a row at θ̂, which was fitted to it: ℓᵢ(θ̂) (Koh and Liang 2017, section 5.4)."""

    name: ClassVar = "training_loss"
    label: ClassVar = "Training loss"
    in_text: ClassVar = "by training loss"
    equation: ClassVar = "ℓᵢ(θ̂)"
    source: ClassVar = "Koh and Liang 2017, section 5.4"
    colour: ClassVar = "#009E73"
    marker: ClassVar = "s"

    def score(self, known: Known) -> Array:
        """ℓᵢ."""
        return known.plain.loss
