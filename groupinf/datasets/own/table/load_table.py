"""A user's own table, CSV or Parquet: features, target, weights, a split of the rows, natural groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from groupinf.datasets.config_error import DatasetConfigError
from groupinf.datasets.dataset import Dataset, PoolRows
from groupinf.datasets.own.own_dataset import own_dataset
from groupinf.datasets.own.table.columns import check_test_columns, feature_columns, roles
from groupinf.datasets.own.table.features import (
    TableFeatures,
    column_without_gaps,
    table_features,
    usable,
    without_gaps,
)
from groupinf.datasets.own.table.options import TableOptions
from groupinf.datasets.own.table.row_key import row_keys
from groupinf.datasets.own.table.split import check_classes, split_table
from groupinf.datasets.own.table.table import GroupColumns, Parsed, Table
from groupinf.datasets.own.table.uses import uses_of
from groupinf.datasets.rows.labels import check_weights, encode_targets
from groupinf.datasets.rows.origins import origins_of
from groupinf.errors import DataError

Rows = NDArray[np.int64]

_Table = TypeVar("_Table", bound=Table)


def load_table(config: TableOptions, files: Sequence[Path], seed: int, read: Callable[[Path], _Table]) -> Dataset:
    """Return the dataset of the table in a file, with that of a second one, where there is one, for its test rows.

    Every column that the configuration does not name is a feature. Numbers are taken as they are; text becomes a
    feature ``column=value`` for each of its values (sorted; of two values only the second). Which of them a column
    is, the table that ``read`` returns of a file says. Rows keep the order of the file.
    What is imputed and standardised is learnt from the training rows alone, which count alike whatever their weights.
    ``columns`` and ``test_columns`` hold every column of the file, ``uses`` what became of each.
    Raises DataError where the file is not such a table or holds a missing value, naming the file, the place and the
    column, and DatasetConfigError where a key of the configuration does not go with the file.
    """
    path = files[0]
    table: Table
    table, columns = _read(config, files, read)
    table = replace(table, categories=table.categories - {config.target})  # a numeric target keeps its order
    y = _target(config, table)
    train, test, pool = split_table(config, table, y, seed)
    if config.task == "classification":
        check_classes(config, table, y, train)
    targets = encode_targets(y[train], y[test], config.task, str(path))
    features = table_features(table, columns, train if config.missing == "impute" else None)
    X = features.matrix(train), features.matrix(test)
    hashed = [(file.path, file.sha256) for file in table.files]
    keys = None if config.row_key is None else row_keys(table, config.row_key)
    lines = [(file.path, file.numbers) for file in table.files]
    weights = _weights(config.weight, table, np.concatenate([train, pool]))
    check_weights(weights[train], targets, f"{table.path}: column {config.weight!r}")
    return replace(
        own_dataset(config, X, targets, features.names, hashed),
        origins=origins_of(lines, np.concatenate([train, test, pool]), config.row_key or "", keys),
        sample_weight_train=weights[train],
        columns=GroupColumns(table, train),
        test_columns=GroupColumns(table, test),
        pool=_pool(config, table, features, y, weights, train, pool),
        feature_columns=features.columns,
        left_out_values=features.left_out,
        uses=uses_of(table, features.uses, roles(config, table), len(targets.classes)),
    )


def stated_by_file(config: TableOptions, dataset: Dataset) -> Mapping[str, Any]:
    """Which columns the file itself makes an index or categories, and which it holds as decimals or periods."""
    stated = {use.name: use.role for use in dataset.uses if use.stated}
    read = {use.name: use.read_as for use in dataset.uses if use.read_as}
    return {**({"stated": stated} if stated else {}), **({"read": read} if read else {})}


def _read(config: TableOptions, files: Sequence[Path], read: Callable[[Path], _Table]) -> tuple[_Table, list[str]]:
    """Return the rows of one file, or of both, and the columns that are features."""
    table = read(files[0])
    columns = feature_columns(config, table)
    for path in files[1:]:
        test = read(path)
        check_test_columns(config, table, columns, test)
        table = table.above(test)
    return table, columns


def _target(config: TableOptions, table: Table) -> NDArray[Any]:
    parsed = column_without_gaps(table, config.target)
    if not parsed.is_text:
        return parsed.values
    if config.task == "regression":
        row = int(np.flatnonzero(np.isnan(table.numbers(config.target)))[0])
        raise DatasetConfigError(
            f"expected a column of numbers for regression, found {table.shown(row, config.target)!r}:"
            f" {table.place(row, config.target)}",
            ("dataset", "target"),
        )
    return parsed.values.astype(np.str_)


def _pool(
    config: TableOptions,
    table: Table,
    features: TableFeatures,
    y: NDArray[Any],
    weights: NDArray[np.float64],
    train: Rows,
    pool: Rows,
) -> PoolRows | None:
    if not pool.size:
        return None
    targets = encode_targets(y[train], y[pool], config.task, str(table.path))
    return PoolRows(features.matrix(pool), targets.y_test, weights[pool], GroupColumns(table, pool))


def _weights(column: str | None, table: Table, counted: Rows) -> NDArray[np.float64]:
    """A weight for each row of the table; those of rows that are not ``counted``, test rows, are not looked at."""
    if column is None:
        return np.ones(table.rows)
    parsed = usable(table, column)
    used = np.zeros(table.rows, dtype=np.bool_)
    used[counted] = True
    values = np.where(used, table.numbers(column), 1.0)
    without_gaps(Parsed(values, parsed.missing & used), table, column)
    negative = np.flatnonzero(values < 0)
    if negative.size:
        row = int(negative[0])
        raise DataError(f"{table.place(row, column)}: expected a weight >= 0, found {values[row]:g}")
    return values
