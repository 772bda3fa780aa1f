"""Single-linkage clustering by a minimum spanning tree, without the n²/2 distances.

The merges of single linkage are the edges of a minimum spanning tree, shortest first (Gower and Ross 1969).
The tree grows by Borůvka's rounds (1926): every component takes its shortest edge to another one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groupinf.groups.clustering.all_pairs import nearest
from groupinf.groups.clustering.neighbours import Neighbours
from groupinf.groups.clustering.points import Floats, Points, Rows


@dataclass(frozen=True)
class Edges:
    """Pairs of points (m,), (m,) and the distance between them (m,)."""

    i: Rows
    j: Rows
    distance: Floats


def flat_clusters(points: Points) -> Rows:
    """Cluster labels 1, 2, ... (n,), as ``scipy.cluster.hierarchy.fclusterdata(X, t=1)`` gives them.

    That is single linkage cut by the inconsistency coefficient of depth 2. Where distances tie, the tree is
    one of several, and the clusters may differ from SciPy's.
    """
    if points.n == 1:
        return np.ones(1, dtype=np.int64)
    from scipy.cluster.hierarchy import fcluster

    return fcluster(linkage(points), t=1).astype(np.int64)


def linkage(points: Points) -> Floats:
    """Merges (n − 1, 4) of single linkage in SciPy's format: two cluster numbers, distance, points."""
    return _merges(spanning_tree(points), points.n)


def spanning_tree(points: Points) -> Edges:
    """A minimum spanning tree of n ≥ 2 points, n − 1 edges, in O(n·k) memory beside the points.

    Equal points are joined first, at distance 0, so that they cannot fill each other's neighbour lists.
    """
    first: dict[bytes, int] = {}
    twin = np.array([first.setdefault(key, row) for row, key in enumerate(points.keys())], dtype=np.int64)
    distinct = np.flatnonzero(twin == np.arange(points.n))
    repeats = np.flatnonzero(twin != np.arange(points.n))
    joined = Edges(twin[repeats], repeats, np.zeros(repeats.size))
    if distinct.size == 1:
        return joined
    tree = _boruvka(points.take(distinct))  # points of its own, so that what they keep for products goes with them
    return _concatenate([joined, Edges(distinct[tree.i], distinct[tree.j], tree.distance)])


def _boruvka(points: Points) -> Edges:
    component = np.arange(points.n)
    near = nearest(points)
    tree: list[Edges] = []
    while component.any():
        near = _refresh(points, near, component)
        edges = _shortest_outgoing(near, component)
        kept, component = _join(edges, component)
        tree.append(kept)
    return _concatenate(tree)


def _refresh(points: Points, near: Neighbours, component: Rows) -> Neighbours:
    """Search again for the points whose lists cannot decide their component's shortest outgoing edge.

    Such a point has no listed neighbour outside, and its bound is below the best that its component knows.
    The largest component never has to look: all others join something in every round.
    """
    best = _best_distance(near, component)
    known = np.full(points.n, np.inf)
    np.minimum.at(known, component, best)
    largest = np.bincount(component).argmax()
    blind = np.flatnonzero(np.isinf(best) & (near.bound < known[component]) & (component != largest))
    return near.replaced(points, blind, component)


def _first_outside(near: Neighbours, component: Rows) -> Rows:
    return np.asarray((component[near.index] != component[:, None]).argmax(axis=1), dtype=np.int64)


def _best_distance(near: Neighbours, component: Rows) -> Floats:
    """Distance (n,) of each point's nearest listed neighbour outside its component, inf where none is."""
    row, place = np.arange(component.size), _first_outside(near, component)
    outside = component[near.index[row, place]] != component
    return np.where(outside, near.distance[row, place], np.inf)


def _shortest_outgoing(near: Neighbours, component: Rows) -> Edges:
    """The shortest outgoing edge of every component but the largest, shortest first; ties by row."""
    best = _best_distance(near, component)
    order = np.lexsort((best, component))
    leaders = order[np.flatnonzero(np.diff(component[order], prepend=-1))]
    leaders = leaders[component[leaders] != np.bincount(component).argmax()]
    leaders = leaders[np.argsort(best[leaders], kind="stable")]
    place = _first_outside(near, component)[leaders]
    return Edges(leaders, near.index[leaders, place], near.distance[leaders, place])


def _join(edges: Edges, component: Rows) -> tuple[Edges, Rows]:
    """Add edges in order unless they close a cycle (tied ones may); the edges kept and the new components."""
    forest = _Forest(int(component.max()) + 1)
    kept = []
    for place, (a, b) in enumerate(zip(component[edges.i].tolist(), component[edges.j].tolist(), strict=True)):
        root_a, root_b = forest.root(a), forest.root(b)
        if root_a != root_b:
            forest.parent[root_a] = root_b
            kept.append(place)
    roots = np.array([forest.root(c) for c in range(len(forest.parent))])
    numbered = np.unique(roots, return_inverse=True)[1]
    return Edges(edges.i[kept], edges.j[kept], edges.distance[kept]), numbered[component]


def _merges(tree: Edges, n: int) -> Floats:
    forest = _Forest(2 * n - 1)
    order = np.argsort(tree.distance, kind="stable")
    size = [1] * n + [0] * (n - 1)
    merges = np.empty((n - 1, 4))
    for step, (i, j) in enumerate(zip(tree.i[order].tolist(), tree.j[order].tolist(), strict=True)):
        a, b = sorted((forest.root(i), forest.root(j)))
        forest.parent[a] = forest.parent[b] = n + step
        size[n + step] = size[a] + size[b]
        merges[step] = a, b, tree.distance[order[step]], size[n + step]
    return merges


class _Forest:
    """Disjoint sets as trees of parents; a root is its own parent."""

    def __init__(self, size: int) -> None:
        self.parent = list(range(size))

    def root(self, node: int) -> int:
        """The root of the set that ``node`` is in; halves the path to it on the way."""
        parent = self.parent
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node


def _concatenate(parts: list[Edges]) -> Edges:
    return Edges(
        np.concatenate([p.i for p in parts]),
        np.concatenate([p.j for p in parts]),
        np.concatenate([p.distance for p in parts]),
    )
