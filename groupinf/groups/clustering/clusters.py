"""Clusters of points, by single linkage and by k-means with several k: the pools that cluster builders draw from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from groupinf.config.schema import FeatureClusters, GradientClusters
from groupinf.errors import DataError
from groupinf.groups.clustering.kmeans import kmeans_labels, uses_batches
from groupinf.groups.clustering.points import Points
from groupinf.groups.clustering.single_linkage import flat_clusters
from groupinf.groups.groups import Built
from groupinf.groups.pools import Pool, draw_from_pools
from groupinf.wording import counted

TREE_WORK = 5e12
"""Largest n²·(width + 50) for single linkage: some five minutes on one thread. 50 stands for the search beside
the inner products; ``width`` is what one of those costs."""


def draw_from_clusters(
    points: Points, sizes: tuple[int, ...], options: FeatureClusters | GradientClusters, rng: np.random.Generator
) -> Built:
    """For each size s: a cluster uniformly among all of at least s points, s of its points without replacement.

    "All" are the clusters of ``fclusterdata(X, t=1)`` (if ``options.hierarchical``) and of k-means with every
    ``options.k`` (Koh et al. 2019, Appendix A.2). Notes tell of skipped sizes, of a tree left out as too large,
    of mini-batches, and of fewer clusters than k. DataError where a k is above n.
    """
    if max(options.k) > points.n:
        raise DataError(f"{options.builder}: expected k <= n = {points.n}, found k = {max(options.k)}")
    smallest = min(sizes)
    pools: list[Pool] = []
    notes: list[str] = []
    if options.hierarchical and points.n**2 * (points.width + 50) > TREE_WORK:
        notes.append(f"{options.builder}: single linkage of {points.n:,} points would take too long and was left out")
    elif options.hierarchical:
        pools += _pools("single linkage", flat_clusters(points), smallest)
    for k in options.k:
        labels = kmeans_labels(points, k, rng)
        pools += _pools(f"k-means k={k}", labels, smallest)
        notes += _kmeans_notes(options.builder, points, k, np.unique(labels).size)
    built = draw_from_pools(pools, sizes, options.builder, "cluster", rng)
    return replace(built, notes=(*notes, *built.notes))


def _pools(method: str, labels: NDArray[np.int64], smallest: int) -> list[Pool]:
    rows = np.argsort(labels, kind="stable")
    names, counts = np.unique(labels, return_counts=True)
    members = np.split(rows, np.cumsum(counts)[:-1])
    found = zip(names.tolist(), members, strict=True)
    return [Pool(f"{method} cluster {name} (n={m.size})", m) for name, m in found if m.size >= smallest]


def _kmeans_notes(builder: str, points: Points, k: int, found: int) -> list[str]:
    notes = []
    if uses_batches(points, k):
        notes.append(f"{builder}: k-means k={k} went by mini-batches (MiniBatchKMeans), as n·d·k is large")
    if found < k:
        notes.append(f"{builder}: k-means k={k} found {counted(found, 'cluster')}, as no more points are distinct")
    return notes
