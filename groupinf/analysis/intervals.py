"""The analytic 95 % interval of Spearman's ρ, and what it shares with the bootstrap."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95
# the quantile of the normal distribution at (1 + LEVEL)/2
_NORMAL = 1.959963984540054
RESAMPLES = 1000
FEWEST_GROUPS = 10  # with fewer, resamples repeat a handful of ranks, and intervals shrink to a point


def bonett_wright_interval(rho: NDArray[np.float64], n_groups: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Interval tanh(atanh ρ ± z·√((1 + ρ²/2)/(n − 3))), z the 97.5 % normal quantile.

    NaN for n < FEWEST_GROUPS, as with the bootstrap.
    Source: Bonett & Wright, Psychometrika 65 (2000), "Sample size requirements for estimating Pearson,
    Kendall and Spearman correlations". ``rho`` has any shape.
    """
    if n_groups < FEWEST_GROUPS:
        return np.full_like(rho, np.nan), np.full_like(rho, np.nan)
    half_width = _NORMAL * np.sqrt((1 + rho**2 / 2) / (n_groups - 3))
    with np.errstate(divide="ignore"):  # ρ = ±1 lies at infinity, and tanh brings it back
        z = np.arctanh(rho)
    return np.tanh(z - half_width), np.tanh(z + half_width)
