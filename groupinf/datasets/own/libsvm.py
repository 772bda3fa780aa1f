"""A user's own file in the libsvm format: one line ``LABEL INDEX:VALUE INDEX:VALUE ...`` for each row."""

from __future__ import annotations

import bz2
import gzip
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from groupinf.config.named_file import DataPath
from groupinf.config.section import Section
from groupinf.datasets.choice.options import RowChoice
from groupinf.datasets.dataset import Dataset, Task
from groupinf.datasets.files.data_home import sha256_of
from groupinf.datasets.kind import DatasetKind, nothing_more
from groupinf.datasets.own.options import Stratify, TestFile, TestFraction
from groupinf.datasets.own.own_dataset import own_dataset
from groupinf.datasets.row_kinds.registry import RowsAre
from groupinf.datasets.rows.features import LARGEST, MOST_FEATURES, TOO_LARGE, feature_names
from groupinf.datasets.rows.labels import encode_targets
from groupinf.datasets.rows.origins import origins_of
from groupinf.datasets.rows.split import SplitKey, check_every_class_trains, split_file
from groupinf.errors import DataError

if TYPE_CHECKING:
    from scipy import sparse


UNREADABLE = (OSError, EOFError, zlib.error, ValueError)  # bz2 raises the last where the end is missing

LARGEST_WHOLE = 2**53  # below it a float64 holds every whole number
MOST_DIGITS = 18  # of an index: no longer number is worth being read
LONGEST = 60  # characters of a line that a message shows


class _Libsvm(Section):
    libsvm: DataPath
    test_file: TestFile = None
    test_fraction: TestFraction = None
    task: Task = "classification"
    stratify: Stratify = None
    rows_are: RowsAre = None


class LibsvmDataset(RowChoice, _Libsvm):
    """A user's file in the libsvm format, sparse."""


@dataclass(frozen=True)
class LabelledRows:
    """Rows of a file as they stand: column j of X holds what has the index j; lines count from 1."""

    X: sparse.csr_array
    y: NDArray[np.float64]
    lines: NDArray[np.int64]


def load_libsvm(config: LibsvmDataset, paths: Sequence[Path], seed: int) -> Dataset:
    """Return the dataset of a libsvm file, sparse; test rows are those of a second file, or drawn from ``seed``.

    Indices start from 1, unless an entry of either file has the index 0; a feature is called x and its index.
    Both files have as many features as the one with more. ``qid`` is not looked at; .gz and .bz2 are uncompressed.
    Raises DataError where a file cannot be read, or a line is not in the format, naming the file and the line, and
    DatasetConfigError where a part is left without a row, or the training rows without a class.
    """
    path, files = paths[0], [read_libsvm(p) for p in paths]
    X, names = _features([file.X for file in files], str(path))
    y: NDArray[Any] = np.concatenate([file.y for file in files])
    if (y == np.round(y)).all() and (np.abs(y) < LARGEST_WHOLE).all():
        y = y.astype(np.int64)  # labels such as -1 and 1 are shown without decimals
    if config.test_fraction is not None:
        train, test = split_file(y, config.test_fraction, seed, str(path), bool(config.stratify))
    else:
        train, test = np.arange(files[0].y.size), np.arange(files[0].y.size, y.size)
    if config.task == "classification":
        made_by: SplitKey = "test_file" if config.test_fraction is None else "test_fraction"
        check_every_class_trains(y, train, "the labels", str(path), made_by)
    targets = encode_targets(y[train], y[test], config.task, str(path))
    dataset = own_dataset(config, (X[train], X[test]), targets, names, [(p, sha256_of(p)) for p in paths])
    lines = [(p, file.lines) for p, file in zip(paths, files, strict=True)]
    return replace(dataset, origins=origins_of(lines, np.concatenate([train, test])))


def read_libsvm(path: Path) -> LabelledRows:
    """Return the rows of a file; blank lines and what follows a # are left out.

    Raises DataError where it cannot be read, has no row, or a line is not in the format or holds a number that is
    infinite or too large.
    """
    uncompress = {".gz": gzip.decompress, ".bz2": bz2.decompress}.get(path.suffix, bytes)
    try:
        content = uncompress(path.read_bytes())
    except UNREADABLE as error:
        raise DataError(f"{path}: expected a readable file, found: {error}") from error
    rows = _parsed(content)
    if isinstance(rows, str):
        raise _first_fault(content.split(b"\n"), path)
    if not rows.y.size:
        raise DataError(f"{path}: expected lines LABEL INDEX:VALUE .., found none")
    return rows


def _parsed(content: bytes) -> LabelledRows | str:
    """Return the rows, or what is wrong with them in words."""
    from scipy import sparse
    from sklearn.datasets import load_svmlight_file

    try:
        X, y = load_svmlight_file(io.BytesIO(content), zero_based=True)
    except (ValueError, OverflowError) as error:
        return str(error)  # only tells that there is a fault: _problem_of has the words for the user
    if X.shape[1] > MOST_FEATURES + 1:
        return f"an index above {MOST_FEATURES:,}"
    if not (np.abs(X.data) <= LARGEST).all() or not (np.abs(y) <= LARGEST).all():
        return "a number that is not finite or too large"
    held = [bool(line.split(b"#", 1)[0].strip()) for line in content.split(b"\n")]  # more than blank or a comment
    return LabelledRows(sparse.csr_array(X), y, np.flatnonzero(held).astype(np.int64) + 1)


def _first_fault(lines: Sequence[bytes], path: Path) -> DataError:
    """Find the first line that is wrong by itself: by halves, for a parse of one line costs as much as of hundreds."""
    low, high = 0, len(lines)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if isinstance(_parsed(b"\n".join(lines[low:middle])), str) else (middle, high)
    problem = _problem_of(lines[low])
    shown = lines[low].decode("utf-8", "backslashreplace").strip()
    shown = shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}..."
    return DataError(f"{path}, line {low + 1}: expected LABEL INDEX:VALUE .., found {shown!r}: {problem}")


def _problem_of(line: bytes) -> str:
    """What is wrong with a line, in words."""
    label, *entries = line.split(b"#", 1)[0].split() or [b""]
    if problem := _not_a_number(label, "label"):
        return problem
    before = -1
    for entry in entries:
        index, colon, value = entry.partition(b":")
        if not colon:
            return f"{_text(entry)} is not INDEX:VALUE"
        if index == b"qid":
            continue
        if not index.isdigit():
            return f"the index {_text(index)} is not a whole number from 0 on"
        if len(index) > MOST_DIGITS or int(index) > MOST_FEATURES:
            return f"the index {_text(index)} is above {MOST_FEATURES:,}"
        if int(index) <= before:
            return f"the indices of a line have to rise, each once; {int(index)} comes after {before}"
        if problem := _not_a_number(value, "value"):
            return problem
        before = int(index)
    return "it is not in the format"


def _not_a_number(text: bytes, what: str) -> str:
    try:
        number = float(text)
    except ValueError:
        return f"the {what} {_text(text)} is not a number"
    if not np.isfinite(number):
        return f"the {what} {_text(text)} is not finite"
    return f"the {what} {_text(text)} is {TOO_LARGE}" if abs(number) > LARGEST else ""


def _text(piece: bytes) -> str:
    text = piece.decode("utf-8", "backslashreplace")
    return repr(text if len(text) <= LONGEST else f"{text[:LONGEST]}...")


def _features(parts: Sequence[sparse.csr_array], file: str) -> tuple[sparse.csr_array, tuple[str, ...]]:
    """Return the rows of all parts as one matrix, without the column of index 0 where nothing has that index."""
    from scipy import sparse

    width = max(part.shape[1] for part in parts)
    widened = [sparse.csr_array((X.data, X.indices, X.indptr), shape=(X.shape[0], width)) for X in parts]
    X = sparse.vstack(widened, format="csr")
    first = 0 if (X.indices == 0).any() else 1
    if not X.nnz or X.shape[1] == first:
        raise DataError(f"{file}: expected at least one entry INDEX:VALUE, found only labels")
    X = sparse.csr_array((X.data, X.indices - first, X.indptr), shape=(X.shape[0], width - first))
    return X, feature_names(X.shape[1], file, first)


# Nothing is declared: an entry may be longer as text than in memory.
LIBSVM = DatasetKind(
    name="libsvm",
    options=LibsvmDataset,
    load=load_libsvm,
    declared_bytes=None,
    identity=nothing_more,
)
