"""Clusters of points, by single linkage and by k-means with several k: the pools that cluster builders draw from."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from pydantic import AfterValidator, Field

from groupinf.config.section import Problem, distinct
from groupinf.errors import DataError
from groupinf.groups.builders.builder import Builder
from groupinf.wording import counted

if TYPE_CHECKING:
    from groupinf.groups.clustering.points import Points


if TYPE_CHECKING:
    from numpy.typing import NDArray

    from groupinf.datasets.dataset import Dataset
    from groupinf.groups.groups import Built
    from groupinf.groups.pools import Pool
    from groupinf.groups.source import GroupSource


# Largest n²·(width + SEARCH) for single linkage: some five minutes on one thread. ``width`` is what an inner product
# of two points costs, SEARCH what the search beside it does, both in multiplications.
TREE_WORK = 5e12
SEARCH = 50


class Clusters(Builder):
    """Points of one cluster; of what is clustered, a builder says."""

    compares_rows: ClassVar = True

    k: Annotated[
        tuple[Annotated[int, Field(ge=2)], ...], Field(strict=False, min_length=1), AfterValidator(distinct)
    ] = (4, 8, 16, 32, 64, 128)
    hierarchical: bool = True

    @abstractmethod
    def points(self, source: GroupSource) -> Points:
        """What is clustered, one point for each training row."""

    def build(self, source: GroupSource, rng: np.random.Generator) -> Built:
        """For each size s: a cluster uniformly among all of at least s points, s of its points without replacement.

        "All" are the clusters of ``fclusterdata(X, t=1)`` (if ``hierarchical``) and of k-means with every ``k``
        (Koh et al. 2019, Appendix A.2). Notes tell of skipped sizes, of a tree left out as too large, of mini-batches,
        and of fewer clusters than k. Raises DataError where a k is above n.
        """
        from groupinf.groups.clustering.kmeans import kmeans_labels
        from groupinf.groups.clustering.single_linkage import flat_clusters
        from groupinf.groups.pools import draw_from_pools

        points, sizes = self.points(source), source.group_sizes()
        if max(self.k) > points.n:
            raise DataError(f"{self.name}: expected k <= n = {points.n}, found k = {max(self.k)}")
        smallest = min(sizes)
        pools: list[Pool] = []
        notes: list[str] = []
        if self.hierarchical and points.n**2 * (points.width + SEARCH) > TREE_WORK:
            notes.append(f"{self.name}: single linkage of {points.n:,} points would take too long and was left out")
        elif self.hierarchical:
            pools += _pools("single linkage", flat_clusters(points), smallest)
        for k in self.k:
            labels = kmeans_labels(points, k, rng)
            pools += _pools(f"k-means k={k}", labels, smallest)
            notes += _kmeans_notes(self.name, points, k, np.unique(labels).size)
        built = draw_from_pools(pools, sizes, self.name, "cluster", rng)
        return replace(built, notes=(*notes, *built.notes))

    def check(self, dataset: Dataset) -> Problem | None:
        """No more clusters than points."""
        if max(self.k) <= dataset.n:
            return None
        most = dataset.row_words.number(dataset.n)
        return Problem("k", f"expected at most {most}, found {max(self.k)}")


def _pools(method: str, labels: NDArray[np.int64], smallest: int) -> list[Pool]:
    from groupinf.groups.pools import Pool

    rows = np.argsort(labels, kind="stable")
    names, counts = np.unique(labels, return_counts=True)
    members = np.split(rows, np.cumsum(counts)[:-1])
    found = zip(names.tolist(), members, strict=True)
    return [Pool(f"{method} cluster {name} (n={m.size})", m) for name, m in found if m.size >= smallest]


def _kmeans_notes(builder: str, points: Points, k: int, found: int) -> list[str]:
    from groupinf.groups.clustering.kmeans import uses_batches

    notes = []
    if uses_batches(points, k):
        notes.append(f"{builder}: k-means k={k} went by mini-batches (MiniBatchKMeans), as n·d·k is large")
    if found < k:
        notes.append(f"{builder}: k-means k={k} found {counted(found, 'cluster')}, as no more points are distinct")
    return notes
