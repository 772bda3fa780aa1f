"""Merge heights equal SciPy's single linkage, and so do the flat clusters where no distances tie."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse
from scipy.cluster import hierarchy
from scipy.spatial.distance import pdist

from groupinf.groups.clustering.neighbours import NEIGHBOURS, nearest_outside
from groupinf.groups.clustering.points import FeaturePoints, Points, gradient_points
from groupinf.groups.clustering.single_linkage import flat_clusters, linkage, spanning_tree


def _blobs(n: int, d: int, blobs: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)) + 30 * rng.normal(size=(blobs, d))[rng.integers(blobs, size=n)]


def _explicit(X: np.ndarray, R: np.ndarray) -> np.ndarray:
    X1 = np.hstack([X, np.ones((len(X), 1))])
    return np.stack([np.outer(x, r).ravel() for x, r in zip(X1, R, strict=True)])


def _same_partition(a: np.ndarray, b: np.ndarray) -> bool:
    pairs = set(zip(a.tolist(), b.tolist(), strict=True))
    return len(pairs) == len(set(a.tolist())) == len(set(b.tolist()))


def _heights(points: Points, X: np.ndarray) -> tuple[np.ndarray, object, bool]:
    """Merge heights; SciPy's, to rounding at the scale of the rows; and whether the merges are a valid linkage."""
    found, expected = linkage(points), hierarchy.linkage(pdist(X), method="single")
    scale = np.sqrt((X**2).sum(axis=1).max()) + 1e-300
    near = pytest.approx(expected[:, 2], rel=1e-10, abs=1e-10 * scale)
    return found[:, 2], near, hierarchy.is_valid_linkage(found)


@pytest.mark.parametrize(("n", "d", "blobs"), [(2, 1, 1), (3, 2, 1), (17, 3, 1), (40, 2, 2), (400, 6, 4), (1500, 3, 5)])
def test_equals_scipy_without_ties(n: int, d: int, blobs: int) -> None:
    X = _blobs(n, d, blobs, seed=n)
    points = FeaturePoints(X)
    found, expected, valid = _heights(points, X)
    assert found == expected
    assert valid
    assert _same_partition(flat_clusters(points), hierarchy.fclusterdata(X, t=1))


def test_equals_scipy_far_from_the_origin() -> None:
    X = _blobs(300, 4, 3, seed=1) + 1e5
    points = FeaturePoints(X)
    found, expected, valid = _heights(points, X)
    assert found == expected
    assert valid
    assert _same_partition(flat_clusters(points), hierarchy.fclusterdata(X, t=1))


def test_equals_scipy_on_sparse_rows() -> None:
    rng = np.random.default_rng(3)
    X = rng.normal(size=(1200, 30)) * (rng.random((1200, 30)) < 0.2)
    X = X[(X != 0).any(axis=1)]
    points = FeaturePoints(sparse.csr_array(X))
    found, expected, valid = _heights(points, X)
    assert found == expected
    assert valid
    assert _same_partition(flat_clusters(points), hierarchy.fclusterdata(X, t=1))


@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("as_sparse", [False, True])
def test_gradients_equal_scipy_on_the_outer_products(outputs: int, as_sparse: bool) -> None:
    rng = np.random.default_rng(outputs)
    X, R = _blobs(300, 4, 3, seed=2), rng.normal(size=(300, outputs))
    points, G = gradient_points(sparse.csr_array(X) if as_sparse else X, R), _explicit(X, R)
    found, expected, valid = _heights(points, G)
    assert found == expected
    assert valid
    assert _same_partition(flat_clusters(points), hierarchy.fclusterdata(G, t=1))


@pytest.mark.parametrize("as_sparse", [False, True])
def test_factored_gradients_are_the_outer_products(as_sparse: bool) -> None:
    rng = np.random.default_rng(4)
    X, R = rng.normal(size=(30, 4)), rng.normal(size=(30, 3))
    R[20:23] = 0.0
    points, G = gradient_points(sparse.csr_array(X) if as_sparse else X, R), _explicit(X, R)
    i, j = (axis.ravel() for axis in np.indices((30, 30)))
    np.testing.assert_allclose(points.inner(np.arange(30)), G @ G.T, atol=1e-12)
    np.testing.assert_allclose(points.squared_norms, (G**2).sum(axis=1), atol=1e-12)
    np.testing.assert_allclose(points.distances(i, j), np.linalg.norm(G[i] - G[j], axis=1), atol=1e-12)
    written = points.matrix(np.arange(5, 30))
    np.testing.assert_allclose(written.toarray() if as_sparse else written, G[5:], atol=1e-14)
    assert points.explicit_width == pytest.approx(G.shape[1])
    assert len(set(points.keys())) == 28  # the three gradients of 0 are one point


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(np.int64, st.tuples(st.integers(2, 60), st.integers(1, 3)), elements=st.integers(-2, 2)))
def test_heights_equal_scipy_with_ties_and_duplicates(whole: np.ndarray) -> None:
    X = whole.astype(np.float64)
    for features in (X, sparse.csr_array(X)):
        found, expected, valid = _heights(FeaturePoints(features), X)
        assert found == expected
        assert valid


@pytest.mark.parametrize(
    "X",
    [
        np.eye(1100),  # every distance ties
        np.repeat(np.random.default_rng(0).normal(size=(7, 2)), 60, axis=0),  # every point 60 times
        np.zeros((50, 2)),  # one point
        np.array([[0.0, 1.0], [-0.0, 1.0]]),  # two zeros, one value
    ],
    ids=["all tied", "duplicates", "one point", "signed zero"],
)
def test_degenerate_points(X: np.ndarray) -> None:
    found, expected, valid = _heights(FeaturePoints(X), X)
    assert found == expected
    assert valid


def test_components_larger_than_a_neighbour_list_are_joined() -> None:
    X = np.sort(np.random.default_rng(1).random(1200)) + np.repeat([0, 100, 300], 400)
    tree = spanning_tree(FeaturePoints(X[:, None]))
    assert NEIGHBOURS < 400
    np.testing.assert_allclose(np.sort(tree.distance), np.sort(np.diff(X)), rtol=1e-9)


def test_nearest_outside_equals_a_full_sort() -> None:
    rng = np.random.default_rng(6)
    X, component, rows = rng.normal(size=(1300, 4)), rng.integers(3, size=1300), np.array([5, 700, 1299])
    near = nearest_outside(FeaturePoints(X), rows, component)
    for place, row in enumerate(rows):
        distance = np.linalg.norm(X - X[row], axis=1)
        distance[component == component[row]] = np.inf
        expected = np.argsort(distance)[:NEIGHBOURS]
        np.testing.assert_array_equal(near.index[place], expected)
        np.testing.assert_allclose(near.distance[place], distance[expected], rtol=1e-12)
        assert near.bound[place] == near.distance[place, -1]


def test_one_point_is_one_cluster() -> None:
    assert flat_clusters(FeaturePoints(np.ones((1, 2)))).tolist() == [1]


def test_heights_equal_scipy_on_real_rows(diabetes_rows: np.ndarray) -> None:
    X = diabetes_rows[:3000]
    found, expected, valid = _heights(FeaturePoints(X), X)
    assert found == expected
    assert valid
