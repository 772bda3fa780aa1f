"""Rows by the value that they hold in a column, or by their values in several: the rule of groups and test sets."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator

from groupinf.config.column_names import ColumnNames, names_of
from groupinf.datasets.rows.exact import number_in
from groupinf.datasets.rows.row_words import RowWords

# raised when columns give other groups or sets of test rows; a run's identity has it where it makes use of them
BY_VALUE: Mapping[str, int] = {"by_value": 2}

# What rows without a value are called where they are a group.
GAP = "(missing)"
# what many sources write where a value is not known
UNKNOWN = "?"

# What becomes of rows without a value; spelled out or left out, the default is the same configuration.
Gaps = Annotated[
    Literal["leave_out", "group"] | None, AfterValidator(lambda value: None if value == "leave_out" else value)
]


@dataclass(frozen=True)
class Valued:
    """The rows that hold one value: its text in each column, what it is in words (``ward=3``), and the sorted rows."""

    texts: tuple[str, ...]
    words: str
    rows: NDArray[np.int64]

    @property
    def name(self) -> str:
        """The text of the one column, or what combines those of several in words."""
        return self.texts[0] if len(self.texts) == 1 else self.words


@dataclass(frozen=True)
class ByValue:
    """The rows of each value in order, and how many rows have a gap: where they are no group, they are in none."""

    values: tuple[Valued, ...]
    gaps: int


def column_kind(names: Sequence[str]) -> str:
    """The kind of the groups that the values of columns make."""
    return f"column {', '.join(names)}"


def rows_by_value(columns: Mapping[str, NDArray[np.object_]], column: ColumnNames, missing: Gaps = None) -> ByValue:
    """The rows of each value of a column, or of each combination of values of several.

    A value is known by its text. Where all of a column are numbers, also as text, they are ordered as numbers, else by
    their texts; the combinations by the first column, then by the next. None, NaN and blank texts are gaps, which
    come last where they are a group (``missing`` "group"); else a row with one is left out.
    """
    names = names_of(column)
    coded = [_coded(columns[name]) for name in names]
    codes = np.stack([codes for codes, _ in coded], axis=1)
    gaps = (codes == [len(texts) - 1 for _, texts in coded]).any(axis=1)
    kept = np.arange(len(codes)) if missing == "group" else np.flatnonzero(~gaps)
    values = []
    if kept.size:
        combinations, which = np.unique(codes[kept], axis=0, return_inverse=True)
        order = np.argsort(which.ravel(), kind="stable")
        ends = np.cumsum(np.bincount(which.ravel()))[:-1]
        parts = np.split(kept[order], ends)
        for combination, rows in zip(combinations, parts, strict=True):
            texts = tuple(texts[code] for code, (_, texts) in zip(combination, coded, strict=True))
            words = ", ".join(f"{name}={text}" for name, text in zip(names, texts, strict=True))
            values.append(Valued(texts, words, rows.astype(np.int64)))
    return ByValue(tuple(values), int(gaps.sum()))


def _coded(values: NDArray[np.object_]) -> tuple[NDArray[np.int64], list[str]]:
    """The place of each row's value among the ordered texts of all values; the last is that of gaps."""
    texts = [None if _is_gap(value) else str(value) for value in values]
    found = {text for text in texts if text is not None}
    ordered = [*_ordered(found), GAP]
    at: dict[str | None, int] = {text: i for i, text in enumerate(ordered[:-1])}
    at[None] = len(ordered) - 1
    return np.array([at[text] for text in texts], dtype=np.int64), ordered


def _ordered(texts: set[str]) -> Sequence[str]:
    numbers = {text: number_in(text) for text in texts}
    if any(number is None for number in numbers.values()):
        return sorted(texts)
    return sorted(texts, key=lambda text: (numbers[text], text))


def _is_gap(value: object) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, float) and math.isnan(value))


def value_words(column: ColumnNames, by_value: ByValue, missing: Gaps, rows: RowWords, sets: str) -> tuple[str, ...]:
    """The notes on rows with a gap, on a value that may stand for one, and on values that differ in blanks alone.

    ``rows`` are what the rows are called, ``sets`` what values make of them.
    """
    gaps = _gap_words(column, by_value, missing, rows, sets)
    return (*gaps, *_unknown_words(column, by_value, rows, sets), *_blank_words(column, by_value, sets))


def _unknown_words(column: ColumnNames, by_value: ByValue, rows: RowWords, sets: str) -> tuple[str, ...]:
    """That a value is a text which often stands for a gap, but was not told to."""
    found = [value for value in by_value.values if any(text.strip() == UNKNOWN for text in value.texts)]
    if not found:
        return ()
    count = sum(value.rows.size for value in found)
    told = f"{rows.counted(count)} {'has' if count == 1 else 'have'} the value {UNKNOWN}"
    return (f"{column_kind(names_of(column))}: {told}, which often stands for a missing one; it is a {sets} here",)


def _blank_words(column: ColumnNames, by_value: ByValue, sets: str) -> tuple[str, ...]:
    alike: dict[tuple[str, ...], list[str]] = {}
    for value in by_value.values:
        alike.setdefault(tuple(text.strip() for text in value.texts), []).append(value.name)
    first = next((names for names in alike.values() if len(names) > 1), None)
    if first is None:
        return ()
    found = ", ".join(map(repr, first))
    return (f"{column_kind(names_of(column))}: {found} differ in blanks alone, and each is a {sets} of its own",)


def _gap_words(column: ColumnNames, by_value: ByValue, missing: Gaps, rows: RowWords, sets: str) -> tuple[str, ...]:
    if not by_value.gaps:
        return ()
    have, are = ("has", "is") if by_value.gaps == 1 else ("have", "are")
    fate = f"counted as the value {GAP}" if missing == "group" else f"in no {sets}"
    return (f"{column_kind(names_of(column))}: {rows.counted(by_value.gaps)} {have} no value and {are} {fate}",)
