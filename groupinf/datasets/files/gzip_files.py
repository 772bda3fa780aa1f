"""Files that may be compressed by gzip, read whole or line by line; damage is a DataError."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from groupinf.errors import DataError

UNREADABLE = (OSError, EOFError, zlib.error)


def read_gzip(path: Path) -> bytes:
    """Return the uncompressed bytes of a gzip file.

    Raises DataError where it cannot be read, is cut short or is no gzip file.
    """
    try:
        with gzip.open(path) as stream:
            return stream.read()
    except UNREADABLE as error:
        raise DataError(f"{path}: expected a readable gzip file, found: {error}") from error


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a UTF-8 file without their line ends, numbered from 1; ``.gz`` files are uncompressed.

    Raises DataError where the file cannot be read or uncompressed, or a line is not UTF-8.
    """
    number = 0
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            for number, line in enumerate(stream, start=1):
                yield number, line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}, line {number}: expected UTF-8 text, found: {error.reason}") from error
    except UNREADABLE as error:
        raise DataError(f"{path}, after line {number}: expected a readable file, found: {error}") from error
