"""Arrays of a NumPy .npz archive that may be anything: nothing in it is unpickled, damage is a DataError."""

from __future__ import annotations

import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from groupinf.errors import DataError

ARCHIVE_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
ARRAY_MAGIC = b"\x93NUMPY"

# What numpy and zipfile raise on files that are damaged or were never an archive of plain arrays.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    KeyError,
    TypeError,
    SyntaxError,
    tokenize.TokenError,
    OverflowError,
    MemoryError,
    NotImplementedError,
    RuntimeError,
)


@contextmanager
def open_archive(path: Path) -> Iterator[np.lib.npyio.NpzFile]:
    """Open an .npz file for :func:`read_member`.

    Raises DataError where it cannot be read, or is no archive of arrays.
    """
    try:
        stream = path.open("rb")
    except OSError as error:
        raise DataError(f"{path}: expected a readable file, found: {error.strerror}") from error
    with stream, _archive(stream, path) as archive:
        yield archive


def read_member(archive: np.lib.npyio.NpzFile, name: str, path: Path) -> NDArray[Any]:
    """Return one array of the archive at ``path``.

    Raises DataError where there is none of that name, or it is damaged, or holds Python objects.
    """
    if name not in archive.files:
        raise DataError(f"{path}: expected an array {name}, found {', '.join(archive.files) or 'no array'}")
    try:
        array = archive[name]
    except MemoryError as error:
        if _holds(path, name):  # an array as large as it says, and no damaged header
            raise
        raise DataError(f"{path}: {name}: expected a readable array, found: {_reason(error)}") from error
    except UNREADABLE as error:
        if "Object arrays" in str(error):
            raise DataError(f"{path}: {name}: expected numbers or text, found Python objects") from error
        raise DataError(f"{path}: {name}: expected a readable array, found: {_reason(error)}") from error
    if not isinstance(array, np.ndarray):
        raise DataError(f"{path}: {name}: expected a NumPy array, found other bytes")
    return array


def stated_numbers(archive: zipfile.ZipFile, member: str) -> int:
    """How many numbers the header of an array states; 0 where the archive holds fewer bytes than these take."""
    with archive.open(member) as stream:
        version = np.lib.format.read_magic(stream)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = read(stream)
    count = int(np.prod(shape, dtype=object))
    return count if count * dtype.itemsize <= archive.getinfo(member).file_size else 0


def _holds(path: Path, name: str) -> bool:
    """Whether an array is as large as its header says."""
    try:
        with zipfile.ZipFile(path) as archive:
            return stated_numbers(archive, f"{name}.npy") > 0
    except UNREADABLE:
        return False


def _archive(stream: BinaryIO, path: Path) -> np.lib.npyio.NpzFile:
    expected = f"{path}: expected a NumPy .npz archive"
    try:
        start = stream.read(len(ARRAY_MAGIC))
        stream.seek(0)
        if start.startswith(ARCHIVE_MAGIC):
            archive: np.lib.npyio.NpzFile = np.load(stream, allow_pickle=False)
            return archive
    except UNREADABLE as error:
        raise DataError(f"{expected}, found: {_reason(error)}") from error
    kind = "a single array" if start == ARRAY_MAGIC else "a file of another kind" if start else "an empty file"
    raise DataError(f"{expected}, found {kind}; write it with numpy.savez")


def _reason(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
