"""Actual effects beside a prediction of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groupinf.analysis.agreement import correlation, slope


@dataclass(frozen=True)
class Comparison:
    """Effects of removing each of some rows on the loss of one test point, and what is predicted: (n,) each."""

    actual: NDArray[np.float64]
    predicted: NDArray[np.float64]

    @property
    def pearson(self) -> float:
        """Pearson's correlation of both."""
        return float(correlation(self.predicted, self.actual))

    @property
    def slope(self) -> float:
        """Least squares of actual on predicted through the origin."""
        return float(slope(self.predicted, self.actual))

    def where(self, chosen: NDArray[np.bool_]) -> Comparison:
        """The chosen (n,) rows alone."""
        return Comparison(self.actual[chosen], self.predicted[chosen])
