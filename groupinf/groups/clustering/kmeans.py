"""k-means of points, seeded: Lloyd's algorithm, or mini-batches where that would take too long."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from groupinf.groups.clustering.mini_batches import factored, readable
from groupinf.groups.clustering.points import GradientPoints, Points, Rows

# Largest n·d·k for Lloyd's algorithm: a fraction of a second per iteration, and there may be 300 of them.
LLOYD_WORK = 2e9
# Largest size of the points written out in float64, at which Lloyd's algorithm still fits beside a run.
EXPLICIT_BYTES = 1e9
# Rows of a mini-batch, where there are no more clusters, and how often all rows are gone through.
BATCH = 2048
PASSES = 5

AnyPoints = TypeVar("AnyPoints", bound=Points)


def uses_batches(points: Points, k: int) -> bool:
    """Whether ``kmeans_labels`` goes by mini-batches: n·d·k or n·d beyond what Lloyd's algorithm is given."""
    stored = points.n * points.explicit_width
    return stored * k > LLOYD_WORK or stored * np.dtype(np.float64).itemsize > EXPLICIT_BYTES


def kmeans_labels(points: Points, k: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Cluster numbers (n,) of one k-means run from one k-means++ initialisation, k <= n.

    Lloyd's algorithm to scikit-learn's tolerance (300 iterations at most), or ``PASSES`` seeded passes of
    mini-batch k-means (Sculley 2010) over the points: gradients in factored form, others written out a batch at a time.
    """
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    seed = int(rng.integers(2**31))
    with warnings.catch_warnings():
        # fewer distinct points than k: some clusters stay empty, which the caller reports
        warnings.simplefilter("ignore", ConvergenceWarning)
        if uses_batches(points, k) and isinstance(points, GradientPoints):
            return _mini_batches(points, k, seed, factored)
        if uses_batches(points, k):
            return _mini_batches(points, k, seed, _written_out)
        model = KMeans(n_clusters=k, n_init=1, random_state=seed)
        return np.asarray(model.fit_predict(_everything(points)), dtype=np.int64)


def _mini_batches(
    points: AnyPoints, k: int, seed: int, fit: Callable[[Iterable[AnyPoints], int, int], Callable[[AnyPoints], Rows]]
) -> NDArray[np.int64]:
    order = np.random.default_rng(seed)
    passes = (rows for _ in range(PASSES) for rows in _batches(order.permutation(points.n), k))
    nearest = fit((points.take(np.sort(rows)) for rows in passes), k, seed)
    everything = np.arange(points.n, dtype=np.int64)
    return np.concatenate([nearest(points.take(rows)) for rows in _batches(everything, k)]).astype(np.int64)


def _written_out(batches: Iterable[Points], k: int, seed: int) -> Callable[[Points], Rows]:
    """The nearest of k centres of any points, after all batches, by scikit-learn."""
    from sklearn.cluster import MiniBatchKMeans

    model = MiniBatchKMeans(n_clusters=k, n_init=1, random_state=seed, compute_labels=False)
    for batch in batches:
        model.partial_fit(_everything(batch))
    return lambda points: np.asarray(model.predict(_everything(points)))


def _everything(points: Points) -> NDArray[np.float64] | sparse.csr_matrix:
    return readable(points.matrix(np.arange(points.n)))


def _batches(rows: Rows, k: int) -> list[Rows]:
    # equal parts, so that no batch has fewer rows than there are clusters
    return np.array_split(rows, max(1, rows.size // max(BATCH, k)))
