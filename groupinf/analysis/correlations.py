"""Rank correlation of two lists of numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groupinf.analysis.ranks import average_ranks


def spearman(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Spearman's ρ, of average ranks; NaN of fewer than two numbers, of constant ones, and where one is undefined.

    >>> spearman(np.array([1.0, 2.0, 5.0]), np.array([0.0, 8.0, 3.0]))
    0.5
    """
    if np.isnan(first).any() or np.isnan(second).any():
        return float("nan")
    a, b = average_ranks(first), average_ranks(second)
    if first.size < 2 or np.ptp(a) == 0.0 or np.ptp(b) == 0.0:
        return float("nan")
    a, b = a - a.mean(), b - b.mean()
    return float(round(a @ b / np.sqrt((a @ a) * (b @ b)), 15))
