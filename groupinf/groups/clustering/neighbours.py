"""Nearest points outside a point's own component, in blocks of matrix products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groupinf.groups.clustering.points import Floats, Points, Rows

NEIGHBOURS = 16  # kept of each point, so that most rounds of merging need no new search
BLOCK_BYTES = 2**25  # of inner products at a time: large enough for a quick product, small beside the data
BLOCK_ROWS = 512  # at most as many points at a time, where there are few
STRIDE = 32  # columns whose minimum stands for them when a row is searched
MANY = 4 * NEIGHBOURS  # entries at the limit from which on a row is partitioned whole


@dataclass(frozen=True)
class Neighbours:
    """For each of m points its k nearest, nearest first: ``index`` (m, k), ``distance`` (m, k).

    ``bound`` (m,): no point left out is closer (inf where none was left out). A place without a
    neighbour has distance inf and an index that means nothing.
    """

    index: Rows
    distance: Floats
    bound: Floats

    @classmethod
    def concatenate(cls, parts: Sequence[Neighbours]) -> Neighbours:
        """Those of the points of all parts, in their order."""
        return cls(
            np.concatenate([p.index for p in parts]),
            np.concatenate([p.distance for p in parts]),
            np.concatenate([p.bound for p in parts]),
        )

    def replaced(self, points: Points, rows: Rows, component: Rows) -> Neighbours:
        """The lists of ``rows`` by a search for those outside their ``component``, all others as they are."""
        if rows.size == 0:
            return self
        found = nearest_outside(points, rows, component)
        index, distance, bound = self.index.copy(), self.distance.copy(), self.bound.copy()
        index[rows], distance[rows], bound[rows] = found.index, found.distance, found.bound
        return Neighbours(index, distance, bound)


def nearest_outside(points: Points, rows: Rows, component: Rows) -> Neighbours:
    """The k nearest points of each of ``rows`` among the points with another ``component`` (n,).

    Chosen by |b|² − 2a·b, which ranks the distances from a up to rounding; then their distances are
    computed again from differences. Distances under about 1e-8 of the largest norm are not told apart
    in the choice, only in the values.
    """
    k, height = min(NEIGHBOURS, points.n - 1), max(1, min(BLOCK_ROWS, BLOCK_BYTES // (8 * points.n)))
    starts = range(0, rows.size, height)
    return Neighbours.concatenate([_block(points, rows[start : start + height], component, k) for start in starts])


def _block(points: Points, rows: Rows, component: Rows, k: int) -> Neighbours:
    score = points.inner(rows)
    np.subtract(points.squared_norms / 2, score, out=score)
    score[component[rows][:, None] == component] = np.inf
    index = _smallest(score, k)
    return by_distance(points, rows, index, np.isfinite(np.take_along_axis(score, index, axis=1)))


def by_distance(points: Points, rows: Rows, index: Rows, usable: NDArray[np.bool_]) -> Neighbours:
    """The neighbours ``index`` (m, k) of ``rows`` (m,), where ``usable``, by their distances from differences."""
    distance = np.full(index.shape, np.inf)
    distance[usable] = points.distances(np.broadcast_to(rows[:, None], index.shape)[usable], index[usable])
    order = np.argsort(distance, axis=1, kind="stable")
    distance = np.take_along_axis(distance, order, axis=1)
    return Neighbours(np.take_along_axis(index, order, axis=1), distance, distance[:, -1].copy())


def _smallest(score: Floats, k: int) -> Rows:
    """Columns (m, k) of the k smallest entries of every row of ``score`` (m, n), in no particular order.

    A partition of whole rows would take longer than the product that made them. The k-th smallest of the
    minima over strided columns is no less than the k-th smallest entry, and few entries lie below it.
    """
    m, n = score.shape
    chunks = n // STRIDE
    if chunks < 2 * k:
        return np.argpartition(score, k - 1, axis=1)[:, :k]
    minima = score[:, : chunks * STRIDE].reshape(m, STRIDE, chunks).min(axis=1)
    limit = np.partition(minima, k - 1, axis=1)[:, k - 1]
    row, column = np.divmod(np.flatnonzero(score <= limit[:, None]), n)
    count = np.bincount(row, minlength=m)
    start = np.cumsum(count) - count
    chosen = np.empty((m, k), dtype=np.int64)
    crowded = count > MANY  # many entries tie at the limit
    if crowded.any():
        chosen[crowded] = np.argpartition(score[crowded], k - 1, axis=1)[:, :k]
    if not crowded.all():
        chosen[~crowded] = _smallest_listed(score, column, start, count, ~crowded, k)
    return chosen


def _smallest_listed(score: Floats, column: Rows, start: Rows, count: Rows, wanted: NDArray[np.bool_], k: int) -> Rows:
    """The k smallest of each wanted row's listed columns ``column[start : start + count]``, count at least k."""
    place = np.arange(count[wanted].max())
    listed = place < count[wanted][:, None]
    columns = column[np.where(listed, start[wanted][:, None] + place, 0)]
    values = np.where(listed, score[np.flatnonzero(wanted)[:, None], columns], np.inf)
    return np.take_along_axis(columns, np.argsort(values, axis=1, kind="stable")[:, :k], axis=1)
