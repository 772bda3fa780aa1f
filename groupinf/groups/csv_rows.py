"""Comma-separated text that a user brings along beside the data: its lines as rows, and what is wrong with them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from groupinf.datasets.files.text_kind import HEAD, SEPARATORS, other_kind, other_separator
from groupinf.errors import DataError
from groupinf.wording import counted


def csv_rows(
    path: Path, expected: str, remedy: str, header_of: Callable[[list[str], str], list[str]]
) -> Iterator[tuple[int, dict[str, str]]]:
    """The line number and the cells, by column, of every row below the header.

    ``header_of`` checks the stripped cells of the header, opening its errors with the place that it is given.
    ``expected`` opens errors on the columns, ``remedy`` says what to do about a file of another kind. Raises DataError,
    with the line, where the file is missing, empty, of another kind, not UTF-8 or not CSV.
    """
    count, header = 0, None
    try:
        with _text(path, remedy) as text:
            for line, cells in _records(csv.reader(text, strict=True), path):
                if header is None:
                    where = f"{path}, line {line}"
                    header = header_of(_separated([cell.strip() for cell in cells], where, expected), where)
                    continue
                if len(cells) != len(header):
                    columns = f"{counted(len(header), 'cell')} ({', '.join(header)})"
                    raise DataError(f"{path}, line {line}: expected {columns}, found {len(cells)}")
                count += 1
                yield line, dict(zip(header, cells, strict=True))
    except UnicodeDecodeError as error:
        raise _not_utf8(path) from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error
    if count == 0:
        found = "an empty file" if header is None else "a header and no more"
        raise DataError(f"{path}: {expected}, found {found}")


def _records(reader: Any, path: Path) -> Iterator[tuple[int, list[str]]]:
    """The cells of every line that is not empty."""
    try:
        yield from ((reader.line_num, cells) for cells in reader if cells)
    except csv.Error as error:
        raise DataError(f"{path}, line {reader.line_num}: not readable as CSV ({error})") from error


def _separated(header: list[str], where: str, expected: str) -> list[str]:
    other = other_separator(header[0]) if len(header) == 1 else None
    if other is not None and other != ",":
        raise DataError(
            f"{where}: {expected}, with commas between them, found {SEPARATORS[other]} ({header[0]}); save the file"
            " with commas in their place"
        )
    return header


@contextmanager
def _text(path: Path, remedy: str) -> Iterator[TextIO]:
    """The text of a file, which is read as it is gone through."""
    with path.open("rb") as stream:
        kind = other_kind(stream.read(HEAD), remedy)
        if kind:
            raise DataError(f"{path}: expected comma-separated text in UTF-8, found {kind}")
        stream.seek(0)
        yield io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")


def _not_utf8(path: Path) -> DataError:
    data = path.read_bytes()
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = f"found byte 0x{data[error.start]:02x}; save the file as UTF-8"
        return DataError(f"{path}, line {line}: expected text in UTF-8, {found}")
    return DataError(f"{path}: expected a file that stays as it is while it is read, found it changed")
