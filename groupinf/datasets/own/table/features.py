"""Columns of a table as features: numbers as they are, text as 0/1, gaps refused or filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groupinf.datasets.column_use import ColumnUse
from groupinf.datasets.config_error import DatasetConfigError
from groupinf.datasets.own.table.column_looks import SHARE
from groupinf.datasets.own.table.imputation import imputed
from groupinf.datasets.own.table.table import Parsed, Table
from groupinf.datasets.own.table.times import readings_of_time
from groupinf.datasets.own.table.uses import use_as_feature
from groupinf.datasets.own.table.written_numbers import EITHER, comma_of
from groupinf.datasets.rows.features import LARGEST, TOO_LARGE
from groupinf.datasets.rows.one_hot import left_out, one_hot
from groupinf.errors import DataError

# Of a column: more are the values of a name or a key, and would be as many features.
MOST_CATEGORIES = 1000

# A column of text that holds so many different numbers, and more of its values than that share, was meant as numbers:
# nine in ten leave little doubt, and fewer different ones than twenty may be grades or codes.
MISTAKEN_NUMBERS = 20
MISTAKEN_SHARE = 0.9


@dataclass(frozen=True)
class TableFeatures:
    """Feature names, the column that each was made from and, column by column of the table, the (rows, k) values of one
    or more features and its use; ``left_out`` is of columns of two values the one that has no feature.
    """

    names: tuple[str, ...]
    columns: tuple[str, ...]
    blocks: tuple[NDArray[Any], ...]
    uses: tuple[ColumnUse, ...]
    left_out: Mapping[str, str]

    def matrix(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return some rows as one float64 matrix in C order; the whole table is never held as one."""
        X = np.empty((rows.size, len(self.names)))
        at = 0
        for block in self.blocks:
            X[:, at : at + block.shape[1]] = block[rows]
            at += block.shape[1]
        return X


def table_features(table: Table, columns: Sequence[str], train: NDArray[np.int64] | None) -> TableFeatures:
    """Return the features of some columns; gaps are filled in from the rows ``train``, or refused where it is None.

    Raises DataError, naming the file, the place and the column, where a value is missing, infinite or too large, or a
    column is neither numbers, bools nor text, is numbers but for a few values or only in the file of the training rows,
    or has no value in a training row, and DatasetConfigError where a column of text has too many different values.
    """
    names: list[str] = []
    made_from: list[str] = []
    blocks: list[NDArray[Any]] = []
    uses: list[ColumnUse] = []
    others: dict[str, str] = {}
    for column in columns:
        _refuse_dates(table, column)
        parsed = agreeing(usable(table, column, "; drop the column"), table, column)
        _check_meant_as_text(parsed, table, column)
        values = _values(table, column, parsed, train)
        uses.append(use_as_feature(table, column, parsed))
        if values.dtype == object:
            _check_categories(values, column, table)
            kept, block = one_hot(values)
            others |= {column: other} if (other := left_out(values, kept)) else {}
            names += [f"{column}={value}" for value in kept]
            blocks.append(block)
        else:
            names.append(column)
            blocks.append(values[:, None])
        made_from += [column] * blocks[-1].shape[1]
    return TableFeatures(tuple(names), tuple(made_from), tuple(blocks), tuple(uses), others)


def column_without_gaps(table: Table, column: str, advice: str = "") -> Parsed:
    """Return a column every row of which has a value, finite where it is a number.

    Raises DataError, naming its place, where a row has none.
    """
    return without_gaps(agreeing(usable(table, column), table, column), table, column, advice)


def without_gaps(parsed: Parsed, table: Table, column: str, advice: str = "") -> Parsed:
    """Return a column every row of which has a value, finite where it is a number; else DataError names the row."""
    if parsed.missing.any():
        row = int(np.flatnonzero(parsed.missing)[0])
        raise DataError(
            f"{table.place(row, column)}: expected a value, found {table.gap(row, column)};"
            f" fill it in or leave the row out{advice}"
        )
    check_numbers(parsed, table, column)
    return parsed


def usable(table: Table, column: str, advice: str = "") -> Parsed:
    """Return a column as numbers or text; DataError where its type is another, or not what its owner says."""
    if column in table.unusable:
        raise DataError(
            f"{table.path}: column {column!r}: expected numbers, bools or text, found {table.unusable[column]}{advice}"
        )
    parsed = table.parsed(column)
    if parsed.is_text and column in table.reading.numeric and not parsed.missing.all():
        _refuse_as_number(table, column, parsed)
    return parsed


def _refuse_as_number(table: Table, column: str, parsed: Parsed) -> None:
    """Name the first value of a column that was to be numbers and is none."""
    odd = np.isnan(table.numbers(column)) & ~parsed.missing
    if not odd.any():
        return
    row = int(np.flatnonzero(odd)[0])
    raise DatasetConfigError(
        f"expected a column of numbers, found {table.shown(row, column)!r}: {table.place(row, column)};"
        f" {_mend(table, column, odd, parsed)}",
        ("dataset", "numeric"),
    )


def _mend(table: Table, column: str, odd: NDArray[np.bool_], parsed: Parsed) -> str:
    """What to do about the rows that are no numbers in a column that was to be."""
    texts = [str(text) for text in table.columns[column][odd]]
    if not any(c.isdigit() for c in texts[0]):
        if odd.sum() > SHARE * (~parsed.missing).sum():
            return f"most of its values are no numbers: take {column!r} out of numeric"
        if table.reading.keeps(texts[0]):
            return f"if it stands for a missing value, take {texts[0]!r} out of not_missing"
        return f"if it stands for a missing value, set missing_values: [{texts[0]!r}]"
    comma = comma_of(texts) if table.is_text and table.reading.decimal == "." and "," in texts[0] else ""
    if comma == "decimal":
        return "if the comma is a decimal one, set decimal: ','"
    return EITHER if comma == "either" else "write it as a plain number"


def agreeing(parsed: Parsed, table: Table, column: str) -> Parsed:
    """Return a column; DataError where it is text only because of the file of test rows."""
    first = table.files[0].numbers.size
    if not parsed.is_text or table.is_category(column) or first == table.rows or parsed.missing[:first].all():
        return parsed
    odd = np.isnan(table.numbers(column)) & ~parsed.missing
    if not odd[:first].any():
        row = int(np.flatnonzero(odd)[0])
        raise DataError(
            f"{table.place(row, column)}: expected a number as in {table.path.name}, found {table.shown(row, column)!r}"
        )
    return parsed


def check_numbers(parsed: Parsed, table: Table, column: str) -> None:
    """Refuse infinite and too large numbers, naming the place of the first."""
    if parsed.is_text:
        return
    with np.errstate(invalid="ignore"):
        bad = np.flatnonzero(~(np.abs(parsed.values.astype(np.float64)) <= LARGEST) & ~parsed.missing)
    if bad.size:
        row = int(bad[0])
        found = f"found {table.shown(row, column)!r}"
        if np.isfinite(parsed.values[row]):
            raise DataError(f"{table.place(row, column)}: {found}, {TOO_LARGE}")
        raise DataError(f"{table.place(row, column)}: expected a finite number, {found}")


def _check_meant_as_text(parsed: Parsed, table: Table, column: str) -> None:
    """One typo would otherwise turn a column of numbers into a feature for each of its values."""
    if not parsed.is_text or table.is_category(column):
        return
    numbers = table.numbers(column)
    known = numbers[~np.isnan(numbers)]
    if known.size <= MISTAKEN_SHARE * (~parsed.missing).sum() or np.unique(known).size < MISTAKEN_NUMBERS:
        return
    row = int(np.flatnonzero(np.isnan(numbers) & ~parsed.missing)[0])
    found = str(table.shown(row, column))
    marker = "" if any(c.isdigit() for c in found) else f" or set missing_values: [{found!r}]"
    marker = f", or take {found!r} out of not_missing," if table.reading.keeps(found) else marker
    raise DataError(
        f"{table.place(row, column)}: expected a number, as most of its values are, found {found!r}; mend it, leave it"
        f" empty{marker} to make it a missing value, or drop the column"
    )


def _values(table: Table, column: str, parsed: Parsed, train: NDArray[np.int64] | None) -> NDArray[Any]:
    if train is None or not parsed.missing.any():
        return without_gaps(parsed, table, column, ", or drop the column, or set missing: impute").values
    check_numbers(parsed, table, column)
    values = imputed(parsed, train)
    if values is None:
        raise DataError(
            f"{table.path}: column {column!r}: expected a training row with a value to fill in the missing ones from,"
            " found none; drop the column"
        )
    return values


def _refuse_dates(table: Table, column: str) -> None:
    kind = table.dates.get(column)
    if kind is not None and not table.is_category(column):
        raise DataError(
            f"{table.path}: column {column!r}: expected numbers, bools or text, found {kind}; drop it (it can still"
            f" make column groups), or list it under {readings_of_time(kind)}"
        )


def _check_categories(values: NDArray[np.object_], column: str, table: Table) -> None:
    """A column of names or keys would otherwise become as many features as there are rows."""
    found = len(set(values))
    if found > MOST_CATEGORIES:
        raise DatasetConfigError(
            f"expected text columns of {table.path} with at most {MOST_CATEGORIES} different values, found {found} in"
            f" {column!r}; drop it (it can still make column groups)",
            ("dataset", "drop"),
        )
