"""A Parquet file as columns of numbers, bools and text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from groupinf.datasets.files.data_home import sha256_of
from groupinf.datasets.own.table.parquet_periods import frequency, periods, stored
from groupinf.datasets.own.table.reading import AS_FOUND, Reading
from groupinf.datasets.own.table.table import Columns, Parsed, Table, TableFile, check_header, floats, type_name
from groupinf.datasets.rows.exact import number_in, plain_number
from groupinf.errors import DataError, lack_of_memory

# What pyarrow raises on files that are damaged or of another kind.
UNREADABLE = (pa.ArrowException, OSError, ValueError, TypeError, KeyError, IndexError, NotImplementedError)

# How pandas calls an index without a name in a file.
_UNNAMED_INDEX = re.compile(r"__index_level_\d+__")


@dataclass(frozen=True)
class TypedTable(Table):
    """A table whose columns have types: numbers, bools or text. A missing value is a null, NaN or a marker."""

    @property
    def is_text(self) -> bool:
        """The file states what each column holds."""
        return False

    def parsed(self, column: str) -> Parsed:
        """Return a column as its type, or else its owner says; text that looks like numbers stays text."""
        array = self.columns.arrow(column)
        missing = array.is_null().to_numpy().astype(np.bool_)
        if pa.types.is_large_string(array.type):
            numbers = self.numbers(column) if column in self.reading.numeric else None
            if numbers is None or missing.all() or np.isnan(numbers[~missing]).any():
                return Parsed(self.columns[column], missing)
            return Parsed(numbers, missing)
        if self.is_category(column):
            return Parsed(np.array([str(value) for value in self.exact(column)], dtype=object), missing)
        if missing.any() or array.type not in (pa.int64(), pa.float64(), pa.bool_()):
            return Parsed(floats(array).to_numpy(), missing)
        return Parsed(array.to_numpy(), missing)

    def numbers(self, column: str) -> NDArray[np.float64]:
        """Return a column of numbers or bools as float64; all NaN for one of text, unless it is to be read as numbers.

        Then NaN stands where a text is no number.
        """
        array = self.columns.arrow(column)
        if pa.types.is_large_string(array.type):
            if column not in self.reading.numeric:
                return np.full(self.rows, np.nan)
            texts = [number_in(text) for text in self.columns[column]]
            return np.array([np.nan if number is None else float(number) for number in texts])
        numbers = array.cast(pa.int8()) if pa.types.is_boolean(array.type) else array
        return np.asarray(floats(numbers).to_numpy(), dtype=np.float64)

    def exact(self, column: str) -> NDArray[np.object_]:
        """Return a column of numbers as they are, of bools by their names, of text that is numbers as those."""
        return np.array([_exact(value) for value in self.columns[column]], dtype=object)

    def gap(self, row: int, column: str) -> str:
        """Return what a missing value is: NaN and what the owner takes for one are read as nulls."""
        found = "a null or NaN" if self.columns.arrow(column).type == pa.float64() else "a null"
        return f"{found}, or one of missing_values" if self.reading.markers else found


def read_parquet(path: Path, reading: Reading = AS_FOUND) -> TypedTable:
    """Return the table of a Parquet file; rows are counted from 0.

    Dates, times and pandas' periods become text, to group by, or where ``reading`` wants numbers the days since
    1970-01-01. Columns that pandas' metadata list as the index, or as categories, are known as such.
    Raises DataError where it is no Parquet file, damaged or without rows, or a column name is repeated or empty.
    """
    sha256, raw = sha256_of(path), _raw_table(path)
    columns, unusable, dates, read_as = {}, {}, {}, {}
    for field in raw.schema:
        name, found, freq = field.name, stored(raw[field.name]), frequency(field)
        kind = f"period[{freq}]" if freq else type_name(found.type)
        array = _or_none(found, freq, as_days=name in reading.numeric)
        if array is None:
            unusable[name] = kind
            continue
        columns[name] = _without_markers(array, reading)
        if (freq or _is_time(found.type)) and pa.types.is_large_string(array.type):
            dates[name] = kind
        if freq or (_is_decimal(found.type) and array.type != pa.int64()):
            read_as[name] = kind
    index, categories = pandas_columns(raw.schema)
    return TypedTable(
        columns=Columns(columns),
        files=(TableFile(path, sha256, "row", np.arange(raw.num_rows, dtype=np.int64)),),
        unusable=unusable,
        reading=reading,
        dates=dates,
        index=tuple(name for name in raw.column_names if name in index or _UNNAMED_INDEX.fullmatch(name)),
        categories=categories | {f.name for f in raw.schema if pa.types.is_dictionary(f.type)},
        read_as=read_as,
    )


def _raw_table(path: Path) -> pa.Table:
    """The file as it is; raises DataError as ``read_parquet`` says."""
    try:
        with pq.ParquetFile(path, pre_buffer=False) as file:
            raw = file.read(use_threads=False)
        raw.validate(full=True)
    except UNREADABLE as error:
        if lack_of_memory(error) is not None:  # which is no damage
            raise
        reason = str(error).split("\n", 1)[0] or type(error).__name__
        raise DataError(
            f"{path}: expected a readable Parquet file, found: {reason}; a file of comma-separated text is"
            " given by csv: in place of parquet:"
        ) from error
    check_header(raw.column_names, str(path))
    if not raw.num_rows or not raw.num_columns:
        raise DataError(f"{path}: expected rows, found none")
    return raw


def pandas_columns(schema: pa.Schema) -> tuple[frozenset[str], frozenset[str]]:
    """The names of index columns and of categorical columns in pandas' metadata; none where there are no such data."""
    try:
        about = schema.pandas_metadata or {}
        index = frozenset(entry for entry in about.get("index_columns", []) if isinstance(entry, str))
        columns = [c for c in about.get("columns", []) if c.get("pandas_type") == "categorical"]
        return index, frozenset(str(c.get("field_name") or c.get("name")) for c in columns)
    except (ValueError, TypeError, AttributeError):  # metadata of another writer under pandas' key
        return frozenset(), frozenset()


def _without_markers(array: pa.ChunkedArray, reading: Reading) -> pa.ChunkedArray:
    """Return a column with nulls where the owner says that a value is missing."""
    if not reading.markers or pa.types.is_boolean(array.type):
        return array
    values = array.unique().to_pylist()
    text = pa.types.is_large_string(array.type)
    absent = [
        v
        for v in values
        if v is not None
        and (reading.is_marker(v, number_in(v), usual=False) if text else plain_number(v) in reading.numbers)
    ]
    if not absent:
        return array
    return pc.if_else(pc.is_in(array, pa.array(absent, array.type)), pa.scalar(None, array.type), array)


def _exact(value: object) -> object:
    if isinstance(value, str):
        number = number_in(value)
        return value if number is None else number
    return plain_number(value) if isinstance(value, float | Decimal) else value


def _or_none(array: pa.ChunkedArray, freq: str, as_days: bool) -> pa.ChunkedArray | None:
    try:
        if freq:
            return periods(array, freq, as_days)
        return _days(array) if as_days and _is_day(array.type) else _normalised(array)
    except pa.ArrowException as error:  # a cast that this version of pyarrow does not have, or an unknown time zone
        if lack_of_memory(error) is not None:
            raise
        return None


def _is_decimal(kind: pa.DataType) -> bool:
    return bool(pa.types.is_decimal(kind.value_type if pa.types.is_dictionary(kind) else kind))


def _is_day(kind: pa.DataType) -> bool:
    return bool(pa.types.is_date(kind) or pa.types.is_timestamp(kind))


def _is_time(kind: pa.DataType) -> bool:
    return _is_day(kind) or bool(pa.types.is_time(kind))


def _days(array: pa.ChunkedArray) -> pa.ChunkedArray:
    """Dates and timestamps as days since 1970-01-01."""
    if array.type == pa.date32():
        return array.cast(pa.int32()).cast(pa.float64())
    unit = "ms" if pa.types.is_date(array.type) else array.type.unit
    ticks = array.cast(pa.int64()).cast(pa.float64(), safe=False)
    return pc.divide(ticks, pa.scalar(86400.0 * {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}[unit]))


def _normalised(array: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Return a column as numbers, bools or text without NaN; None where it is of another type.

    Numbers are int64 or float64; whole ones that neither holds stay as they are.
    """
    kind = array.type
    if pa.types.is_dictionary(kind):
        return _normalised(array.cast(kind.value_type))
    if pa.types.is_boolean(kind):
        return array
    if pa.types.is_integer(kind) or (pa.types.is_decimal(kind) and kind.scale <= 0):
        return _whole(array)
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind) or kind == pa.null():
        numbers = floats(array)
        return pc.if_else(pc.is_nan(numbers), pa.scalar(None, pa.float64()), numbers)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or kind == pa.string_view():
        return array.cast(pa.large_string())
    if _is_time(kind):
        return _shortest(array.cast(pa.string()).cast(pa.large_string()))
    return None


def _shortest(times: pa.ChunkedArray) -> pa.ChunkedArray:
    """Times without fractions of seconds, and without a time of day, where no row has one: as text files have them."""
    for nothing in (r"\.0+$", r" 00:00:00$"):
        if pc.all(pc.match_substring_regex(times, nothing)).as_py():
            times = pc.replace_substring_regex(times, nothing, "")
    return times


def _whole(array: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        return array.cast(pa.int64())
    except pa.ArrowInvalid:  # above 2**63
        return array
