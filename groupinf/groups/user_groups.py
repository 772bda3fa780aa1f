"""A user's own groups: from a CSV file, or one for each value of a column of the data."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from groupinf.config.schema import Column, GroupFile
from groupinf.errors import DataError
from groupinf.groups.group_file import read_group_file
from groupinf.groups.groups import Built, Group
from groupinf.groups.source import GroupSource
from groupinf.groups.training_rows import training_rows


def build_file(source: GroupSource, options: GroupFile, rng: np.random.Generator) -> Built:
    """The groups of ``options.path`` as ``read_group_file`` reads them; nothing is random."""
    return Built(read_group_file(Path(options.path), training_rows(source.dataset)))


def build_column(source: GroupSource, options: Column, rng: np.random.Generator) -> Built:
    """One group of kind ``column NAME`` for each value held by at least ``min_size`` training rows.

    NAME is the column's name, so that several columns are kinds of their own. Nothing is random.
    Ordered by value where all values are numbers, else by the values' text. A group is named by its value.
    A note counts the values left out. DataError where the data lack the column or no value has enough rows.
    """
    columns = source.dataset.columns
    if options.column not in columns:
        raise DataError(f"column {options.column!r}: the data have no such column to group by")
    rows = rows_by_value(list(columns[options.column]))
    kept = {value: members for value, members in rows.items() if len(members) >= options.min_size}
    if not kept:
        raise DataError(f"column {options.column!r}: no value is held by {options.min_size} training rows")
    groups = tuple(
        Group(f"column {options.column}", np.array(members, dtype=np.int64), f"{options.column}={value}", name=value)
        for value, members in kept.items()
    )
    left_out = len(rows) - len(kept)
    note = f"column {options.column}: {left_out} of {len(rows)} values have fewer than {options.min_size} rows"
    return Built(groups, (f"{note} and were left out",) if left_out else ())


def rows_by_value(values: Sequence[object]) -> dict[str, list[int]]:
    """Rows of each distinct value, the value as text; in order of the numbers where all are, else of the texts."""
    rows: dict[str, list[int]] = {}
    for row, value in enumerate(values):
        rows.setdefault(str(value), []).append(row)
    if all(isinstance(v, numbers.Real) for v in values):
        return {text: rows[text] for text in sorted(rows, key=float)}
    return {text: rows[text] for text in sorted(rows)}
