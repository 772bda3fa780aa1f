"""False positive rates."""

from __future__ import annotations

from typing import ClassVar

from groupinf.effects.evaluations.disparities.rate import Rate


class FalsePositiveRates(Rate):
    """The difference of the shares of rows of class 0 that are predicted to be of class 1: with the true positive rates
    equalised odds (Hardt, Price and Srebro 2016, definition 2.1).
    """

    name: ClassVar = "false_positive_rates"
    short: ClassVar = "FPR"
    of_class: ClassVar = 0
