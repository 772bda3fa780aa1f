"""Mini-batch k-means of gradients in factored form: centres are matrices; only the first batch is written out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from groupinf.datasets.dataset import Features
from groupinf.errors import DataError
from groupinf.groups.clustering.points import Floats, GradientPoints, Rows

# As scikit-learn's MiniBatchKMeans: by how many rows it counts a batch, from how many times as many it chooses the
# first centres, of how small a share of the largest count a centre is put elsewhere, after how many rows for each
# centre that is looked at, and at most for what share of a batch.
BATCH_SIZE = 1024
FIRST_BATCHES = 3
REASSIGNED_BELOW = 0.01
ROWS_PER_CENTRE = 10
MOST_REASSIGNED = 0.5


def factored(batches: Iterable[GradientPoints], k: int, seed: int) -> Callable[[GradientPoints], Rows]:
    """The nearest of k centres of any points, after all batches, the first centres among the points of the first."""
    model: MiniBatches | None = None
    for batch in batches:
        model = model or MiniBatches.first(batch, k, seed)
        model.take(batch)
    if model is None:
        raise DataError("k-means: expected at least one batch of points, found none")
    return model.labels


@dataclass
class MiniBatches:
    """k centres, each the mean Σ x_i ⊗ r_i / count of the points that it was given: a (p, K') matrix C_j.

    ``centres`` (p, k, K') with p columns of x; ``count`` (k,). ⟨x_i ⊗ r_i, C_j⟩ = x_iᵀC_j r_i, and the sum over the
    points of a cluster is X_jᵀR_j. Random choices are those of scikit-learn's MiniBatchKMeans (Sculley 2010) with the
    same seed, in the same order. ``batch`` is what it counts for a batch, ``waited`` since it last looked for centres
    that are given few points.
    """

    centres: Floats
    count: Floats
    rng: np.random.RandomState
    batch: int
    waited: int = 0

    @classmethod
    def first(cls, points: GradientPoints, k: int, seed: int) -> Self:
        """Centres at k of the points of the first batch, chosen by k-means++."""
        from sklearn.cluster import kmeans_plusplus

        rng = np.random.RandomState(seed)
        batch = min(BATCH_SIZE, points.n)
        size = FIRST_BATCHES * max(batch, k if FIRST_BATCHES * batch < k else 0)
        rows = rng.randint(0, points.n, size) if size < points.n else np.arange(points.n)
        # written out: of two candidates that are each other's nearest either lowers the potential by as much, so that
        # the last digits of scikit-learn's own distances choose
        _, chosen = kmeans_plusplus(readable(points.matrix(rows)), k, random_state=rng)
        return cls(_as_centres(points, rows[chosen]), np.zeros(k), rng, batch)

    def labels(self, points: GradientPoints) -> Rows:
        """The nearest centre of each point, the first of equal ones: in single precision where it is told certainly.

        |x_iᵀC_j r_i| as computed is off by at most a share of |x_i||C_j||r_i|, whatever the order of the sums.
        """
        squared, single = np.einsum("pkc,pkc->k", self.centres, self.centres), points.single()
        if single is None:
            return np.asarray(np.argmin(squared - 2 * _inner(points.X1, points.R, self.centres), axis=1))
        X1, R = single.factors
        score = squared - 2 * _inner(X1, R, self.centres.astype(np.float32))
        labels = np.asarray(np.argmin(score, axis=1))
        first, second = np.partition(score, 1, axis=1)[:, :2].T
        error = 2 * (single.rounding * np.sqrt(points.squared_norms * squared.max()) + single.floor)
        close = np.flatnonzero(second - first <= 2 * error)
        exactly = _inner(points.X1[close], points.R[close], self.centres)
        labels[close] = np.argmin(squared - 2 * exactly, axis=1)
        return labels

    def take(self, points: GradientPoints) -> None:
        """One batch: every centre to the mean of what it was given before and now, then those of few points to others.

        Centres are looked at once every has been given ``ROWS_PER_CENTRE`` rows, or while one has none.
        """
        self.waited += self.batch
        look = bool((self.count == 0).any()) or self.waited >= ROWS_PER_CENTRE * self.count.size
        labels = self.labels(points)
        given = np.bincount(labels, minlength=self.count.size)
        ends = np.cumsum(given)
        order = np.argsort(labels, kind="stable")
        for j in np.flatnonzero(given):
            rows = order[ends[j] - given[j] : ends[j]]
            total = self.centres[:, j] * self.count[j] + np.asarray(points.X1[rows].T @ points.R[rows])
            self.count[j] += given[j]
            self.centres[:, j] = total / self.count[j]
        if look:
            self.waited = 0
            self._reassign(points)

    def _reassign(self, points: GradientPoints) -> None:
        """Centres of few points to random points of the batch; they count as the fewest that any other has."""
        few = self.count < REASSIGNED_BELOW * self.count.max()
        most = int(MOST_REASSIGNED * points.n)
        if few.sum() > most:
            few[np.argsort(self.count)[most:]] = False
        if few.any():
            self.centres[:, few] = _as_centres(points, self.rng.choice(points.n, few.sum(), replace=False))
            self.count[few] = self.count[~few].min()


def _inner(X1: Features | NDArray[np.float32], R: NDArray[Any], centres: NDArray[Any]) -> NDArray[Any]:
    """x_iᵀC_j r_i: (m, k)."""
    p, k, outputs = centres.shape
    products = np.asarray(X1 @ centres.reshape(p, k * outputs)).reshape(len(R), k, outputs)
    return np.asarray(np.matmul(products, R[:, :, None])[:, :, 0])


def _as_centres(points: GradientPoints, rows: Rows) -> Floats:
    written = points.matrix(rows)
    dense = written if isinstance(written, np.ndarray) else written.toarray()
    return np.asarray(dense.reshape(rows.size, -1, points.R.shape[1]).swapaxes(0, 1).copy())


def readable(X: Features) -> NDArray[np.float64] | sparse.csr_matrix:
    """X as scikit-learn takes it: sparse rows with 32-bit indices."""
    if isinstance(X, np.ndarray):
        return X
    matrix = sparse.csr_matrix(X)
    matrix.indices, matrix.indptr = matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32)
    return matrix
