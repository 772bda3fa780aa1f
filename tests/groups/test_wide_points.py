"""Searches in single precision and mini-batches in factored form decide as double precision on written-out rows."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from scipy.cluster import hierarchy
from scipy.spatial.distance import cdist
from sklearn.cluster import MiniBatchKMeans

from groupinf.groups.clustering import all_pairs, kmeans, points
from groupinf.groups.clustering.all_pairs import nearest
from groupinf.groups.clustering.neighbours import NEIGHBOURS, nearest_outside
from groupinf.groups.clustering.points import FeaturePoints, GradientPoints, gradient_points
from groupinf.groups.clustering.single_linkage import flat_clusters, linkage


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many tiles, and single precision of few columns."""
    monkeypatch.setattr(all_pairs, "FEW", 64)
    monkeypatch.setattr(all_pairs, "TILE", (48, 80))
    monkeypatch.setattr(points, "WIDE", 6)


def _rows(n: int, d: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d))


def _far(X: np.ndarray) -> np.ndarray:
    return X + 1e6


def _pairs(X: np.ndarray) -> np.ndarray:
    """Every point beside one that differs by 1e-9 of it."""
    half = X[: len(X) // 2]
    return np.concatenate([half, half * (1 + 1e-9 * _rows(*half.shape, seed=9))])


def _shells(X: np.ndarray) -> np.ndarray:
    """Norms from 1e-3 to 1e3."""
    return X * np.logspace(-3, 3, len(X))[:, None]


def _clumps(X: np.ndarray) -> np.ndarray:
    """More points than a list holds that differ by 1e-6: of squares, far below what float32 tells apart."""
    return np.repeat(X[::50], 50, axis=0)[: len(X)] + 1e-6 * X


ADVERSARIES = [lambda X: X, _far, _pairs, _clumps, _shells, lambda X: 1e-30 * X, lambda X: 1e30 * X, np.rint]
NAMES = ["plain", "far from the origin", "pairs", "clumps", "shells", "tiny", "huge", "ties"]


@pytest.mark.parametrize("made", ADVERSARIES, ids=NAMES)
def test_single_linkage_equals_scipy(made) -> None:
    X = made(_rows(300, 8))
    expected = hierarchy.linkage(X, method="single")
    found = linkage(FeaturePoints(X))
    np.testing.assert_allclose(found[:, 2], expected[:, 2], rtol=1e-9, atol=1e-13 * np.abs(X).max())
    if made not in (np.rint, _pairs):  # where distances tie, to rounding, the tree is one of several
        labels, others = flat_clusters(FeaturePoints(X)), hierarchy.fclusterdata(X, t=1)
        assert len(set(zip(labels, others, strict=True))) == len(set(labels)) == len(set(others))


@pytest.mark.parametrize("made", ADVERSARIES, ids=NAMES)
@pytest.mark.parametrize("precision", ["single", "double"])
def test_listed_neighbours_are_nearer_than_all_others(monkeypatch, made, precision: str) -> None:
    if precision == "double":
        monkeypatch.setattr(points, "WIDE", 10**6)
    X = made(_rows(300, 8, seed=1))
    X = X[np.unique(X, axis=0, return_index=True)[1]]
    near, away = nearest(FeaturePoints(X)), cdist(X, X)
    np.fill_diagonal(away, np.inf)
    squared = ((X - X.mean(axis=0)) ** 2).sum(axis=1).max()
    for row in range(len(X)):
        listed = np.isfinite(near.distance[row])
        assert listed[0]
        np.testing.assert_allclose(near.distance[row][listed], away[row][near.index[row][listed]], rtol=1e-9)
        nearest_other = np.delete(away[row], near.index[row][listed]).min()
        no_more = np.sqrt(nearest_other**2 + 1e-14 * squared) * (1 + 1e-9) + 1e-14 * np.abs(X).max()
        assert near.distance[row][listed].max() <= no_more
        assert near.bound[row] <= no_more


def test_most_lists_are_told_in_single_precision(monkeypatch) -> None:
    searched: list[int] = []
    monkeypatch.setattr(
        "groupinf.groups.clustering.neighbours.nearest_outside",
        lambda p, rows, component: searched.append(rows.size) or nearest_outside(p, rows, component),
    )
    X, R = _rows(400, 30), _rows(400, 3, seed=1)
    for wide in (FeaturePoints(X), gradient_points(X, R)):
        near = nearest(wide)
        assert wide.single() is not None
        assert np.isfinite(near.distance).sum() > 0.9 * 400 * NEIGHBOURS
    assert searched == []
    nearest(FeaturePoints(_clumps(X)))
    assert sum(searched) == 400


@pytest.mark.parametrize("scale", [1.0, 1e-6, 1e6])
def test_products_in_single_precision_are_off_by_no_more_than_they_say(scale: float) -> None:
    X, R = scale * _rows(90, 40), _rows(90, 5, seed=1) * np.logspace(-12, 0, 90)[:, None]
    for wide in (FeaturePoints(X), gradient_points(X, R)):
        single, everything = wide.single(), np.arange(90)
        assert single is not None
        off = np.abs(single.inner(everything).astype(np.float64) - wide.inner(everything))
        norm = np.sqrt(wide.squared_norms)
        allowed = single.rounding * np.outer(norm, norm) + single.floor
        assert (off <= allowed).all()
        assert off.max() > 0
    assert FeaturePoints(sparse.csr_array(X)).single() is None


def test_single_precision_is_for_wide_numbers_that_it_holds() -> None:
    X = _rows(10, 8)
    assert FeaturePoints(X[:, :5]).single() is None
    for scale in (0.0, 1e-12, 1e12):
        assert FeaturePoints(scale * X).single() is None


@pytest.mark.parametrize("as_sparse", [False, True])
@pytest.mark.parametrize(("n", "k", "batch"), [(900, 3, 100), (900, 20, 100), (4000, 5, 3500)])
def test_factored_mini_batches_are_scikit_learns_on_outer_products(monkeypatch, as_sparse, n, k, batch) -> None:
    monkeypatch.setattr(kmeans, "LLOYD_WORK", 1.0)
    monkeypatch.setattr(kmeans, "BATCH", batch)
    X, R = _rows(n, 6) * (_rows(n, 6, seed=2) > 0), _rows(n, 3, seed=1)
    X[: n // 2] += 4.0
    R[:20] = 0.0
    labels = kmeans.kmeans_labels(gradient_points(sparse.csr_array(X) if as_sparse else X, R), k, _stream())
    G = np.einsum("nj,nk->njk", np.hstack([X, np.ones((n, 1))]), R).reshape(n, -1)
    seed = int(_stream().integers(2**31))
    model, order = MiniBatchKMeans(k, n_init=1, random_state=seed), np.random.default_rng(seed)
    for _ in range(kmeans.PASSES):
        for rows in np.array_split(order.permutation(n), n // max(batch, k)):
            model.partial_fit(G[np.sort(rows)])
    np.testing.assert_array_equal(labels, model.predict(G))


def test_centres_of_few_points_are_put_elsewhere_as_scikit_learn_does(monkeypatch) -> None:
    monkeypatch.setattr(kmeans, "LLOYD_WORK", 1.0)
    monkeypatch.setattr(kmeans, "BATCH", 60)
    X, R = np.repeat(_rows(6, 5), 100, axis=0), np.repeat(_rows(6, 2, seed=1), 100, axis=0)  # six points for 20 centres
    X[:3] *= 50.0
    found = kmeans.kmeans_labels(gradient_points(X, R), 20, _stream())
    G = np.einsum("nj,nk->njk", np.hstack([X, np.ones((600, 1))]), R).reshape(600, -1)
    for place in range(600):
        assert (found[(G[place] == G).all(axis=1)] == found[place]).all()
    assert np.unique(found).size <= np.unique(G, axis=0).shape[0]


def test_near_ties_are_told_in_double_precision(monkeypatch) -> None:
    monkeypatch.setattr(kmeans, "LLOYD_WORK", 1.0)
    X, R = _rows(500, 12) * 1e-3 + 7.0, _rows(500, 2, seed=1) * 1e-3 + 1.0  # float32 tells few of these apart
    wide = gradient_points(X, R)
    labels = kmeans.kmeans_labels(wide, 8, _stream())
    monkeypatch.setattr(GradientPoints, "single", lambda self: None)
    np.testing.assert_array_equal(labels, kmeans.kmeans_labels(wide, 8, _stream()))


def _stream() -> np.random.Generator:
    return np.random.default_rng(4)
