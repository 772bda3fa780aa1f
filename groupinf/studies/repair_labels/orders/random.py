"""At random."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from groupinf.studies.repair_labels.orders.order import Known, Order

if TYPE_CHECKING:
    from groupinf.numerics.losses.loss import Array


class RandomOrder(Order):
    """No row before another: all are tied, and the seed decides (Koh and Liang 2017, section 5.4)."""

    name: ClassVar = "random"
    label: ClassVar = "Random"
    in_text: ClassVar = "at random"
    equation: ClassVar = "the same for all rows"
    source: ClassVar = "Koh and Liang 2017, section 5.4"
    colour: ClassVar = "#CC3311"
    marker: ClassVar = "P"

    def score(self, known: Known) -> Array:
        """0."""
        return np.zeros_like(known.plain.loss)
