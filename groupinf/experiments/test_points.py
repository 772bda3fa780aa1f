"""Which rows of the test set the effects are measured on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groupinf.config.schema import TestPoints
from groupinf.errors import DataError

# drawn from a percentile band where the configuration names no number
FROM_PERCENTILES = 6


def choose_test_points(
    wanted: TestPoints, test_losses: NDArray[np.float64], rng: np.random.Generator
) -> tuple[int, ...]:
    """Rows of the test set, in the order of the tables; (-1,) stands for the sum over all of them.

    random/highest_loss: ``highest_loss`` rows of largest loss at θ̂ (ties: the first), and ``random`` of the others,
    listed first. percentile [low, high]: ``num`` rows drawn from those whose loss lies between the two percentiles.
    """
    if wanted.all:
        return (-1,)
    if wanted.indices is not None:
        return wanted.indices
    if wanted.percentile is not None:
        return _from_percentiles(wanted.percentile, wanted.num or FROM_PERCENTILES, test_losses, rng)
    order = np.argsort(-test_losses, kind="stable")
    highest = order[: wanted.highest_loss or 0]
    others = np.sort(order[highest.size :])
    drawn = rng.choice(others, wanted.random or 0, replace=False)
    return tuple(int(row) for row in (*np.sort(drawn), *highest))


def _from_percentiles(
    band: tuple[float, float], num: int, test_losses: NDArray[np.float64], rng: np.random.Generator
) -> tuple[int, ...]:
    low, high = np.percentile(test_losses, band)
    rows = np.flatnonzero((low <= test_losses) & (test_losses <= high))
    if rows.size == 0:
        raise DataError(f"test_points.percentile: no test row has a loss between percentiles {band[0]} and {band[1]}")
    return tuple(int(row) for row in np.sort(rng.choice(rows, min(num, rows.size), replace=False)))
