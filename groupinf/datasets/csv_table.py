"""A user's own CSV file: numeric columns as they are, text columns as 0/1 features, a seeded split of the rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.config.explain import did_you_mean
from groupinf.config.schema import CsvDataset
from groupinf.datasets.config_error import DatasetConfigError
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.labels import encode_targets, shortened
from groupinf.datasets.one_hot import one_hot
from groupinf.datasets.split import split_rows
from groupinf.datasets.text_table import TextTable, read_table, refuse_missing
from groupinf.errors import DataError

MOST_CATEGORIES = 1000


def load_csv(config: CsvDataset, path: Path, seed: int) -> Dataset:
    """Return the dataset of the CSV file at ``path``: every column but the target and the dropped ones is a feature.

    A column is numeric where every value of it is a number; any other is text and becomes a feature
    ``column=value`` for each of its values (sorted; of two values only the second). The split is drawn uniformly
    from ``seed``, not stratified; rows keep the order of the file. ``columns`` holds every column of the file.

    Raises:
        DataError: the file is not such a table or holds a missing value; names the file, the line and the column.
        DatasetConfigError: a key of the configuration does not go with the file.
    """
    table = read_table(path)
    used = _feature_columns(config, table, path)
    for column in (*used, config.target):
        refuse_missing(table, column, path)
    names, blocks = _features(table, used, path)
    y = _target(config, table, path)
    train, test = _split(config, y, seed, path)
    targets = encode_targets(y[train], y[test], config.task, str(path))
    return Dataset(
        name=path.stem,
        task=config.task,
        X_train=_stacked(blocks, train),
        y_train=targets.y_train,
        X_test=_stacked(blocks, test),
        y_test=targets.y_test,
        classes=targets.classes,
        sample_weight_train=np.ones(train.size),
        feature_names=names,
        columns={name: values[train] for name, values in table.columns.items()},
        sources={path.name: table.sha256},
    )


def _feature_columns(config: CsvDataset, table: TextTable, path: Path) -> list[str]:
    for column, key in ((config.target, "target"), *((d, "drop") for d in config.drop)):
        if column not in table.columns:
            raise DatasetConfigError(
                f"expected a column of {path}, found {column!r} where its columns are"
                f" {shortened(list(table.columns))}{did_you_mean(column, table.columns)}",
                ("dataset", key),
            )
    if config.target in config.drop:
        raise DatasetConfigError(
            f"expected columns other than the target, found {config.target!r}", ("dataset", "drop")
        )
    used = [c for c in table.columns if c != config.target and c not in config.drop]
    if not used:
        raise DataError(f"{path}: expected at least one column besides the target and the dropped ones, found none")
    return used


def _numbers(values: NDArray[np.object_]) -> NDArray[np.int64] | NDArray[np.float64] | None:
    """Return the values as integers or float64, or None where one of them is not a number."""
    try:
        parsed = pd.to_numeric(pd.Series(values, dtype=object))
    except ValueError:
        return None
    if parsed.dtype == object:  # integers of any length, which may overflow to infinity
        return np.array([float(value) for value in values])
    array: NDArray[Any] = parsed.to_numpy()
    return array if array.dtype == np.int64 else array.astype(np.float64)


def _features(table: TextTable, used: list[str], path: Path) -> tuple[tuple[str, ...], list[NDArray[Any]]]:
    """Return the names and, column by column of the file, the (rows, k) values of the features."""
    names: list[str] = []
    blocks: list[NDArray[Any]] = []
    for column in used:
        values = table.columns[column]
        numbers = _numbers(values)
        if numbers is not None:
            _check_finite(numbers, table, column, path)
            names.append(column)
            blocks.append(numbers[:, None])
            continue
        _check_categories(values, column, path)
        kept, block = one_hot(values)
        names += [f"{column}={value}" for value in kept]
        blocks.append(block)
    return tuple(names), blocks


def _stacked(blocks: list[NDArray[Any]], rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return some rows as one float64 matrix; the whole table is never held as one, only as its small blocks."""
    return np.ascontiguousarray(np.hstack([block[rows] for block in blocks], dtype=np.float64))


def _check_finite(numbers: NDArray[Any], table: TextTable, column: str, path: Path) -> None:
    infinite = np.flatnonzero(~np.isfinite(numbers))
    if infinite.size:
        row = int(infinite[0])
        raise DataError(
            f"{path}, line {table.lines[row]}: column {column!r}: expected a finite number,"
            f" found {table.columns[column][row]!r}"
        )


def _check_categories(values: NDArray[np.object_], column: str, path: Path) -> None:
    """A column of names or keys would otherwise become as many features as there are rows."""
    found = len(set(values))
    if found > MOST_CATEGORIES:
        raise DatasetConfigError(
            f"expected text columns of {path} with at most {MOST_CATEGORIES} different values, found {found} in"
            f" {column!r}; drop it (it can still make column groups)",
            ("dataset", "drop"),
        )


def _target(config: CsvDataset, table: TextTable, path: Path) -> NDArray[Any]:
    values = table.columns[config.target]
    numbers = _numbers(values)
    if numbers is not None:
        _check_finite(numbers, table, config.target, path)
        return numbers
    if config.task == "regression":
        raise DatasetConfigError(
            f"expected a column of numbers for regression, found text in {config.target!r} of {path}",
            ("dataset", "target"),
        )
    return values.astype(np.str_)


def _split(config: CsvDataset, y: NDArray[Any], seed: int, path: Path) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    train, test = split_rows(y.size, config.test_fraction, seed)
    if not train.size or not test.size:
        raise DatasetConfigError(
            f"expected a fraction that leaves both parts a row, found {config.test_fraction:g} of {y.size} rows of"
            f" {path}: {train.size} for training and {test.size} for testing",
            ("dataset", "test_fraction"),
        )
    if config.task == "classification":
        _check_classes(config, y, train, path)
    return train, test


def _check_classes(config: CsvDataset, y: NDArray[Any], train: NDArray[np.int64], path: Path) -> None:
    classes = np.unique(y)
    if classes.size < 2:
        raise DatasetConfigError(
            f"expected a column with at least two classes, found only {classes.tolist()[0]!r} in"
            f" {config.target!r} of {path}",
            ("dataset", "target"),
        )
    missing = np.setdiff1d(classes, y[train]).tolist()
    if missing:
        raise DatasetConfigError(
            f"expected every class of {config.target!r} among the training rows of {path}, found none of"
            f" {shortened(missing)}; use a smaller test_fraction or another seed, leave its rows out, or, for a"
            " numeric target, set task: regression",
            ("dataset", "test_fraction"),
        )
