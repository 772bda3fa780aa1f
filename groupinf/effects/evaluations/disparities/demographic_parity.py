"""Demographic parity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from groupinf.effects.evaluations.disparities.gap import Gap
from groupinf.effects.evaluations.disparities.parts import MeanPart
from groupinf.effects.evaluations.disparities.scores import PROBABILITY
from groupinf.effects.evaluations.evaluation import Part
from groupinf.effects.evaluations.on_test_points import RowsPart

if TYPE_CHECKING:
    from groupinf.numerics.losses.loss import Loss
    from groupinf.numerics.objective import Objective


class DemographicParity(Gap):
    """The difference of the mean predicted probabilities of class 1 (Dwork et al. 2012, section 3, with probabilities
    in the place of decisions).
    """

    name: ClassVar = "demographic_parity"
    short: ClassVar = "parity"
    needs_labels: ClassVar = False

    def unit(self, loss: Loss, classes: Sequence[str]) -> str:
        """A difference of probabilities."""
        return f"difference (demographic parity) of the mean predicted probabilities of class {classes[1]}"

    def mean(self, rows: Objective, place: slice, weight: float) -> Part:
        """Of σ(z)."""
        return MeanPart(RowsPart(PROBABILITY, rows.at(place), summed=True, place=place), weight)
