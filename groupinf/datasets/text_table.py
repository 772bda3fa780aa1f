"""A CSV file as columns of text, with the line of the file that every row began on."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from groupinf.datasets.home import is_web_page, sha256_of
from groupinf.datasets.table import Columns, Parsed, Table, TableFile, check_header
from groupinf.errors import DataError

# "None" is not among them: in real tables it is a category ("not measured", "no claim") as often as not.
MISSING = frozenset({"", "na", "n/a", "#n/a", "<na>", "nan", "-nan", "null"})

ROWS_AT_ONCE = 10_000  # what is held as Python texts while a file is read

SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}

HEAD = 512  # bytes that tell what a file is
# How files of other kinds begin. UTF-16 without its mark shows by the zero bytes.
OTHER_KINDS = {
    b"PAR1": "a Parquet file; give it by parquet: in place of csv:",
    b"PK\x03\x04": "a zip archive, perhaps a spreadsheet; save the table as comma-separated text",
    b"\x1f\x8b": "a gzip file; uncompress it",
    codecs.BOM_UTF16_LE: "UTF-16; save the file as UTF-8",
    codecs.BOM_UTF16_BE: "UTF-16; save the file as UTF-8",
}

Record = tuple[int, list[str]]


@dataclass(frozen=True)
class TextTable(Table):
    """A table whose columns hold the texts of the file."""

    def parsed(self, column: str) -> Parsed:
        """Return a column as int64 or float64 where every value that is not missing is a number, else as its text."""
        texts = self.columns[column]
        absent = [text for text in set(texts) if text.strip().lower() in MISSING]
        missing = np.isin(texts, absent) if absent else np.zeros(texts.size, dtype=np.bool_)
        numbers = _numbers(texts[~missing]) if absent else _numbers(texts)
        if numbers is None or missing.all():
            return Parsed(texts, missing)
        if not absent:
            return Parsed(numbers, missing)
        values = np.full(texts.size, np.nan)
        values[~missing] = numbers
        return Parsed(values, missing)

    def numbers(self, column: str) -> NDArray[np.float64]:
        """Return each text as a number, NaN where it is none."""
        numbers: NDArray[np.float64] = pd.to_numeric(
            pd.Series(self.columns[column], dtype=object), errors="coerce"
        ).to_numpy(dtype=np.float64)
        return numbers

    def gap(self, row: int, column: str) -> str:
        """Return the text that counts as missing."""
        return f"{self.shown(row, column)!r}, which stands for a missing one"


def read_table(path: Path) -> TextTable:
    """Return the table of a UTF-8, comma-separated file whose first line is the header; blank lines are skipped.

    Raises:
        DataError: unreadable, of another kind, not UTF-8, empty, no rows, a repeated or empty column name, unbalanced
            quotes, a row with more or fewer values than the header.
    """
    sha256 = sha256_of(path)
    _check_kind(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            columns, lines = _read(_records(stream, path), path)
    except OSError as error:
        raise DataError(f"{path}: expected a readable file, found: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise _not_utf8(path) from error
    return TextTable(columns, (TableFile(path, sha256, "line", lines),), {})


def _check_kind(path: Path) -> None:
    """Refuse a file that is known, from its beginning, as one of another kind."""
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD)
    except OSError as error:
        raise DataError(f"{path}: expected a readable file, found: {error.strerror}") from error
    kind = next((kind for mark, kind in OTHER_KINDS.items() if head.startswith(mark)), "")
    if not kind and b"\0" in head:
        kind = "a zero byte: binary data, or UTF-16; save the file as UTF-8 text"
    if not kind and is_web_page(head):
        kind = "a web page (HTML)"
    if kind:
        raise DataError(f"{path}: expected comma-separated text in UTF-8, found {kind}")


def _read(records: Iterator[Record], path: Path) -> tuple[Columns, NDArray[np.int64]]:
    header_line, header = next(records, (1, []))
    if not header:
        raise DataError(f"{path}: expected a header line and rows, found an empty file")
    if len(header) == 1 and (other := next((name for mark, name in SEPARATORS.items() if mark in header[0]), None)):
        raise DataError(f"{path}, line {header_line}: expected commas between the columns, found {other}")
    check_header(header, f"{path}, line {header_line}")
    lines: list[NDArray[np.int64]] = []
    chunks: list[list[pa.Array]] = [[] for _ in header]
    while some := list(islice(records, ROWS_AT_ONCE)):
        for line, row in some:
            if len(row) != len(header):
                raise DataError(
                    f"{path}, line {line}: expected {len(header)} values as in the header, found {len(row)}"
                )
        lines.append(np.array([line for line, _ in some], dtype=np.int64))
        for column, values in zip(chunks, zip(*(row for _, row in some), strict=True), strict=True):
            column.append(pa.array(values, type=pa.large_string()))
    if not lines:
        raise DataError(f"{path}: expected rows below the header, found none")
    arrays = {name: pa.chunked_array(column) for name, column in zip(header, chunks, strict=True)}
    return Columns(arrays), np.concatenate(lines)


def _records(text: Iterable[str], path: Path) -> Iterator[Record]:
    """Yield every record that is not blank with the line it begins on (a quoted value may span lines)."""
    reader = csv.reader(text, strict=True)
    line = 1
    try:
        for record in reader:
            if any(value.strip() for value in record) or len(record) > 1:
                yield line, record
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"{path}, line {line}: expected comma-separated values, found: {error}") from error


def _not_utf8(path: Path) -> DataError:
    encoded = path.read_bytes().removeprefix(codecs.BOM_UTF8)
    try:
        encoded.decode("utf-8")
    except UnicodeDecodeError as error:
        line = encoded[: error.start].count(b"\n") + 1
        return DataError(
            f"{path}, line {line}: expected UTF-8 text, found byte 0x{encoded[error.start]:02x}; save the file as UTF-8"
        )
    return DataError(f"{path}: expected a file that stays as it is while it is read, found it changed")


def _numbers(texts: NDArray[np.object_]) -> NDArray[np.int64] | NDArray[np.float64] | None:
    """Return the texts as integers or float64, or None where one of them is not a number."""
    try:
        parsed = pd.to_numeric(pd.Series(texts, dtype=object))
    except ValueError:
        return None
    if parsed.dtype == object:  # integers of any length, which may overflow to infinity
        return np.array([float(text) for text in texts])
    array: NDArray[Any] = parsed.to_numpy()
    return array if array.dtype == np.int64 else array.astype(np.float64)
