"""Which columns of a user's table are features, and whether all that the configuration names are there."""

from __future__ import annotations

from collections.abc import Iterable

from groupinf.datasets.column_use import Role
from groupinf.datasets.config_error import DatasetConfigError
from groupinf.datasets.own.table.options import TableOptions
from groupinf.datasets.own.table.table import Table
from groupinf.datasets.rows.labels import shortened
from groupinf.errors import DataError
from groupinf.wording import did_you_mean

# keys of the configuration that name a column which is no feature
PARTS = ("target", "split", "weight")


def feature_columns(config: TableOptions, table: Table) -> list[str]:
    """Return the columns that are neither dropped nor index, target, split, weight or row key, in the file's order.

    Raises DatasetConfigError where a column that the configuration names is not there, or has two parts to play, and
    DataError where no column is left.
    """
    names = [*table.columns, *table.unusable]
    parts = [(key, column) for key in (*PARTS, "row_key") if (column := getattr(config, key)) is not None]
    read = [(key, column) for key in ("categorical", "numeric") for column in getattr(config, key) or ()]
    for key, column in (*parts, *(("drop", d) for d in config.drop), *read):
        if column not in names:
            raise DatasetConfigError(
                f"expected a column of {table.path}, found {column!r} where its columns are"
                f" {shortened(list(names))}{did_you_mean(column, names)}",
                ("dataset", key),
            )
    _refuse_two_parts(parts, tuple(column for column in config.drop if column != config.row_key))
    if config.weight is not None and config.weight in (config.categorical or ()):
        raise DatasetConfigError(
            f"expected columns other than the weight, found {config.weight!r}", ("dataset", "categorical")
        )
    left_out = {*config.drop, *(column for _, column in parts), *index_columns(table)}
    features = [name for name in names if name not in left_out]
    if not features:
        raise DataError(
            f"{table.path}: expected at least one column besides the target and the dropped ones, found none"
        )
    return features


def index_columns(table: Table) -> list[str]:
    """Return the columns that pandas wrote as the index, but for those that the owner lists as what they hold."""
    return [name for name in table.index if name not in table.reading.categorical | table.reading.numeric]


def roles(config: TableOptions, table: Table) -> dict[str, Role]:
    """Return the parts of the columns that are no features."""
    found: dict[str, Role] = {**dict.fromkeys(index_columns(table), "index"), **dict.fromkeys(config.drop, "dropped")}
    found[config.target] = "target"
    if config.split is not None:
        found[config.split] = "split"
    if config.weight is not None:
        found[config.weight] = "weight"
    if config.row_key is not None:
        found[config.row_key] = "row key"
    return found


def check_test_columns(config: TableOptions, table: Table, features: Iterable[str], test: Table) -> None:
    """Refuse a file of test rows that lacks the target, a feature or the row key; others it may lack or have.

    Raises DatasetConfigError, naming the first column that is not there.
    """
    expected = "the target and every feature" if config.row_key is None else "the target, every feature and the row key"
    for column in (config.target, *features, *([config.row_key] if config.row_key else [])):
        if column not in {*test.columns, *test.unusable}:
            raise DatasetConfigError(
                f"expected {expected} of {table.path} in {test.path} too, found no column {column!r}"
                f" among {shortened(list(test.columns))}{did_you_mean(column, test.columns)}",
                ("dataset", "test_file"),
            )


def _refuse_two_parts(parts: list[tuple[str, str]], dropped: tuple[str, ...]) -> None:
    earlier: dict[str, str] = {}
    for key, column in (*parts, *(("drop", d) for d in dropped)):
        first = earlier.setdefault(column, key)
        if first != key:
            raise DatasetConfigError(f"expected columns other than the {first}, found {column!r}", ("dataset", key))
