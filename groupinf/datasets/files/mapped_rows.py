"""Dense rows that stay in a file: processes map it, so that none holds them in memory of its own."""

from __future__ import annotations

import contextlib
import mmap
import tempfile
import tokenize
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groupinf.atomic import disk_is_full
from groupinf.datasets.files.npz_archive import ARCHIVE_MAGIC, ARRAY_MAGIC
from groupinf.errors import DataError, RunError

# numbers of a slice of rows that is worked on at a time: 8 MiB as float64
SLICE_NUMBERS = 2**20
UNREADABLE = (OSError, EOFError, ValueError, TypeError, SyntaxError, tokenize.TokenError, OverflowError)


class RowFile(np.memmap):
    """A mapped file whose rows are to stay there; what a cache maps for a time is none."""

    _mmap: mmap.mmap  # NumPy's


def map_array(path: Path) -> NDArray[Any]:
    """The array of an .npy file, mapped: it is read where it is looked at. Nothing in it is ever unpickled.

    Raises DataError where the file cannot be read, holds no array, fewer bytes than its header says, or Python objects.
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(len(ARRAY_MAGIC))
        if start != ARRAY_MAGIC:
            archive = start.startswith(ARCHIVE_MAGIC)
            found = "an archive of arrays; give it by npz:" if archive else "a file of another kind"
            raise DataError(f"{path}: expected one array that numpy.save wrote, found {found if start else 'no bytes'}")
        return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False).view(RowFile))
    except UNREADABLE as error:
        if "Python objects" in str(error):
            raise DataError(f"{path}: expected numbers or text, found Python objects") from error
        raise DataError(f"{path}: expected a readable array, found: {error}") from error


def is_mapped(X: object) -> bool:
    """Whether the numbers of a dense matrix are those of a file that rows stay in."""
    return _file_of(X) is not None


def _file_of(X: object) -> RowFile | None:
    while isinstance(X, np.ndarray) and not isinstance(X, RowFile):
        X = X.base
    return X if isinstance(X, RowFile) else None


def let_go(X: NDArray[Any]) -> None:
    """Have the pages of a mapped matrix, which has been gone through, count to this process no longer; they are read
    again where they are looked at again.
    """
    file = _file_of(X)
    if file is not None and hasattr(mmap, "MADV_DONTNEED"):
        file._mmap.madvise(mmap.MADV_DONTNEED)


def slices_of(X: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """The rows of a dense matrix: those of a mapped one few at a time, and let go in the end."""
    if not is_mapped(X):
        yield X
        return
    step = max(1, SLICE_NUMBERS // X.shape[1])
    for start in range(0, X.shape[0], step):
        yield X[start : start + step]
    let_go(X)


def rows_of(X: NDArray[Any], rows: NDArray[np.int64]) -> NDArray[Any]:
    """Some rows of a dense matrix: of a mapped one those that stand side by side as they are, others by ``written``."""
    if not is_mapped(X) or not rows.size:
        return X[rows]
    if rows[-1] - rows[0] + 1 == rows.size and bool(np.all(np.diff(rows) == 1)):
        return X[rows[0] : rows[-1] + 1]
    step = max(1, SLICE_NUMBERS // X.shape[1])
    parts = (X[rows[start : start + step]] for start in range(0, rows.size, step))
    return written(parts, (rows.size, X.shape[1]))


def as_float64(X: NDArray[Any]) -> NDArray[np.float64]:
    """A mapped matrix of numbers as float64 in C order: as it is where it is that, else by ``written``."""
    if X.dtype == np.float64 and X.flags.c_contiguous:
        return X
    return written(slices_of(X), X.shape)


def written(parts: Iterable[NDArray[Any]], shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Rows that come in parts as one matrix of float64, mapped from a file among the temporary ones ($TMPDIR).

    It is removed with the matrix, at the latest where Python ends. Raises RunError where the disk refuses.
    """
    stream = tempfile.NamedTemporaryFile(prefix="groupinf-rows-", delete=False)  # noqa: SIM115
    path = Path(stream.name)
    try:
        with stream, np.errstate(over="ignore"):  # a wider float that overflows is found as infinite
            for part in parts:
                stream.write(np.ascontiguousarray(part, dtype=np.float64).data)
        held = np.memmap(path, dtype=np.float64, mode="r", shape=shape).view(RowFile)
    except BaseException as error:
        _remove(path)
        if not isinstance(error, OSError):
            raise
        advice = "; TMPDIR names another folder for temporary files" if disk_is_full(error) else ""
        raise RunError(f"{path}: rows cannot be written there: {error.strerror or error}{advice}") from error
    weakref.finalize(held, _remove, path)
    return np.asarray(held)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()
