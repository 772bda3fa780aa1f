"""What a bootstrap over test rows says of effects, ranks, and of the difference of two groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groupinf.analysis.intervals import LEVEL
from groupinf.analysis.ranks import best_ranks

_TAILS = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
# numbers that are sorted at a time, which takes several copies of them: 32 MB each
_AT_ONCE = 1 << 22


@dataclass(frozen=True)
class Ends:
    """The ends of 95 % percentile intervals of the effects and of the ranks of G groups, (G,) each."""

    effect_low: NDArray[np.float64]
    effect_high: NDArray[np.float64]
    rank_low: NDArray[np.int64]
    rank_high: NDArray[np.int64]


def ends_of(resampled: NDArray[np.float64]) -> Ends:
    """The intervals of one measure from its effects (G, R) in R resamples of the test rows.

    Percentiles of the resamples (Efron and Tibshirani 1993, section 13.3); of ranks, which are those of
    ``analysis.ranking`` in each resample, the nearest that are reached.
    """
    n_groups, resamples = resampled.shape
    ranks = np.empty(resampled.shape, dtype=np.int32)
    for some in _slices(resamples, n_groups):
        ranks[:, some] = best_ranks(-resampled[:, some].T).T
    effect, rank = np.empty((2, n_groups)), np.empty((2, n_groups), dtype=np.int64)
    for some in _slices(n_groups, resamples):
        effect[:, some] = np.quantile(resampled[some], _TAILS, axis=1)
        rank[0, some] = np.quantile(ranks[some], _TAILS[0], axis=1, method="lower")
        rank[1, some] = np.quantile(ranks[some], _TAILS[1], axis=1, method="higher")
    return Ends(*effect, *rank)


def _slices(count: int, each: int) -> Iterator[slice]:
    """As many of ``count`` rows or columns at a time as may be sorted at once, of ``each`` numbers."""
    step = max(1, _AT_ONCE // max(each, 1))
    return (slice(start, start + step) for start in range(0, count, step))


@dataclass(frozen=True)
class Difference:
    """How much larger the effect of one group is than that of another, with a 95 % interval over test rows.

    ``larger`` and ``smaller`` are the shares of the resamples in which it is larger, and smaller.
    """

    difference: float
    low: float
    high: float
    larger: float
    smaller: float
    resamples: int


def difference_of(effects: tuple[float, float], first: NDArray[np.float64], second: NDArray[np.float64]) -> Difference:
    """The difference of two ``effects``, which are ``first`` and ``second`` (R,) in the same R resamples."""
    resampled = first - second
    low, high = np.quantile(resampled, _TAILS)
    larger, smaller = float((resampled > 0).mean()), float((resampled < 0).mean())
    return Difference(effects[0] - effects[1], float(low), float(high), larger, smaller, resampled.size)
