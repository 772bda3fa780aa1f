"""A CSV file as columns of text, with the line of the file that every row began on."""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from groupinf.datasets.files.data_home import sha256_of
from groupinf.datasets.files.text_kind import HEAD, SEPARATORS, other_kind, other_separator
from groupinf.datasets.own.table.reading import AS_FOUND, Reading
from groupinf.datasets.own.table.table import Columns, Parsed, Table, TableFile, check_header
from groupinf.datasets.rows.exact import is_code, number_in
from groupinf.errors import DataError
from groupinf.wording import counted

ROWS_AT_ONCE = 10_000  # what is held as Python texts while a file is read

Record = tuple[int, list[str]]


@dataclass(frozen=True)
class TextTable(Table):
    """A table whose columns hold the texts of the file."""

    @property
    def is_text(self) -> bool:
        """Text it is."""
        return True

    def parsed(self, column: str) -> Parsed:
        """Return a column as int64 or float64 where every value that is not missing is a number, else as its text.

        Categories are text: numbers in their shortest form, so that 1 and 1.0 are one, unless one has leading zeros.
        """
        texts = self.columns[column]
        absent = self._absent(texts)
        missing = np.isin(texts, absent) if absent else np.zeros(texts.size, dtype=np.bool_)
        if self.is_category(column):
            shortest = _shortest(self._numbers_of(texts[~missing]))
            return Parsed(np.array([shortest.get(text, text) for text in texts], dtype=object), missing)
        numbers = _numbers(self._plain(texts[~missing]) if absent else self._plain(texts))
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
            pd.Series(self._plain(self.columns[column]), dtype=object), errors="coerce"
        ).to_numpy(dtype=np.float64)
        return numbers

    def exact(self, column: str) -> NDArray[np.object_]:
        """Return the number that each text writes; a text that writes none in digits stays."""
        texts = self.columns[column]
        known = self._numbers_of(texts)
        return np.array([text if known[text] is None else known[text] for text in texts], dtype=object)

    def _absent(self, texts: NDArray[np.object_]) -> list[str]:
        """The different texts that stand for a missing value; they are read as numbers only where a marker is one."""
        if self.reading.numbers:
            return [text for text, number in self._numbers_of(texts).items() if self.reading.is_marker(text, number)]
        return [text for text in set(texts) if self.reading.is_marker(text, None)]

    def _numbers_of(self, texts: NDArray[np.object_]) -> dict[str, int | float | None]:
        return {text: number_in(text, self.reading.decimal) for text in set(texts)}

    def _plain(self, texts: NDArray[np.object_]) -> NDArray[np.object_]:
        """Numbers with a decimal point; where the file has another sign, a point makes a text no number."""
        sign = self.reading.decimal
        if sign == ".":
            return texts
        return np.array([f"x{text}" if "." in text else text.replace(sign, ".") for text in texts], dtype=object)

    def gap(self, row: int, column: str) -> str:
        """Return the text that counts as missing."""
        found = str(self.shown(row, column))
        plain = found.strip().lower()
        may_be_kept = plain in self.reading.usual - self.reading.markers - {""}
        return f"{found!r}, which stands for a missing one" + (" unless not_missing lists it" if may_be_kept else "")


def read_table(path: Path, reading: Reading = AS_FOUND) -> TextTable:
    """Return the table of a UTF-8 file whose first line is the header; blank lines are skipped.

    ``reading`` says what separates the columns, a comma unless stated.
    Raises DataError where the file is unreadable, of another kind, not UTF-8, empty or without rows, a column name is
    repeated or empty, quotes are unbalanced, or a row has more or fewer values than the header.
    """
    sha256 = sha256_of(path)
    _check_kind(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            columns, lines = _read(_records(stream, path, reading.separator), path, reading.separator)
    except OSError as error:
        raise DataError(f"{path}: expected a readable file, found: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise _not_utf8(path) from error
    return TextTable(columns, (TableFile(path, sha256, "line", lines),), {}, reading)


def _check_kind(path: Path) -> None:
    """Refuse a file that is known, from its beginning, as one of another kind."""
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD)
    except OSError as error:
        raise DataError(f"{path}: expected a readable file, found: {error.strerror}") from error
    kind = other_kind(head, "give it by parquet: in place of csv:")
    if kind:
        raise DataError(f"{path}: expected comma-separated text in UTF-8, found {kind}")


def _read(records: Iterator[Record], path: Path, separator: str) -> tuple[Columns, NDArray[np.int64]]:
    header_line, header = next(records, (1, []))
    if not header:
        raise DataError(f"{path}: expected a header line and rows, found an empty file")
    if len(header) == 1 and (other := other_separator(header[0])):
        wanted = SEPARATORS.get(separator, f"the separator {separator!r}")
        raise DataError(
            f"{path}, line {header_line}: expected {wanted} between the columns, found {SEPARATORS[other]}; "
            + ("leave separator out" if other == "," else f"set separator: {json.dumps(other)}")
        )
    check_header(header, f"{path}, line {header_line}")
    lines: list[NDArray[np.int64]] = []
    chunks: list[list[pa.Array]] = [[] for _ in header]
    while some := list(islice(records, ROWS_AT_ONCE)):
        for line, row in some:
            if len(row) != len(header):
                raise DataError(
                    f"{path}, line {line}: expected {counted(len(header), 'value')} as in the header, found {len(row)}"
                )
        lines.append(np.array([line for line, _ in some], dtype=np.int64))
        for column, values in zip(chunks, zip(*(row for _, row in some), strict=True), strict=True):
            column.append(pa.array(values, type=pa.large_string()))
    if not lines:
        raise DataError(f"{path}: expected rows below the header, found none")
    arrays = {name: pa.chunked_array(column) for name, column in zip(header, chunks, strict=True)}
    return Columns(arrays), np.concatenate(lines)


def _records(text: Iterable[str], path: Path, separator: str) -> Iterator[Record]:
    """Yield every record that is not blank with the line it begins on (a quoted value may span lines)."""
    reader = csv.reader(text, delimiter=separator, strict=True)
    line = 1
    try:
        for record in reader:
            if any(value.strip() for value in record) or len(record) > 1:
                yield line, record
            line = reader.line_num + 1
    except csv.Error as error:
        kind = "comma" if separator == "," else repr(separator)
        raise DataError(f"{path}, line {line}: expected {kind}-separated values, found: {error}") from error


def _shortest(numbers: Mapping[str, int | float | None]) -> dict[str, str]:
    """The texts of numbers without what their spelling adds; nothing where a text is none, or a code."""
    if any(number is None or is_code(text) for text, number in numbers.items()):
        return {}
    return {text: str(number) for text, number in numbers.items()}


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
