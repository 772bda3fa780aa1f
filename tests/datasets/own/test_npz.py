"""An .npz file is read as it was written: arrays of any type, sparse features, features in files of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from support.npz_files import SPARSE_TEST, SPARSE_TRAIN, arrays, csr_parts, fault, load, load_files

from groupinf.datasets.own.npz import NpzDataset
from groupinf.datasets.registry import load_dataset


def test_plain_arrays(tmp_path: Path) -> None:
    data, truth = load(tmp_path), arrays()
    for array, value in truth.items():
        np.testing.assert_array_equal(getattr(data, array), value)
    assert (data.name, data.n, data.d, data.classes) == ("mine", 6, 3, (0, 1, 2))
    assert data.feature_names == ("x0", "x1", "x2")
    assert data.sample_weight_train.tolist() == [1.0] * 6
    assert list(data.sources) == ["mine.npz"]


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int32", "float16", "float32", ">f8", "longdouble"])
def test_features_become_float64_in_c_order(tmp_path: Path, dtype: str) -> None:
    X = np.asfortranarray(np.arange(18).reshape(6, 3) % 2, dtype=dtype)
    found = load(tmp_path, X_train=X).X_train
    assert isinstance(found, np.ndarray)
    assert found.dtype == np.float64
    assert found.dtype.isnative
    assert found.flags.c_contiguous
    np.testing.assert_array_equal(found, X.astype(np.float64))


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        ([5, -1, 5], (-1, 5)),
        ([0.5, 2.5, 0.5], (0.5, 2.5)),
        (["no", "yes", "maybe"], ("maybe", "no", "yes")),
        ([True, False, True], (False, True)),
    ],
)
def test_labels_of_any_values(tmp_path: Path, labels: list[Any], classes: tuple[object, ...]) -> None:
    data = load(tmp_path, y_train=np.array(labels * 2), y_test=np.array([labels[1], *labels]))
    assert data.classes == classes
    assert [data.classes[c] for c in data.y_train] == labels * 2
    assert [data.classes[c] for c in data.y_test] == [labels[1], *labels]
    assert data.y_train.dtype == data.y_test.dtype == np.int64


def test_regression_keeps_the_numbers(tmp_path: Path) -> None:
    data = load(tmp_path, "regression", y_train=np.arange(6), y_test=np.array([0.5, 9, -3, 1]))
    assert data.classes == ()
    assert data.y_train.dtype == np.float64
    assert data.y_test.tolist() == [0.5, 9, -3, 1]


def test_weights_and_feature_names(tmp_path: Path) -> None:
    data = load(tmp_path, sample_weight_train=np.array([1, 2, 0, 4, 5, 6]), feature_names=np.array(["a", "b", "c"]))
    assert data.sample_weight_train.tolist() == [1, 2, 0, 4, 5, 6]
    assert data.sample_weight_train.dtype == np.float64
    assert data.feature_names == ("a", "b", "c")


def test_sparse_features(tmp_path: Path) -> None:
    X_train, X_test = (np.where(abs(arrays()[a]) > 0.5, arrays()[a], 0) for a in ("X_train", "X_test"))
    data = load(tmp_path, **csr_parts("X_train", X_train), **csr_parts("X_test", X_test))
    assert isinstance(data.X_train, sparse.csr_array)
    assert isinstance(data.X_test, sparse.csr_array)
    np.testing.assert_array_equal(data.X_train.toarray(), X_train)
    np.testing.assert_array_equal(data.X_test.toarray(), X_test)


def test_sparse_indices_are_sorted_and_duplicates_refused(tmp_path: Path) -> None:
    parts = csr_parts("X_train", np.zeros((6, 3))) | {
        "X_train_data": np.array([5, 2, 4]),
        "X_train_indices": np.array([2, 0, 2]),
        "X_train_indptr": np.array([0, 2, 3, 3, 3, 3, 3]),
    }
    test = csr_parts("X_test", arrays()["X_test"])
    X = load(tmp_path, **parts, **test).X_train
    assert isinstance(X, sparse.csr_array)
    assert X.has_canonical_format
    assert X.toarray()[:2].tolist() == [[2, 0, 5], [0, 0, 4]]
    assert fault(tmp_path, **parts | {"X_train_indptr": np.array([0, 0, 3, 3, 3, 3, 3])}, **test) == (
        "X_train_indices: expected each column once in a row, found 2 twice in row 1; X.sum_duplicates() adds them up"
    )


def test_other_arrays_are_allowed(tmp_path: Path) -> None:
    assert load(tmp_path, row_ids=np.arange(6), features=np.arange(3), meta=np.array([{}], dtype=object)).n == 6


@pytest.mark.parametrize("is_sparse", [False, True])
def test_standardised_over_the_training_rows(tmp_path: Path, is_sparse: bool) -> None:
    X = {name: np.where(abs(arrays()[name]) > 0.5, arrays()[name] + 3, 0) for name in ("X_train", "X_test")}
    changed = csr_parts("X_train", X["X_train"]) | csr_parts("X_test", X["X_test"]) if is_sparse else X
    np.savez(tmp_path / "mine.npz", **{k: v for k, v in {**arrays(), **changed}.items() if v is not None})
    data = load_dataset(NpzDataset(npz="mine.npz", standardise=True), tmp_path, 0)
    mean, sd = X["X_train"].mean(axis=0), X["X_train"].std(axis=0)
    for name, plain in X.items():
        found = getattr(data, name)
        assert sparse.issparse(found) == is_sparse
        expected = plain / sd if is_sparse else (plain - mean) / sd  # a constant apart in every column
        np.testing.assert_allclose(found.toarray() if is_sparse else found, expected, atol=1e-14)


@pytest.mark.parametrize("kind", [sparse.csr_array, sparse.csr_matrix])
def test_features_in_files_of_scipy(tmp_path: Path, kind: Any) -> None:
    data = load_files(tmp_path, (kind(SPARSE_TRAIN), kind(SPARSE_TEST)), feature_names=np.array(["a", "b", "c"]))
    for found, expected in ((data.X_train, SPARSE_TRAIN), (data.X_test, SPARSE_TEST)):
        assert isinstance(found, sparse.csr_array)
        np.testing.assert_array_equal(found.toarray(), expected.toarray())
    assert data.feature_names == ("a", "b", "c")
    assert list(data.sources) == ["mine.npz", "X_train.npz", "X_test.npz"]
