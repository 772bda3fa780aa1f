"""Every fault in the arrays of an .npz file is a DataError that names file, array and place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from support.npz_files import SPARSE_TEST, SPARSE_TRAIN, arrays, csr_parts, fault, load_files

from groupinf.datasets.own.npz import NpzDataset, load_npz
from groupinf.datasets.own.sparse_npz import read_sparse
from groupinf.errors import DataError


def test_so_many_features_that_they_cannot_be_named(tmp_path: Path) -> None:
    changed = csr_parts("X_train", np.eye(6, 3)) | csr_parts("X_test", np.eye(4, 3))
    changed |= {f"{name}_shape": np.array([rows, 2**31 - 1]) for name, rows in (("X_train", 6), ("X_test", 4))}
    assert fault(tmp_path, **changed) == "X_train: expected at most 10,000,000 features, found 2,147,483,647"


def with_value(name: str, at: Any, value: float) -> dict[str, Any]:
    changed = arrays()[name].astype(float)
    changed[at] = value
    return {name: changed}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"X_train": None}, "expected an array X_train, found y_train, X_test, y_test"),
        ({"y_test": None}, "expected an array y_test, found X_train, y_train, X_test"),
        (
            {"X_train": np.zeros(6)},
            "X_train: expected shape (rows, features) with at least one of each, found (6,)",
        ),
        (
            {"X_test": np.zeros((0, 3))},
            "X_test: expected shape (rows, features) with at least one of each, found (0, 3)",
        ),
        ({"X_test": np.zeros((4, 2))}, "X_test: expected 3 columns as in X_train, found shape (4, 2)"),
        ({"X_train": np.full((6, 3), "a")}, "X_train: expected numbers, found dtype <U1"),
        ({"X_train": np.zeros((6, 3), dtype=complex)}, "X_train: expected numbers, found dtype complex128"),
        (
            with_value("X_train", (4, 1), np.nan),
            "X_train: expected finite values, found nan in row 4, column 1 ('x1')",
        ),
        (
            with_value("X_test", (0, 2), -np.inf) | {"feature_names": np.array(["a", "b", "age"])},
            "X_test: expected finite values, found -inf in row 0, column 2 ('age')",
        ),
        (
            {"y_train": np.array([0, 1])},
            "y_train: expected shape (6,), a value per row of X_train, found (2,)",
        ),
        (
            {"y_test": np.zeros((4, 1))},
            "y_test: expected shape (4,), a value per row of X_test, found (4, 1)",
        ),
        (
            with_value("X_train", (4, 1), 1e300),
            "X_train: found 1e+300 in row 4, column 1 ('x1'), above 1e+30 in size, too large to compute with;"
            " rescale it",
        ),
        (
            {"sample_weight_train": np.array([1, 1, 1e31, 1, 1, 1])},
            "sample_weight_train: found 1e+31 in row 2, above 1e+30 in size, too large to compute with; rescale it",
        ),
        ({"y_train": np.full(6, 3)}, "y_train: expected at least two classes, found only 3"),
        ({"y_test": np.array([0, 1, 7, 2])}, "y_test: label 7 in row 2 is none of y_train's classes 0, 1, 2"),
        (
            {"y_train": np.arange(6) / 2, "y_test": np.array([0, 1, 2, 0.25])},
            "y_test: label 0.25 in row 3 is none of y_train's classes 0.0, 0.5, 1.0, 1.5, 2.0, 2.5;"
            " for a numeric target set task: regression",
        ),
        (
            {"y_test": np.array(["0", "1", "2", "0"])},
            "y_test: expected labels like y_train's (int64), found dtype <U1",
        ),
        (with_value("y_train", 5, np.nan), "y_train: expected finite values, found nan in row 5"),
        (
            {"y_train": np.zeros(6, dtype="datetime64[s]")},
            "y_train: expected numbers, bools or text, found dtype datetime64[s]",
        ),
        (
            {"sample_weight_train": np.ones(5)},
            "sample_weight_train: expected shape (6,), a value per row of X_train, found (5,)",
        ),
        (
            {"sample_weight_train": np.array([1, 1, -2, 1, 1, 1])},
            "sample_weight_train: expected finite weights >= 0, found -2 in row 2",
        ),
        (
            {"sample_weight_train": np.array([1, 1, 1, 1, np.inf, 1])},
            "sample_weight_train: expected finite weights >= 0, found inf in row 4",
        ),
        (
            {"sample_weight_train": np.zeros(6)},
            "sample_weight_train: expected weights with a positive sum, found only zeros",
        ),
        (
            {"sample_weight_train": np.array([1, 1, 1, 1, 0, 0])},
            "sample_weight_train: expected a positive weight in every class, found only zeros in class 2",
        ),
        ({"sample_weight_train": np.full(6, "1")}, "sample_weight_train: expected numbers, found dtype <U1"),
        (
            {"feature_names": np.array(["a", "b"])},
            "feature_names: expected 3 texts, one per feature, found shape (2,), dtype <U1",
        ),
        *(
            ({name: np.ones(6)}, f"{name}: not an array that is read; rename it to {right} or leave it out")
            for name, right in [
                ("sample_weight", "sample_weight_train"),
                ("sample_weights", "sample_weight_train"),
                ("feature_name", "feature_names"),
            ]
        ),
        (
            csr_parts("X_train", np.eye(6, 3)),
            "X_test: expected it dense or sparse as X_train is, found one of each",
        ),
        (
            {"X_train_data": np.ones(2)},
            "X_train: expected it either dense or as X_train_data and so on, found both",
        ),
    ],
)
def test_fault(tmp_path: Path, changed: dict[str, Any], message: str) -> None:
    assert fault(tmp_path, **changed) == message


@pytest.mark.parametrize(
    ("part", "value", "message"),
    [
        ("data", np.array([[1.0]]), "X_train_data: expected one dimension, found shape (1, 1)"),
        ("data", np.array(["a"] * 3), "X_train_data: expected numbers, found dtype <U1"),
        (
            "data",
            np.array([1, np.nan, 1]),
            "X_train: expected finite values, found nan in row 1, column 1 ('x1')",
        ),
        ("indices", np.array([0.0, 1, 2]), "X_train_indices: expected integers, found dtype float64"),
        ("indices", np.array([0, 3, 2]), "X_train_indices: expected values in 0..2, found 3"),
        ("indices", np.array([0, -1, 2]), "X_train_indices: expected values in 0..2, found -1"),
        ("indices", np.array([0, 1]), "X_train_indices: expected 3 values as in data, found 2"),
        (
            "indptr",
            np.array([0, 2, 1, 3, 3, 3, 3]),
            "X_train_indptr: expected 7 values rising from 0 to 3, the size of data",
        ),
        (
            "indptr",
            np.array([0, 3]),
            "X_train_indptr: expected 7 values rising from 0 to 3, the size of data",
        ),
        (
            "shape",
            np.array([6, 0]),
            "X_train_shape: expected two integers (rows, features) in 1..2147483647, found [6, 0]",
        ),
        (
            "shape",
            np.array([2**63, 3], dtype=np.uint64),
            "X_train_shape: expected two integers (rows, features) in 1..2147483647, found [9223372036854775808, 3]",
        ),
    ],
)
def test_sparse_fault(tmp_path: Path, part: str, value: np.ndarray, message: str) -> None:
    changed = csr_parts("X_train", np.eye(6, 3)) | csr_parts("X_test", np.eye(4, 3)) | {f"X_train_{part}": value}
    assert fault(tmp_path, **changed) == message


def test_sparse_piece_missing(tmp_path: Path) -> None:
    changed = csr_parts("X_train", np.eye(6, 3)) | {"X_train_indptr": None}
    assert fault(tmp_path, **changed).startswith("expected an array X_train_indptr, found ")


def test_regression_refuses_text(tmp_path: Path) -> None:
    message = fault(tmp_path, "regression", y_train=np.full(6, "a"))
    assert message == "y_train: expected numbers, found dtype <U1"


@pytest.mark.parametrize(
    ("X_train", "X_test", "changed", "message"),
    [
        (
            SPARSE_TRAIN.tocsc(),
            SPARSE_TEST,
            {},
            "X_train.npz: expected a CSR matrix that scipy.sparse.save_npz wrote, found the format 'csc';"
            " save X.tocsr()",
        ),
        (SPARSE_TRAIN, SPARSE_TEST[:, :2], {}, "X_test.npz: expected 3 columns as in X_train.npz, found shape (4, 2)"),
        (
            SPARSE_TRAIN,
            SPARSE_TEST,
            {"X_train": np.eye(6, 3)},
            "mine.npz: X_train: expected it here or in a file of its own, found both",
        ),
        (SPARSE_TRAIN.astype(complex), SPARSE_TEST, {}, "X_train.npz: data: expected numbers, found dtype complex128"),
        (
            SPARSE_TRAIN[:5],
            SPARSE_TEST,
            {},
            "mine.npz: y_train: expected shape (5,), a value per row of X_train.npz, found (6,)",
        ),
        (
            SPARSE_TRAIN,
            sparse.csr_array(np.eye(4, 3) * 1e150),
            {},
            "X_test.npz: found 1e+150 in row 0, column 0 ('x0'), above 1e+30 in size, too large to compute with;"
            " rescale it",
        ),
    ],
)
def test_fault_of_features_in_files_of_scipy(
    tmp_path: Path, X_train: Any, X_test: Any, changed: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError) as caught:
        load_files(tmp_path, (X_train, X_test), **changed)
    assert str(caught.value).replace(f"{tmp_path}/", "") == message


def test_a_file_that_scipy_did_not_write(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", a=np.zeros(3))
    with pytest.raises(DataError, match=r"a\.npz: expected a CSR matrix that scipy\.sparse\.save_npz wrote, found a$"):
        read_sparse(tmp_path / "a.npz")


def test_a_matrix_of_scipy_in_place_of_the_arrays(tmp_path: Path) -> None:
    sparse.save_npz(tmp_path / "mine.npz", SPARSE_TRAIN)
    with pytest.raises(
        DataError, match=r"found a sparse matrix of scipy\.sparse\.save_npz; give it by X_train: or X_test:"
    ):
        load_npz(NpzDataset(npz="mine.npz"), [tmp_path / "mine.npz"], 0)
