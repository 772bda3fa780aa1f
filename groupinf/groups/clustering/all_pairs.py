"""The nearest points of every point, each inner product computed once for both of its points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groupinf.groups.clustering.neighbours import NEIGHBOURS, Neighbours, by_distance, nearest_outside
from groupinf.groups.clustering.points import Floats, Points, Rows, SinglePrecision

Scores = NDArray[np.float32]

# Rows and columns of a tile of inner products: enough for a quick product, and it stays in a core's own cache.
TILE = (256, 1024)
FEW = 2048  # points, up to which one search row by row takes no longer

DISTANCE_ROUNDING = 1e-10  # more than a distance from differences is off by, as a share


def nearest(points: Points) -> Neighbours:
    """The k nearest points of each of n points.

    Of few or narrow points as ``nearest_outside`` finds them row by row. Of others each inner product serves both of
    its points, in single precision: then the lists hold those neighbours that are certainly nearer than all that were
    left out, and rows without any are searched again.
    """
    everything = np.arange(points.n)
    single = points.single() if points.n > FEW else None
    if single is None:
        return nearest_outside(points, everything, everything)
    lists = _all_pairs(single, points.squared_norms)
    blocks = np.array_split(everything, -(-points.n // TILE[0]))
    near = Neighbours.concatenate([by_distance(points, b, lists.index[b], np.isfinite(lists.score[b])) for b in blocks])
    return _certain(points, near, lists.score[:, -1].astype(np.float64), single)


def _certain(points: Points, near: Neighbours, score: Floats, single: SinglePrecision) -> Neighbours:
    """Only the neighbours that are nearer than any point that was left out can be, and rows without one searched again.

    A point b that was left out has |b|²/2 − a·b ≥ ``score`` up to ρ(|a||b| + |b|²/2) ≤ ρ(|a|²/2 + |b|²), and
    |b|² ≤ 2|a|² + 2‖a − b‖², so that ‖a − b‖²(1 + 4ρ) ≥ |a|²(1 − 5ρ) + 2·score.
    """
    share = single.rounding + 4 * float(np.finfo(np.float32).eps)  # of |b|², of the difference and of the list's score
    squared = (points.squared_norms * (1 - 5 * share) + 2 * (score - single.floor)) / (1 + 4 * share)
    bound = np.sqrt(np.maximum(squared, 0.0)) * (1 - DISTANCE_ROUNDING)
    near = Neighbours(near.index, np.where(near.distance <= bound[:, None], near.distance, np.inf), bound)
    return near.replaced(points, np.flatnonzero(np.isinf(near.distance[:, 0])), np.arange(points.n))


def _all_pairs(products: SinglePrecision, squared_norms: Floats) -> _Lists:
    """|b|² − 2a·b ranks the points b for a, |a|² − 2a·b the points a for b.

    Blocks come in ascending order, so that of equal scores every list keeps the first columns.
    """
    n, (height, width), half = squared_norms.size, TILE, (squared_norms / 2).astype(np.float32)
    lists = _Lists(n, NEIGHBOURS)
    for top in range(0, n, height):
        rows = np.arange(top, min(top + height, n))
        for left in range(top, n, width):
            columns = slice(left, min(left + width, n))
            inner = products.inner(rows, columns)
            score = half[columns] - inner
            if left == top:
                np.fill_diagonal(score, np.inf)
            lists.offer(top, left, score)
            beyond = max(0, int(rows[-1]) + 1 - left)  # columns that are rows of this block have had their offer
            if beyond < inner.shape[1]:
                np.subtract(half[rows, None], inner, out=inner)
                lists.offer_transposed(left + beyond, top, inner[:, beyond:])
    return lists


class _Lists:
    """The k columns of smallest score that each of n rows was offered, smallest first; of equal ones the first."""

    def __init__(self, n: int, k: int) -> None:
        self.score, self.index = np.full((n, k), np.inf, dtype=np.float32), np.zeros((n, k), dtype=np.int64)

    def offer(self, first: int, left: int, score: Scores) -> None:
        """``score`` (m, w) of the columns ``left``, ... for the rows ``first``, ...; later offers are of later ones."""
        below = score < self._worst(first, score)[:, None]
        row, column = np.divmod(np.flatnonzero(below), score.shape[1])
        self._take(first, left, row, column, score[row, column])

    def offer_transposed(self, first: int, left: int, score: Scores) -> None:
        """``score`` (w, m), a row for each column."""
        below = score < self._worst(first, score.T)
        column, row = np.divmod(np.flatnonzero(below), score.shape[1])
        order = np.argsort(row, kind="stable")
        self._take(first, left, row[order], column[order], score[column[order], row[order]])

    def _worst(self, first: int, score: Scores) -> Scores:
        """(m,) the score below which an entry may enter a list; of the first ones offered, just above the k-th."""
        worst, k = self.score[first : first + score.shape[0], -1], self.score.shape[1]
        if np.isfinite(worst).all() or score.shape[1] <= k:
            return worst
        kth = np.partition(score, k - 1, axis=1)[:, k - 1]
        return np.minimum(worst, np.nextafter(kth, np.inf))

    def _take(self, first: int, left: int, row: Rows, column: Rows, score: Scores) -> None:
        """Entries by row, then column, put into the lists of the rows."""
        if row.size == 0:
            return
        touched, start, count = np.unique(row, return_index=True, return_counts=True)
        k, at = self.score.shape[1], touched + first
        scores = np.full((touched.size, k + count.max()), np.inf, dtype=np.float32)
        columns = np.zeros(scores.shape, dtype=np.int64)
        scores[:, :k], columns[:, :k] = self.score[at], self.index[at]
        into = np.repeat(np.arange(touched.size), count), k + np.arange(row.size) - np.repeat(start, count)
        scores[into], columns[into] = score, column + left
        best = np.argsort(scores, axis=1, kind="stable")[:, :k]
        self.score[at], self.index[at] = np.take_along_axis(scores, best, 1), np.take_along_axis(columns, best, 1)
