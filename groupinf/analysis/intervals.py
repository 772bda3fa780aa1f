"""95 % intervals of Spearman's ρ: percentile bootstrap over groups, or the analytic one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

LEVEL = 0.95
RESAMPLES = 1000
FEWEST_GROUPS = 10  # with fewer, resamples repeat a handful of ranks, and intervals shrink to a point
_CELLS_AT_ONCE = 1 << 17  # counts held at a time: two such float64 arrays stay inside a processor's cache


def bonett_wright_interval(rho: NDArray[np.float64], n_groups: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Interval tanh(atanh ρ ± z·√((1 + ρ²/2)/(n − 3))), z the 97.5 % normal quantile.

    NaN for n < FEWEST_GROUPS, as with the bootstrap.
    Source: Bonett & Wright, Psychometrika 65 (2000), "Sample size requirements for estimating Pearson,
    Kendall and Spearman correlations". ``rho`` has any shape.
    """
    if n_groups < FEWEST_GROUPS:
        return np.full_like(rho, np.nan), np.full_like(rho, np.nan)
    half_width = ndtri((1 + LEVEL) / 2) * np.sqrt((1 + rho**2 / 2) / (n_groups - 3))
    with np.errstate(divide="ignore"):  # ρ = ±1 lies at infinity, and tanh brings it back
        z = np.arctanh(rho)
    return np.tanh(z - half_width), np.tanh(z + half_width)


def resample_counts(n_groups: int, resamples: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """How often each of ``n_groups`` is drawn in each resample (with replacement, n_groups draws).

    Yields blocks (n_groups, b) whose b add up to ``resamples``. The stream depends on the seed and the
    number of groups alone, so that equal sets of groups get equal intervals.
    """
    rng = np.random.default_rng([seed, n_groups])
    step = max(1, _CELLS_AT_ONCE // n_groups)
    for start in range(0, resamples, step):
        b = min(step, resamples - start)
        drawn = rng.integers(n_groups, size=(b, n_groups)) * b + np.arange(b)[:, None]
        yield np.bincount(drawn.ravel(), minlength=n_groups * b).reshape(n_groups, b).astype(np.float64)


def bootstrap_spearman(
    predicted: NDArray[np.float64], actual: NDArray[np.float64], resamples: int, seed: int
) -> NDArray[np.float64]:
    """Spearman's ρ in every resample of the groups, ties by average rank: (M, E, resamples).

    ``predicted`` is (M, E, G), ``actual`` (E, G); all M·E coefficients see the same resamples. NaN where a
    resample holds a single value. Nothing is sorted again: a resample's ranks are running sums of its counts.
    """
    n_methods, n_measures, n_groups = predicted.shape
    rho = np.empty((n_methods, n_measures, resamples))
    actual_order = [_Order.of(row) for row in actual]
    predicted_order = [[_Order.of(row) for row in rows] for rows in predicted]
    done = 0
    for counts in resample_counts(n_groups, resamples, seed):
        block = slice(done, done + counts.shape[1])
        for e in range(n_measures):
            y, y_norm = actual_order[e].ranks(counts)
            weighted = counts * y
            for m in range(n_methods):
                x, x_norm = predicted_order[m][e].ranks(counts)
                with np.errstate(invalid="ignore"):
                    rho[m, e, block] = np.einsum("gb,gb->b", weighted, x) / (x_norm * y_norm)
        done = block.stop
    return rho


@dataclass(frozen=True)
class _Order:
    """Sorted order of one effect over the groups, found once.

    ``order`` (G,) sorts the groups, ``starts`` (U,) is where each of the U distinct values begins in that
    order, ``place`` (G,) says which distinct value each group has.
    """

    order: NDArray[np.intp]
    starts: NDArray[np.intp]
    place: NDArray[np.intp]

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> _Order:
        _, place, times = np.unique(values, return_inverse=True, return_counts=True)
        return cls(np.argsort(values, kind="stable"), np.cumsum(times) - times, place)

    def ranks(self, counts: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Average rank of every group in every resample, its mean taken off, and the norm of these ranks.

        Shapes (G, b) and (b,). A value drawn t times, with c draws up to and including it, has average
        rank c - (t - 1)/2; the mean rank is (G + 1)/2.
        """
        times = counts[self.order]
        if self.starts.size < self.order.size:
            times = np.add.reduceat(times, self.starts, axis=0)
        ranks = np.cumsum(times, axis=0)
        ranks -= 0.5 * times
        ranks -= 0.5 * self.order.size
        norm = np.sqrt(np.einsum("ub,ub,ub->b", times, ranks, ranks))
        return ranks[self.place], norm
