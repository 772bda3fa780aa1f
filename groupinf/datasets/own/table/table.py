"""A table of named columns whose rows know the file and the place that they come from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from groupinf.datasets.own.table.reading import AS_FOUND, Reading
from groupinf.errors import DataError


class Columns(Mapping[str, NDArray[np.object_]]):
    """Name -> (rows,) values; kept as Arrow arrays, about the size of the file, and decoded when asked for.

    Texts are ``str``, numbers ``int`` or ``float``; a missing value is the empty text, a bool its name.
    """

    def __init__(self, arrays: Mapping[str, pa.ChunkedArray]) -> None:
        self._arrays = dict(arrays)

    def __getitem__(self, name: str) -> NDArray[np.object_]:
        array = self._arrays[name]
        if not pa.types.is_large_string(array.type) or array.null_count:
            values = ["" if v is None else str(v) if isinstance(v, bool) else v for v in array.to_pylist()]
            return np.array(values, dtype=object)
        texts: NDArray[np.object_] = array.to_numpy()
        return texts

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def arrow(self, name: str) -> pa.ChunkedArray:
        """Return a column as it is kept."""
        return self._arrays[name]

    def take(self, rows: NDArray[np.int64]) -> Columns:
        """Return some rows."""
        chosen = pa.array(rows)
        return Columns({name: array.take(chosen) for name, array in self._arrays.items()})


@dataclass(frozen=True)
class Parsed:
    """A column as numbers (int64, float64 or bool) or, with dtype object, as text; what a missing row holds is void."""

    values: NDArray[Any]
    missing: NDArray[np.bool_]

    @property
    def is_text(self) -> bool:
        """Whether the values are categories, no numbers."""
        return self.values.dtype == object


@dataclass(frozen=True)
class TableFile:
    """A file and where in it each row stands: ``unit`` is what messages call it, a line or a row."""

    path: Path
    sha256: str
    unit: str
    numbers: NDArray[np.int64]


@dataclass(frozen=True)
class Table(ABC):
    """The rows of one file, or of a second one below those of the first.

    ``unusable`` says what columns hold that are neither numbers, bools nor text; they are not in ``columns``.
    ``dates`` says the same of those that hold dates or times: their text is in ``columns``, to group by. ``index`` are
    the columns that number or name the rows, ``categories`` those of which the file says that they are categories.
    ``read_as`` names the types of those whose values are read otherwise than they are stored: decimals and periods.
    """

    columns: Columns
    files: tuple[TableFile, ...]
    unusable: Mapping[str, str]
    reading: Reading = AS_FOUND
    dates: Mapping[str, str] = field(default_factory=dict)
    index: tuple[str, ...] = ()
    categories: frozenset[str] = frozenset()
    read_as: Mapping[str, str] = field(default_factory=dict)

    @property
    @abstractmethod
    def is_text(self) -> bool:
        """Whether the file holds text alone, of which its owner may say how numbers are written."""

    @abstractmethod
    def parsed(self, column: str) -> Parsed:
        """Return a column as numbers or text."""

    @abstractmethod
    def numbers(self, column: str) -> NDArray[np.float64]:
        """Return each value of a column as a number, NaN where it is missing or none."""

    @abstractmethod
    def exact(self, column: str) -> NDArray[np.object_]:
        """Return a column of numbers without loss: ``int`` where whole, else ``float``, bools by name."""

    @abstractmethod
    def gap(self, row: int, column: str) -> str:
        """Return in words what stands where a value is missing."""

    def group_values(self, column: str) -> NDArray[np.object_]:
        """Return the values that group rows: numbers as ``exact`` has them, categories as text, None where missing."""
        parsed = self.parsed(column)
        values = parsed.values.copy() if parsed.is_text else self.exact(column)
        values[parsed.missing] = None
        return values

    def is_category(self, column: str) -> bool:
        """Whether the owner, or else the file, says that a column holds categories."""
        stated = column in self.categories and column not in self.reading.numeric
        return stated or column in self.reading.categorical

    def states_numbers(self, column: str) -> bool:
        """Whether the file gives a column a type of numbers."""
        return is_number(self.columns.arrow(column).type)

    @property
    def path(self) -> Path:
        """The file of the first rows."""
        return self.files[0].path

    @property
    def rows(self) -> int:
        """Number of rows."""
        return sum(file.numbers.size for file in self.files)

    def place(self, row: int, column: str) -> str:
        """``FILE, line N: column NAME``, as messages begin."""
        file = self.files[0]
        if row >= file.numbers.size:
            row, file = row - file.numbers.size, self.files[1]
        return f"{file.path}, {file.unit} {file.numbers[row]}: column {column!r}"

    def shown(self, row: int, column: str) -> object:
        """Return what a row holds, as it stands in the file."""
        value: object = self.columns.take(np.array([row]))[column][0]
        return value

    def above(self, other: Self) -> Self:
        """Return a table of these rows and below them the other's; what the other lacks is missing there.

        Raises DataError where a column has other types in the two files.
        """
        together = {name: self._with(other, name) for name in self.columns if name not in other.unusable}
        return replace(
            self,
            columns=Columns(together),
            files=(*self.files, *other.files),
            unusable={**other.unusable, **self.unusable},
            dates={**other.dates, **self.dates},
            read_as={**other.read_as, **self.read_as},
        )

    def _with(self, other: Self, name: str) -> pa.ChunkedArray:
        ours = self.columns.arrow(name)
        if name not in other.columns:
            return pa.chunked_array([*ours.chunks, pa.nulls(other.rows, ours.type)], type=ours.type)
        theirs = other.columns.arrow(name)
        if theirs.null_count == other.rows:  # a type says nothing where there is no value
            theirs = pa.chunked_array([pa.nulls(other.rows, ours.type)])
        if ours.type == theirs.type:
            return pa.chunked_array([*ours.chunks, *theirs.chunks], type=ours.type)
        if not (is_number(ours.type) and is_number(theirs.type)):
            raise DataError(
                f"{other.path}: column {name!r}: expected {type_name(ours.type)} as in {self.path.name},"
                f" found {type_name(theirs.type)}"
            )
        both = [floats(array) for array in (ours, theirs)]
        return pa.chunked_array([*both[0].chunks, *both[1].chunks], type=pa.float64())


class GroupColumns(Mapping[str, NDArray[np.object_]]):
    """Name -> the values that group some rows of a table, made when asked for."""

    def __init__(self, table: Table, rows: NDArray[np.int64]) -> None:
        self._table, self._rows = table, rows

    def __getitem__(self, name: str) -> NDArray[np.object_]:
        return self._table.group_values(name)[self._rows]

    def __iter__(self) -> Iterator[str]:
        return iter(self._table.columns)

    def __len__(self) -> int:
        return len(self._table.columns)


def is_number(kind: pa.DataType) -> bool:
    """Whether a column is one of integers, floats or decimals."""
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def floats(numbers: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the float64 next to each number, or bool.

    Decimals go by their text: Arrow multiplies them by a power of ten, and the product of 251 and 0.01 is not 2.51.
    """
    if pa.types.is_decimal(numbers.type):
        numbers = numbers.cast(pa.string())
    return numbers.cast(pa.float64(), safe=False)


def check_header(names: Sequence[str], where: str) -> None:
    """Refuse a column without a name or two of one name; ``where`` opens the messages.

    Raises DataError where there is one.
    """
    for position, name in enumerate(names, start=1):
        if not name.strip():
            index = "; pandas writes its index so, unless told index=False" if position == 1 and not name else ""
            raise DataError(f"{where}: expected a name for every column, found none for column {position}{index}")
    twice = next((name for name, times in Counter(names).items() if times > 1), None)
    if twice is not None:
        raise DataError(f"{where}: expected each column name once, found {twice!r} twice")


def type_name(kind: pa.DataType) -> str:
    """Return a column's type in words."""
    return {pa.int64(): "integers", pa.float64(): "numbers", pa.bool_(): "bools", pa.large_string(): "text"}.get(
        kind, str(kind)
    )
