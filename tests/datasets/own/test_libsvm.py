"""A libsvm file gives scikit-learn's matrix, and every fault in it is a DataError that names file and line."""

from __future__ import annotations

import bz2
import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.datasets import dump_svmlight_file, load_svmlight_files

from groupinf.datasets.config_error import DatasetConfigError
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.own.libsvm import LibsvmDataset, load_libsvm
from groupinf.datasets.registry import load_dataset
from groupinf.errors import DataError

LINES = b"1 1:0.5 3:2\n# a comment\n-1 2:1 # after a row\n\n1 qid:3 1:1\n-1 3:4\n1\n"


def load(folder: Path, content: bytes, test: bytes | None = None, name: str = "mine.txt", **options: Any) -> Dataset:
    (folder / name).write_bytes(content)
    if test is not None:
        (folder / "other.txt").write_bytes(test)
        options = {**options, "test_file": "other.txt"}
    config = LibsvmDataset.model_validate({"libsvm": name, **options})
    return load_dataset(config, folder, 0)


def fault(folder: Path, content: bytes, test: bytes | None = None, **options: Any) -> str:
    with pytest.raises(DataError) as caught:
        load(folder, content, test, **options)
    key = f"{'.'.join(caught.value.key)}: " if isinstance(caught.value, DatasetConfigError) else ""
    return key + str(caught.value).replace(f"{folder}/", "")


def dense(X: Any) -> np.ndarray:
    assert isinstance(X, sparse.csr_array)
    return X.toarray()


@pytest.mark.parametrize("zero_based", [False, True])
def test_two_files_as_scikit_learn_reads_them(tmp_path: Path, zero_based: bool) -> None:
    rng = np.random.default_rng(0)
    parts = [sparse.random_array((rows, d), density=0.3, rng=rng) for rows, d in ((30, 6), (10, 8))]
    labels = [rng.integers(0, 3, rows) - 1.0 for rows in (30, 10)]
    files = [tmp_path / "train", tmp_path / "test"]
    for X, y, file in zip(parts, labels, files, strict=True):
        dump_svmlight_file(X, y, str(file), zero_based=zero_based)
    data = load(tmp_path, files[0].read_bytes(), files[1].read_bytes())
    X_train, y_train, X_test, y_test = load_svmlight_files([str(file) for file in files], zero_based="auto")
    np.testing.assert_array_equal(dense(data.X_train), X_train.toarray())
    np.testing.assert_array_equal(dense(data.X_test), X_test.toarray())
    assert data.classes == (-1, 0, 1)
    assert [data.classes[c] for c in data.y_train] == y_train.tolist()
    assert [data.classes[c] for c in data.y_test] == y_test.tolist()
    first = 0 if zero_based else 1
    assert data.feature_names == tuple(f"x{j}" for j in range(first, 8 + first))
    assert list(data.sources) == ["mine.txt", "other.txt"]


def test_comments_blank_lines_and_rows_without_entries(tmp_path: Path) -> None:
    data = load(tmp_path, LINES, LINES)
    np.testing.assert_array_equal(dense(data.X_train), [[0.5, 0, 2], [0, 1, 0], [1, 0, 0], [0, 0, 4], [0, 0, 0]])
    assert [data.classes[c] for c in data.y_train] == [1, -1, 1, -1, 1]


def test_the_seed_splits_one_file(tmp_path: Path) -> None:
    content = b"".join(b"%d 1:%d\n" % (i % 2, i + 1) for i in range(50))
    data = load(tmp_path, content, test_fraction=0.3)
    assert (data.n, data.y_test.size) == (35, 15)
    assert sorted([*dense(data.X_train)[:, 0], *dense(data.X_test)[:, 0]]) == list(range(1, 51))
    assert (np.diff(dense(data.X_train)[:, 0]) > 0).all()


def test_regression(tmp_path: Path) -> None:
    data = load(tmp_path, b"0.5 1:1\n2 1:2\n-3e1 1:3\n", b"7 1:4\n", task="regression")
    assert (data.classes, data.y_train.tolist(), data.y_test.tolist()) == ((), [0.5, 2, -30], [7])


@pytest.mark.parametrize(("suffix", "compress"), [(".gz", gzip.compress), (".bz2", bz2.compress)])
def test_compressed(tmp_path: Path, suffix: str, compress: Any) -> None:
    assert load(tmp_path, compress(LINES), LINES, name=f"mine{suffix}").n == 5
    (tmp_path / f"cut{suffix}").write_bytes(compress(LINES)[:-9])
    with pytest.raises(DataError, match=rf"cut\{suffix}: expected a readable file, found: "):
        load_libsvm(LibsvmDataset(libsvm="a"), [tmp_path / f"cut{suffix}"], 0)


def test_standardised_is_scaled_and_sparse(tmp_path: Path) -> None:
    plain, scaled = (load(tmp_path, LINES, LINES, standardise=s) for s in (False, True))
    X = dense(plain.X_train)
    np.testing.assert_allclose(dense(scaled.X_train), X / X.std(axis=0), rtol=1e-14)
    np.testing.assert_allclose(dense(scaled.X_test), X / X.std(axis=0), rtol=1e-14)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"a 1:2", "the label 'a' is not a number"),
        (b"1 1 2", "'1' is not INDEX:VALUE"),
        (b"1 2:1 1:1", "the indices of a line have to rise, each once; 1 comes after 2"),
        (b"1 2:1 2:1", "2 comes after 2"),
        (b"1 1:x", "the value 'x' is not a number"),
        (b"1 1:1e300", "the value '1e300' is above 1e+30 in size, too large to compute with"),
        (b"-1e300 1:1", "the label '-1e300' is above 1e+30 in size, too large to compute with"),
        (b"1 -1:2", "the index '-1' is not a whole number from 0 on"),
        (b"1 1:nan", "the value 'nan' is not finite"),
        (b"inf 1:2", "the label 'inf' is not finite"),
        (b"1 99999999999:2", "the index '99999999999' is above 10,000,000"),
        (b"1 20000000:2", "the index '20000000' is above 10,000,000"),
        (b"1,2 1:2", "'1,2 1:2'"),
        (b"\xff 1:2", r"'\\xff 1:2'"),
        (b"1 " + b"x" * 500, "x..."),
    ],
)
@pytest.mark.parametrize("at", [0, 4, 9])
def test_a_wrong_line_is_named(tmp_path: Path, line: bytes, problem: str, at: int) -> None:
    lines = [b"1 1:1", b"# c", b"0 2:1", b"", b"1 3:1", b"0 1:2", b"1 2:2", b"0 3:2", b"1 1:3"]
    message = fault(tmp_path, b"\n".join([*lines[:at], line, *lines[at:], b"worse"]), LINES)
    assert message.startswith(f"mine.txt, line {at + 1}: expected LABEL INDEX:VALUE .., found ")
    assert problem in message
    assert len(message) < 300


@pytest.mark.parametrize(
    ("content", "test", "message"),
    [
        (b"", None, "mine.txt: expected lines LABEL INDEX:VALUE .., found none"),
        (b"# only\n\n", None, "mine.txt: expected lines LABEL INDEX:VALUE .., found none"),
        (LINES, b"", "other.txt: expected lines LABEL INDEX:VALUE .., found none"),
        (b"1\n0\n", b"1\n", "mine.txt: expected at least one entry INDEX:VALUE, found only labels"),
        (b"1 1:1\n1 1:2\n", b"1 1:1", "mine.txt: y_train: expected at least two classes, found only 1"),
        (
            LINES,
            b"5 1:1",
            "dataset.test_file: expected every class of the labels among the training rows of mine.txt, found none of"
            " 5; leave its rows out, or, for a numeric target, set task: regression",
        ),
        (b"1 1:1\n0 1:1\n", None, "dataset.test_fraction: expected a fraction that leaves both parts a row, found 0.2"),
    ],
)
def test_fault(tmp_path: Path, content: bytes, test: bytes | None, message: str) -> None:
    assert fault(tmp_path, content, test).startswith(message)


PIECES = st.sampled_from(
    [b"1", b"0", b"-2.5", b"1e400", b"9" * 20, b"2147483647", b"nan", b":", b" ", b"\n", b"\r", b"#", b"qid", b"\0"]
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(st.binary(max_size=80), st.lists(PIECES, max_size=40).map(b"".join)),
    name=st.sampled_from(["junk.txt", "junk.gz", "junk.bz2"]),
    task=st.sampled_from(["classification", "regression"]),
)
def test_junk_gives_only_data_errors(tmp_path: Path, content: bytes, name: str, task: str) -> None:
    message = name
    try:
        load(tmp_path, content, name=name, task=task, standardise=True)
    except DataError as error:
        message = str(error)
    assert name in message
