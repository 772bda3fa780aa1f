"""Which rows of a user's table train and which test."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.datasets.config_error import DatasetConfigError
from groupinf.datasets.own.table.options import TableOptions
from groupinf.datasets.own.table.table import Table
from groupinf.datasets.rows.split import SplitKey, check_both_parts, check_every_class_trains, split_file
from groupinf.errors import DataError
from groupinf.wording import listed

Rows = NDArray[np.int64]

PARTS = ("train", "test", "pool")
NO_ROWS = np.array([], dtype=np.int64)


def split_table(config: TableOptions, table: Table, y: NDArray[Any], seed: int) -> tuple[Rows, Rows, Rows]:
    """Return the sorted training, test and pool rows: those of two files, as a column says, or drawn from ``seed``.

    Only a column can say that a row is in the pool. ``y`` holds the labels of all rows, for a stratified draw.
    Raises DataError, naming its place, where a row of the split column says neither train, test nor pool, and
    DatasetConfigError where a part is left without a row.
    """
    if config.split is not None:
        return _by_column(table, config.split)
    if config.test_fraction is not None:
        return *split_file(y, config.test_fraction, seed, str(table.path), bool(config.stratify)), NO_ROWS
    first = table.files[0].numbers.size
    return np.arange(first), np.arange(first, table.rows), NO_ROWS


def check_classes(config: TableOptions, table: Table, y: NDArray[Any], train: Rows) -> None:
    """Refuse a target with fewer than two classes, or a class that no training row has.

    Raises DatasetConfigError, naming the classes and the key that decides the split.
    """
    classes = np.unique(y)
    if classes.size < 2:
        raise DatasetConfigError(
            f"expected a column with at least two classes, found only {classes.tolist()[0]!r} in"
            f" {config.target!r} of {table.path}",
            ("dataset", "target"),
        )
    key: SplitKey = "test_fraction"
    if config.test_fraction is None:
        key = "test_file" if config.split is None else "split"
    check_every_class_trains(y, train, repr(config.target), str(table.path), key)


def _by_column(table: Table, column: str) -> tuple[Rows, Rows, Rows]:
    if column in table.unusable:
        raise DatasetConfigError(
            f"expected a column of train and test, found {table.unusable[column]} in {column!r}", ("dataset", "split")
        )
    codes, found = pd.factorize(table.columns[column])
    part = np.array([PARTS.index(name) if (name := str(v).strip().lower()) in PARTS else -1 for v in found])[codes]
    if (part < 0).any():
        row = int(np.flatnonzero(part < 0)[0])
        raise DataError(f"{table.place(row, column)}: expected train, test or pool, found {table.shown(row, column)!r}")
    train, test, pool = (np.flatnonzero(part == i) for i in range(3))
    only = f"only {listed(PARTS[i] for i in np.unique(part))} in {column!r} of {table.path}"
    check_both_parts(train, test, f"expected a column with both train and test, found {only}", "split")
    return train, test, pool
