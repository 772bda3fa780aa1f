"""True positive rates."""

from __future__ import annotations

from typing import ClassVar

from groupinf.effects.evaluations.disparities.rate import Rate


class TruePositiveRates(Rate):
    """The difference of the shares of rows of class 1 that are predicted so: equal opportunity (Hardt, Price and Srebro
    2016, definition 2.2).
    """

    name: ClassVar = "true_positive_rates"
    short: ClassVar = "TPR"
    of_class: ClassVar = 1
