"""Cluster groups lie inside one cluster of the method they name, drawn uniformly among those large enough."""

from __future__ import annotations

import re

import numpy as np
import pytest
from scipy import sparse
from scipy.cluster.hierarchy import fclusterdata
from sklearn.cluster import KMeans

from groupinf.errors import DataError
from groupinf.groups.builders.feature_clusters import FeatureClusters
from groupinf.groups.builders.gradient_clusters import GradientClusters
from groupinf.groups.clustering import clusters, kmeans
from groupinf.groups.clustering.points import FeaturePoints, gradient_points
from groupinf.groups.pools import Pool, draw_from_pools
from groupinf.groups.sizes import Sizes


def _blobs(k: int, each: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.repeat(100 * rng.normal(size=(k, 3)), each, axis=0) + rng.normal(size=(k * each, 3))


def _partition(labels: np.ndarray) -> set[tuple[int, ...]]:
    return {tuple(np.flatnonzero(labels == c).tolist()) for c in np.unique(labels)}


def test_pools_are_chosen_uniformly_among_the_large_enough() -> None:
    pools = [Pool("small", np.arange(3)), Pool("a", np.arange(10, 20)), Pool("b", np.arange(30, 50))]
    built = draw_from_pools(pools, [5] * 2000, "kind", "pool", np.random.default_rng(0))
    names = [g.made_from for g in built.groups]
    assert set(names) == {"a", "b"}
    assert 900 < names.count("a") < 1100  # 4.5 standard deviations of a fair coin
    drawn = np.bincount(np.concatenate([g.indices for g in built.groups if g.made_from == "a"]), minlength=20)[10:]
    assert drawn.min() > 0.85 * drawn.mean()
    for group in built.groups:
        assert np.isin(group.indices, {"a": pools[1].members, "b": pools[2].members}[group.made_from]).all()
        assert (np.diff(group.indices) > 0).all()


def test_sizes_that_no_pool_can_fill_are_skipped_and_noted() -> None:
    built = draw_from_pools([Pool("p", np.arange(6))], [5, 6, 7, 8], "kind", "pool", np.random.default_rng(0))
    assert [g.indices.size for g in built.groups] == [5, 6]
    assert built.notes == ("kind: 2 sizes above 6, which no pool can fill, were skipped",)
    assert draw_from_pools([], [5], "kind", "pool", np.random.default_rng(0)).groups == ()


@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("builder", ["feature", "gradient"])
def test_groups_lie_in_the_cluster_they_name(make_source, builder: str, outputs: int) -> None:
    source = make_source(outputs=outputs, sizes=Sizes(min=0.01, max=0.2, num=60))
    X1 = np.hstack([source.dataset.X_train, np.ones((200, 1))])
    if builder == "feature":
        built = FeatureClusters(k=(2, 5)).build(source, np.random.default_rng(1))
        explicit = source.dataset.X_train
    else:
        built = GradientClusters(k=(2, 5)).build(source, np.random.default_rng(1))
        explicit = np.einsum("nd,nk->ndk", X1, source.residuals).reshape(200, -1)
    seeds = np.random.default_rng(1)
    partitions = {"single linkage": _partition(fclusterdata(explicit, t=1))}
    for k in (2, 5):
        model = KMeans(k, n_init=1, random_state=int(seeds.integers(2**31)))
        partitions[f"k-means k={k}"] = _partition(model.fit_predict(explicit))
    assert len(built.groups) == 60
    methods = set()
    for group in built.groups:
        method, n = re.fullmatch(r"(.*) cluster \d+ \(n=(\d+)\)", group.made_from).groups()
        holders = [c for c in partitions[method] if set(group.indices.tolist()) <= set(c)]
        assert [len(c) for c in holders] == [int(n)]
        methods.add(method)
    assert methods == set(partitions)


def test_the_tree_is_left_out_on_request_or_with_a_note(make_source, monkeypatch) -> None:
    source = make_source()
    asked = FeatureClusters(k=(2,), hierarchical=False).build(source, np.random.default_rng(0))
    monkeypatch.setattr(clusters, "TREE_WORK", 200**2 * 55 - 1)
    forced = FeatureClusters(k=(2,)).build(source, np.random.default_rng(0))
    assert asked.notes == ()
    assert forced.notes == ("feature_clusters: single linkage of 200 points would take too long and was left out",)
    assert [g.indices.tolist() for g in forced.groups] == [g.indices.tolist() for g in asked.groups]


@pytest.mark.parametrize("as_sparse", [False, True])
def test_lloyd_and_mini_batches_find_the_blobs(monkeypatch, as_sparse: bool) -> None:
    X = _blobs(4, 700)
    points = FeaturePoints(sparse.csr_array(X) if as_sparse else X)
    truth = _partition(np.repeat(np.arange(4), 700))
    assert not kmeans.uses_batches(points, 4)
    assert _partition(kmeans.kmeans_labels(points, 4, np.random.default_rng(0))) == truth
    monkeypatch.setattr(kmeans, "LLOYD_WORK", 1.0)
    assert kmeans.uses_batches(points, 4)
    labels = kmeans.kmeans_labels(points, 4, np.random.default_rng(0))
    assert _partition(labels) == truth
    np.testing.assert_array_equal(labels, kmeans.kmeans_labels(points, 4, np.random.default_rng(0)))


def test_mini_batches_read_factored_gradients(make_source, monkeypatch) -> None:
    source = make_source(outputs=3)
    points = gradient_points(source.dataset.X_train, source.residuals)
    monkeypatch.setattr(kmeans, "EXPLICIT_BYTES", 200 * 18 * 8 - 1)
    monkeypatch.setattr(kmeans, "BATCH", 50)
    labels = kmeans.kmeans_labels(points, 64, np.random.default_rng(0))
    assert labels.shape == (200,)
    assert 0 <= labels.min() <= labels.max() < 64
    built = GradientClusters(k=(3,), hierarchical=False).build(source, np.random.default_rng(0))
    assert "gradient_clusters: k-means k=3 went by mini-batches (MiniBatchKMeans), as n·d·k is large" in built.notes


def test_fewer_distinct_points_than_k_is_noted(make_source) -> None:
    source = make_source(n=40, d=1, sizes=Sizes(min=0.25, max=0.75, num=2))
    source.dataset.X_train[:] = np.repeat(np.array([[0.0], [5.0]]), 20, axis=0)
    built = FeatureClusters(k=(4,), hierarchical=False).build(source, np.random.default_rng(0))
    assert built.notes == (
        "feature_clusters: k-means k=4 found 2 clusters, as no more points are distinct",
        "feature_clusters: 1 size above 20, which no cluster can fill, was skipped",
    )


def test_k_above_n_is_refused(make_source) -> None:
    with pytest.raises(DataError, match=r"k <= n = 20, found k = 64"):
        FeatureClusters(k=(4, 64)).build(make_source(n=20, sizes=Sizes(min=0.1, max=0.2, num=2)), None)


@pytest.mark.parametrize("classes", [2, 3])
def test_gradients_of_a_model_without_an_intercept_have_no_coordinate_for_it(classes: int) -> None:
    rng = np.random.default_rng(0)
    X, R = rng.normal(size=(8, 3)), rng.normal(size=(8, 1 if classes == 2 else classes))
    points = gradient_points(X, R, has_intercept=False)
    np.testing.assert_allclose(points.matrix(np.arange(8)), np.einsum("nj,nk->njk", X, R).reshape(8, -1))
