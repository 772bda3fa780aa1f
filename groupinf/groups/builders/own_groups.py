"""A user's own groups: from a CSV file, or one for each value of columns of the data."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from groupinf.config.schema import Column, GroupFile
from groupinf.errors import DataError
from groupinf.groups.by_value import gap_words, names_of, rows_by_value
from groupinf.groups.group_file import read_group_file
from groupinf.groups.groups import Built, Group
from groupinf.groups.source import GroupSource
from groupinf.groups.training_rows import training_rows
from groupinf.wording import counted


def build_file(source: GroupSource, options: GroupFile, rng: np.random.Generator) -> Built:
    """The groups of ``options.path`` as ``read_group_file`` reads them; nothing is random."""
    return Built(read_group_file(Path(options.path), training_rows(source.dataset)))


def build_column(source: GroupSource, options: Column, rng: np.random.Generator) -> Built:
    """One group of kind ``column NAME`` for each value held by at least ``min_size`` training rows.

    NAME is the column's name, so that several columns are kinds of their own; of two columns ``NAME, NAME``, with a
    group for each combination of values that rows have. Nothing is random. Groups are ordered and named by value, as
    ``rows_by_value`` says. Notes count the values left out and the rows without a value. DataError where the data lack
    the column or no value has enough rows.
    """
    columns, names = source.dataset.columns, names_of(options.column)
    absent = next((name for name in names if name not in columns), None)
    if absent is not None:
        raise DataError(f"column {absent!r}: the data have no such column to group by")
    found = rows_by_value(columns, options.column, options.missing)
    kept = [value for value in found.values if value.rows.size >= options.min_size]
    kind = f"column {', '.join(names)}"
    if not kept:
        raise DataError(f"{kind}: no value is held by at least {counted(options.min_size, 'training row')}")
    groups = tuple(Group(kind, value.rows, value.words, name=value.name) for value in kept)
    left_out = len(found.values) - len(kept)
    note = (
        f"{kind}: {left_out} of {counted(len(found.values), 'value')} "
        f"{'has' if left_out == 1 else 'have'} fewer than {counted(options.min_size, 'row')}"
    )
    return Built(
        groups,
        (
            *gap_words(options.column, found, options.missing, "training", "group"),
            *((f"{note} and were left out",) if left_out else ()),
        ),
    )
