"""The nearest points of every point, each inner product computed once for both of its points."""

from __future__ import annotations

import numpy as np

from groupinf.groups.clustering.neighbours import NEIGHBOURS, Neighbours, by_distance, nearest_outside
from groupinf.groups.clustering.points import Floats, Points, Rows

# Rows and columns of a tile of inner products: enough for a quick product, and it stays in a core's own cache.
TILE = (256, 1024)
FEW = 2048  # points, up to which one search row by row takes no longer


def nearest(points: Points) -> Neighbours:
    """The k nearest points of each of n points, as ``nearest_outside`` finds them row by row.

    Of two blocks of points the inner products serve both: |b|² − 2a·b ranks the points b for a, |a|² − 2a·b the points
    a for b. Blocks come in ascending order, so that of equal scores every list keeps the first columns.
    """
    everything = np.arange(points.n)
    if points.n <= FEW:
        return nearest_outside(points, everything, everything)
    lists = _Lists(points.n, NEIGHBOURS)
    half, (height, width) = points.squared_norms / 2, TILE
    for top in range(0, points.n, height):
        rows = everything[top : top + height]
        for left in range(top, points.n, width):
            columns = slice(left, min(left + width, points.n))
            products = points.inner(rows, columns)
            score = half[columns] - products
            if left == top:
                np.fill_diagonal(score, np.inf)
            lists.offer(top, left, score)
            beyond = max(0, rows[-1] + 1 - left)  # columns that are rows of this block have seen it
            if beyond < products.shape[1]:
                np.subtract(half[rows, None], products, out=products)
                lists.offer_transposed(left + beyond, top, products[:, beyond:])
    blocks = np.array_split(everything, -(-points.n // height))
    return Neighbours.concatenate([by_distance(points, b, lists.index[b], np.isfinite(lists.score[b])) for b in blocks])


class _Lists:
    """The k columns of smallest score that each of n rows was offered, smallest first; of equal ones the first."""

    def __init__(self, n: int, k: int) -> None:
        self.score, self.index = np.full((n, k), np.inf), np.zeros((n, k), dtype=np.int64)

    def offer(self, first: int, left: int, score: Floats) -> None:
        """``score`` (m, w) of the columns ``left``, ... for the rows ``first``, ...; later offers have later columns."""
        below = score < self._worst(first, score)[:, None]
        row, column = np.divmod(np.flatnonzero(below), score.shape[1])
        self._take(first, left, row, column, score[row, column])

    def offer_transposed(self, first: int, left: int, score: Floats) -> None:
        """``score`` (w, m), a row for each column."""
        below = score < self._worst(first, score.T)
        column, row = np.divmod(np.flatnonzero(below), score.shape[1])
        order = np.argsort(row, kind="stable")
        self._take(first, left, row[order], column[order], score[column[order], row[order]])

    def _worst(self, first: int, score: Floats) -> Floats:
        """(m,) the score below which an entry may enter a list; of the first ones offered, just above the k-th."""
        worst, k = self.score[first : first + score.shape[0], -1], self.score.shape[1]
        if np.isfinite(worst).all() or score.shape[1] <= k:
            return worst
        kth = np.partition(score, k - 1, axis=1)[:, k - 1]
        return np.minimum(worst, np.nextafter(kth, np.inf))

    def _take(self, first: int, left: int, row: Rows, column: Rows, score: Floats) -> None:
        """Entries by row, then column, put into the lists of the rows."""
        if row.size == 0:
            return
        touched, start, count = np.unique(row, return_index=True, return_counts=True)
        k, at = self.score.shape[1], touched + first
        scores = np.full((touched.size, k + count.max()), np.inf)
        columns = np.zeros(scores.shape, dtype=np.int64)
        scores[:, :k], columns[:, :k] = self.score[at], self.index[at]
        into = np.repeat(np.arange(touched.size), count), k + np.arange(row.size) - np.repeat(start, count)
        scores[into], columns[into] = score, column + left
        best = np.argsort(scores, axis=1, kind="stable")[:, :k]
        self.score[at], self.index[at] = np.take_along_axis(scores, best, 1), np.take_along_axis(columns, best, 1)
