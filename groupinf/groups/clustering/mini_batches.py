"""Mini-batch k-means of gradients in factored form: centres are matrices, no outer product is written out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from groupinf.groups.clustering.points import Floats, GradientPoints, Rows

# As scikit-learn's MiniBatchKMeans: the rows by which it counts a batch and chooses its first centres, of how small a
# share of the largest count a centre is put elsewhere, after how many rows for each centre, and of a batch how much.
BATCH_SIZE = 1024
REASSIGNED_BELOW = 0.01
ROWS_PER_CENTRE = 10
MOST_REASSIGNED = 0.5


@dataclass
class MiniBatches:
    """k centres Σ x_i ⊗ r_i / count of the points seen so far, those of later batches in ``count`` with all before.

    ``centres`` (p, k, K') with p columns of x, ``count`` (k,). ⟨x_i ⊗ r_i, C_j⟩ = x_iᵀC_j r_i, and the sum of outer
    products of a cluster's points is X_jᵀR_j. All random choices are those of scikit-learn's MiniBatchKMeans of the
    same seed (Sculley 2010), in their order.
    """

    centres: Floats
    count: Floats
    rng: np.random.RandomState
    unlooked: int = 0

    @classmethod
    def from_points(cls, points: GradientPoints, k: int, seed: int) -> Self:
        """Centres at k points of the first batch, chosen by k-means++."""
        rng = np.random.RandomState(seed)
        size = 3 * min(BATCH_SIZE, points.n)
        size = min(size if size >= k else 3 * k, points.n)
        rows = rng.randint(0, points.n, size) if size < points.n else np.arange(points.n)
        chosen = rows[_plus_plus(points.take(rows), k, rng)]
        return cls(_written(points, chosen), np.zeros(k), rng)

    def labels(self, points: GradientPoints) -> Rows:
        """The nearest centre of each point, by |C_j|² − 2x_iᵀC_j r_i."""
        p, k, K = self.centres.shape
        products = np.asarray(points.X1 @ self.centres.reshape(p, k * K)).reshape(points.n, k, K)
        inner = np.einsum("nkc,nc->nk", products, points.R)
        return np.asarray(np.argmin(np.einsum("pkc,pkc->k", self.centres, self.centres) - 2 * inner, axis=1))

    def take(self, points: GradientPoints) -> None:
        """One batch: its points to their nearest centres, these to the mean of all that they were given."""
        k, batch = self.count.size, min(BATCH_SIZE, points.n)
        self.unlooked += batch
        look = bool((self.count == 0).any()) or self.unlooked >= ROWS_PER_CENTRE * k
        labels = self.labels(points)
        for j, rows in enumerate(np.split(np.argsort(labels, kind="stable"), np.cumsum(np.bincount(labels, minlength=k)))[:k]):
            ...
