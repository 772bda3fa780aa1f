"""A Parquet file as columns of numbers, bools and text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from groupinf.datasets.home import sha256_of
from groupinf.datasets.table import Columns, Parsed, Table, TableFile, check_header, type_name
from groupinf.errors import DataError

# What pyarrow raises on files that are damaged or of another kind.
UNREADABLE = (pa.ArrowException, OSError, ValueError, TypeError, KeyError, IndexError, MemoryError, NotImplementedError)


@dataclass(frozen=True)
class TypedTable(Table):
    """A table whose columns have types: int64, float64, bool or text. A missing value is a null or NaN."""

    def parsed(self, column: str) -> Parsed:
        """Return a column as its type says; text that looks like numbers stays text."""
        array = self.columns.arrow(column)
        missing = array.is_null().to_numpy().astype(np.bool_)
        if pa.types.is_large_string(array.type):
            return Parsed(self.columns[column], missing)
        if missing.any():
            return Parsed(array.cast(pa.float64(), safe=False).to_numpy(), missing)
        return Parsed(array.to_numpy(), missing)

    def numbers(self, column: str) -> NDArray[np.float64]:
        """Return a column of numbers or bools as float64; all NaN for one of text, which stays text."""
        array = self.columns.arrow(column)
        if pa.types.is_large_string(array.type):
            return np.full(self.rows, np.nan)
        numbers = array.cast(pa.int8()) if pa.types.is_boolean(array.type) else array
        return np.asarray(numbers.cast(pa.float64(), safe=False).to_numpy(), dtype=np.float64)

    def gap(self, row: int, column: str) -> str:
        """Return what a missing value is: NaN is read as a null."""
        return "a null or NaN" if self.columns.arrow(column).type == pa.float64() else "a null"


def read_parquet(path: Path) -> TypedTable:
    """Return the table of a Parquet file; rows are counted from 0. Dates and times become text.

    Raises:
        DataError: not a Parquet file, damaged, no rows, a repeated or empty column name.
    """
    sha256 = sha256_of(path)
    try:
        with pq.ParquetFile(path) as file:
            raw = file.read()
        raw.validate(full=True)
    except UNREADABLE as error:
        raise DataError(
            f"{path}: expected a readable Parquet file, found: {_first_line(error)}; a file of comma-separated text is"
            " given by csv: in place of parquet:"
        ) from error
    check_header(raw.column_names, str(path))
    if not raw.num_rows or not raw.num_columns:
        raise DataError(f"{path}: expected rows, found none")
    columns, unusable = {}, {}
    for name in raw.column_names:
        array = _or_none(raw[name])
        if array is None:
            unusable[name] = type_name(raw[name].type)
        else:
            columns[name] = array
    return TypedTable(
        Columns(columns), (TableFile(path, sha256, "row", np.arange(raw.num_rows, dtype=np.int64)),), unusable
    )


def _or_none(array: pa.ChunkedArray) -> pa.ChunkedArray | None:
    try:
        return _normalised(array)
    except pa.ArrowException:  # a cast that this version of pyarrow does not have, or an unknown time zone
        return None


def _normalised(array: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Return a column as int64, float64, bool or text without NaN; None where it is of another type."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        return _normalised(array.cast(kind.value_type))
    if pa.types.is_boolean(kind):
        return array
    if pa.types.is_integer(kind) and kind != pa.uint64():
        return array.cast(pa.int64())
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind) or kind in (pa.uint64(), pa.null()):
        numbers = array.cast(pa.float64(), safe=False)
        return pc.if_else(pc.is_nan(numbers), pa.scalar(None, pa.float64()), numbers)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or kind == pa.string_view():
        return array.cast(pa.large_string())
    if pa.types.is_date(kind) or pa.types.is_time(kind) or pa.types.is_timestamp(kind):
        return array.cast(pa.string()).cast(pa.large_string())
    return None


def _first_line(error: BaseException) -> str:
    return str(error).split("\n", 1)[0] or type(error).__name__
