"""A CSV file as columns of text, with the line of the file that every row began on."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from groupinf.errors import DataError

# "None" is not among them: in real tables it is a category ("not measured", "no claim") as often as not.
MISSING = frozenset({"", "na", "n/a", "#n/a", "<na>", "nan", "-nan", "null"})


@dataclass(frozen=True)
class TextTable:
    """Header, columns (name -> (rows,) texts as they stand in the file) and the file line of each row."""

    columns: dict[str, NDArray[np.object_]]
    lines: NDArray[np.int64]
    sha256: str


def read_table(path: Path) -> TextTable:
    """Return the table of a UTF-8, comma-separated file whose first line is the header; blank lines are skipped.

    Raises:
        DataError: unreadable, not UTF-8, empty, no rows, a repeated or empty column name, unbalanced quotes, a row
            with more or fewer values than the header.
    """
    try:
        content = path.read_bytes()
        encoded = content.removeprefix(codecs.BOM_UTF8)
        text = encoded.decode("utf-8")
    except OSError as error:
        raise DataError(f"{path}: expected a readable file, found: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = encoded[: error.start].count(b"\n") + 1
        raise DataError(f"{path}, line {line}: expected UTF-8 text, found byte 0x{encoded[error.start]:02x}") from error
    records = _records(text, path)
    header_line, header = next(records, (1, []))
    if not header:
        raise DataError(f"{path}: expected a header line and rows, found an empty file")
    _check_header(header, f"{path}, line {header_line}")
    lines, rows = [], []
    for line, row in records:
        if len(row) != len(header):
            raise DataError(f"{path}, line {line}: expected {len(header)} values as in the header, found {len(row)}")
        lines.append(line)
        rows.append(row)
    if not rows:
        raise DataError(f"{path}: expected rows below the header, found none")
    columns = {
        name: np.array(values, dtype=object) for name, values in zip(header, zip(*rows, strict=True), strict=True)
    }
    return TextTable(columns, np.array(lines, dtype=np.int64), hashlib.sha256(content).hexdigest())


def _records(text: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield every record that is not blank with the line it begins on (a quoted value may span lines)."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for record in reader:
            if any(value.strip() for value in record) or len(record) > 1:
                yield line, record
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"{path}, line {line}: expected comma-separated values, found: {error}") from error


def _check_header(header: list[str], where: str) -> None:
    for position, name in enumerate(header, start=1):
        if not name.strip():
            raise DataError(f"{where}: expected a name for every column, found none for column {position}")
        if name in header[: position - 1]:
            raise DataError(f"{where}: expected each column name once, found {name!r} twice")


def refuse_missing(table: TextTable, column: str, path: Path) -> None:
    """Refuse a column with a missing value.

    Raises:
        DataError: names the column and the line of the first.
    """
    values = table.columns[column]
    missing = {value for value in set(values) if value.strip().lower() in MISSING}
    if missing:
        row = next(i for i, value in enumerate(values) if value in missing)
        raise DataError(
            f"{path}, line {table.lines[row]}: column {column!r}: expected a value, found {values[row]!r}, which stands"
            " for a missing one; fill it in, leave the row out, or drop the column"
        )
