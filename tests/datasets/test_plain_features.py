"""The features that readers know a row by stay with it, whatever becomes of those that are fitted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from support.npz_files import load

from groupinf.datasets.choice.standardise import standardised
from groupinf.datasets.dataset import Dataset, without_plain_features
from groupinf.datasets.kernels.features import with_kernel
from groupinf.datasets.kernels.rbf import Rbf
from groupinf.datasets.rows.pool import pool_as_training_rows, with_pool
from groupinf.datasets.rows.rearranged import rearranged


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return load(tmp_path)


def features(X: object) -> np.ndarray:
    return X.toarray() if isinstance(X, sparse.csr_array) else np.asarray(X)


def test_without_any_change_they_are_those_that_are_fitted(dataset: Dataset) -> None:
    assert dataset.plain_train is None
    train, test, names = dataset.known_by
    assert train is dataset.X_train
    assert test is dataset.X_test
    assert names == dataset.feature_names


@pytest.mark.parametrize("as_sparse", [False, True])
def test_standardised_features_have_their_scale_and_keep_the_plain_ones(dataset: Dataset, as_sparse: bool) -> None:
    if as_sparse:
        dataset = replace(dataset, X_train=sparse.csr_array(dataset.X_train), X_test=sparse.csr_array(dataset.X_test))
    made = standardised(dataset, "here")
    assert made.plain_train is dataset.X_train
    assert made.plain_names == dataset.feature_names
    scale, X = made.feature_scale, features(dataset.X_train)
    assert scale is not None
    np.testing.assert_allclose(scale.sd, X.std(axis=0))
    np.testing.assert_allclose(scale.mean, 0.0 if as_sparse else X.mean(axis=0))
    np.testing.assert_allclose(features(made.X_train) * scale.sd + scale.mean, X, rtol=1e-12)
    np.testing.assert_allclose(features(made.X_test) * scale.sd + scale.mean, features(dataset.X_test), rtol=1e-12)


def test_a_kernel_keeps_them_as_they_were_before_all_else(dataset: Dataset) -> None:
    made = with_kernel(standardised(dataset, "here"), Rbf())
    train, test, names = made.known_by
    assert train is dataset.X_train
    assert test is dataset.X_test
    assert names == dataset.feature_names
    assert made.feature_scale is None  # of the features that the kernel takes, not of those that it makes
    assert made.d != dataset.d


def test_those_that_a_loader_says_go_where_their_rows_go(dataset: Dataset) -> None:
    pixels = np.arange(60.0).reshape(6, 10), np.arange(60.0, 100.0).reshape(4, 10)
    said = replace(dataset, plain_train=pixels[0], plain_test=pixels[1], plain_names=tuple("abcdefghij"))
    moved = rearranged(said, np.array([4, 1, 8]), np.array([7, 0]), np.empty(0, dtype=np.int64))
    np.testing.assert_array_equal(moved.plain_train, np.vstack([pixels[0][[4, 1]], pixels[1][[2]]]))
    np.testing.assert_array_equal(moved.plain_test, np.vstack([pixels[1][[1]], pixels[0][[0]]]))
    scaled = standardised(said, "here")
    assert scaled.plain_train is said.plain_train
    pooled = with_pool(said, np.array([2, 3]))
    assert pooled.pool is not None
    np.testing.assert_array_equal(pooled.pool.plain, pixels[0][[2, 3]])
    np.testing.assert_array_equal(pool_as_training_rows(pooled).plain_train, pixels[0][[2, 3]])


def test_a_study_that_shows_no_row_holds_none(dataset: Dataset) -> None:
    pooled = with_pool(standardised(dataset, "here"), np.array([2, 3]))
    left = without_plain_features(pooled)
    assert left.pool is not None
    assert (left.plain_train, left.plain_test, left.plain_names, left.pool.plain) == (None, None, (), None)
    np.testing.assert_array_equal(left.X_train, pooled.X_train)
