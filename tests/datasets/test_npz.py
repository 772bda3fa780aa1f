"""An .npz file is read as it was written, and every fault in it is a DataError that names file, array and place."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse

from groupinf.config.schema import NpzDataset
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.npz import load_npz
from groupinf.datasets.sparse_npz import read_sparse
from groupinf.errors import DataError


def arrays() -> dict[str, Any]:
    rng = np.random.default_rng(0)
    return {
        "X_train": rng.standard_normal((6, 3)),
        "y_train": np.array([0, 1, 0, 1, 2, 2]),
        "X_test": rng.standard_normal((4, 3)),
        "y_test": np.array([2, 1, 0, 0]),
    }


def load(folder: Path, task: str = "classification", **changed: Any) -> Dataset:
    """Write the arrays with changes (None: left out) and load them."""
    kept = {name: a for name, a in {**arrays(), **changed}.items() if a is not None}
    np.savez(folder / "mine.npz", **kept)
    return load_npz(NpzDataset.model_validate({"npz": "mine.npz", "task": task}), folder / "mine.npz")


def fault(folder: Path, task: str = "classification", **changed: Any) -> str:
    with pytest.raises(DataError) as caught:
        load(folder, task, **changed)
    file = f"{folder / 'mine.npz'}: "
    assert str(caught.value).startswith(file)
    return str(caught.value).removeprefix(file)


def csr_parts(name: str, X: np.ndarray) -> dict[str, Any]:
    S = sparse.csr_array(X)
    parts = {"data": S.data, "indices": S.indices, "indptr": S.indptr, "shape": np.array(S.shape)}
    return {name: None} | {f"{name}_{part}": value for part, value in parts.items()}


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
    data = load_npz(NpzDataset(npz="mine.npz", standardise=True), tmp_path / "mine.npz")
    mean, sd = X["X_train"].mean(axis=0), X["X_train"].std(axis=0)
    for name, plain in X.items():
        found = getattr(data, name)
        assert sparse.issparse(found) == is_sparse
        expected = plain / sd if is_sparse else (plain - mean) / sd  # a constant apart in every column
        np.testing.assert_allclose(found.toarray() if is_sparse else found, expected, atol=1e-14)


def load_files(folder: Path, X: tuple[Any, Any], **changed: Any) -> Dataset:
    """Features as scipy.sparse.save_npz writes them, beside an archive of the rest."""
    kept = {name: a for name, a in {**arrays(), "X_train": None, "X_test": None, **changed}.items() if a is not None}
    np.savez(folder / "mine.npz", **kept)
    paths = folder / "X_train.npz", folder / "X_test.npz"
    for matrix, path in zip(X, paths, strict=True):
        sparse.save_npz(path, matrix)
    return load_npz(NpzDataset(npz="mine.npz", X_train="X_train.npz", X_test="X_test.npz"), folder / "mine.npz", paths)


SPARSE_TRAIN, SPARSE_TEST = (
    sparse.csr_array(np.where(abs(arrays()[name]) > 0.5, arrays()[name], 0)) for name in ("X_train", "X_test")
)


@pytest.mark.parametrize("kind", [sparse.csr_array, sparse.csr_matrix])
def test_features_in_files_of_scipy(tmp_path: Path, kind: Any) -> None:
    data = load_files(tmp_path, (kind(SPARSE_TRAIN), kind(SPARSE_TEST)), feature_names=np.array(["a", "b", "c"]))
    for found, expected in ((data.X_train, SPARSE_TRAIN), (data.X_test, SPARSE_TEST)):
        assert isinstance(found, sparse.csr_array)
        np.testing.assert_array_equal(found.toarray(), expected.toarray())
    assert data.feature_names == ("a", "b", "c")
    assert list(data.sources) == ["mine.npz", "X_train.npz", "X_test.npz"]


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


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_altered_bytes_of_a_file_of_scipy_give_only_data_errors(tmp_path: Path, data: st.DataObject) -> None:
    stream = io.BytesIO()
    sparse.save_npz(stream, SPARSE_TRAIN, compressed=False)
    content = bytearray(stream.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "altered.npz"
    path.write_bytes(content)
    message = str(path)
    try:
        read_sparse(path)
    except DataError as error:
        message = str(error)
    assert str(path) in message


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


def test_objects_are_not_unpickled(tmp_path: Path) -> None:
    message = fault(tmp_path, X_train=np.array([[{}]], dtype=object))
    assert message == "X_train: expected numbers or text, found Python objects"


def test_single_array_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "mine.npz").open("wb") as stream:
        np.save(stream, np.zeros(3))
    with pytest.raises(DataError, match=r"mine\.npz: expected a NumPy \.npz archive, found a single array"):
        load_npz(NpzDataset(npz="mine.npz"), tmp_path / "mine.npz")


@pytest.mark.parametrize(
    ("content", "kind"), [(b"junk", "a file of another kind"), (b"", "an empty file"), (b"\x80\x04.", "a file of")]
)
def test_what_is_no_archive_is_said_in_our_words(tmp_path: Path, content: bytes, kind: str) -> None:
    (tmp_path / "junk.npz").write_bytes(content)
    with pytest.raises(DataError) as caught:
        load_npz(NpzDataset(npz="junk.npz"), tmp_path / "junk.npz")
    assert str(caught.value).startswith(f"{tmp_path / 'junk.npz'}: expected a NumPy .npz archive, found {kind}")
    assert "pickle" not in str(caught.value)


def good_bytes(compressed: bool) -> bytes:
    stream = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(stream, **arrays())
    return stream.getvalue()


GOOD = {compressed: good_bytes(compressed) for compressed in (False, True)}


def check_only_data_errors(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    message = f"{path}: "
    try:
        load_npz(NpzDataset(npz=path.name), path)
    except DataError as error:
        message = str(error)
    assert message.startswith(f"{path}: ")


@pytest.mark.parametrize("kept", [0, 3, 30, 500, -1, -40])
def test_truncated_file(tmp_path: Path, kept: int) -> None:
    (tmp_path / "cut.npz").write_bytes(GOOD[True][:kept])
    with pytest.raises(DataError, match=r"cut\.npz: .*expected a"):
        load_npz(NpzDataset(npz="cut.npz"), tmp_path / "cut.npz")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=300), st.binary(max_size=100).map(lambda b: b"\x93NUMPY\x01\x00" + b)))
def test_junk_gives_only_data_errors(tmp_path: Path, content: bytes) -> None:
    check_only_data_errors(tmp_path / "junk.npz", content)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), compressed=st.booleans())
def test_altered_bytes_give_only_data_errors(tmp_path: Path, data: st.DataObject, compressed: bool) -> None:
    content = bytearray(GOOD[compressed])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    check_only_data_errors(tmp_path / "altered.npz", bytes(content))


def test_a_matrix_of_scipy_in_place_of_the_arrays(tmp_path: Path) -> None:
    sparse.save_npz(tmp_path / "mine.npz", SPARSE_TRAIN)
    with pytest.raises(
        DataError, match=r"found a sparse matrix of scipy\.sparse\.save_npz; give it by X_train: or X_test:"
    ):
        load_npz(NpzDataset(npz="mine.npz"), tmp_path / "mine.npz")
