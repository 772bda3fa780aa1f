"""Which columns of a user's table are features, and whether all that the configuration names are there."""

from __future__ import annotations

from collections.abc import Iterable

from groupinf.config.dataset_schema import TableDataset
from groupinf.config.explain import did_you_mean
from groupinf.datasets.config_error import DatasetConfigError
from groupinf.datasets.labels import shortened
from groupinf.datasets.table import Table
from groupinf.errors import DataError

# keys of the configuration that name a column which is no feature
PARTS = ("target", "split", "weight")


def feature_columns(config: TableDataset, table: Table) -> list[str]:
    """Return the columns that are neither dropped nor target, split, weight or row key, in the order of the file.

    Raises:
        DatasetConfigError: a column that the configuration names is not there, or has two parts to play.
        DataError: no column is left.
    """
    names = [*table.columns, *table.unusable]
    parts = [(key, column) for key in (*PARTS, "row_key") if (column := getattr(config, key)) is not None]
    for key, column in (*parts, *(("drop", d) for d in config.drop)):
        if column not in names:
            raise DatasetConfigError(
                f"expected a column of {table.path}, found {column!r} where its columns are"
                f" {shortened(list(names))}{did_you_mean(column, names)}",
                ("dataset", key),
            )
    _refuse_two_parts(parts, tuple(column for column in config.drop if column != config.row_key))
    left_out = {*config.drop, *(column for _, column in parts)}
    features = [name for name in names if name not in left_out]
    if not features:
        raise DataError(
            f"{table.path}: expected at least one column besides the target and the dropped ones, found none"
        )
    return features


def check_test_columns(config: TableDataset, table: Table, features: Iterable[str], test: Table) -> None:
    """Refuse a file of test rows that lacks the target or a feature; other columns it may lack or have.

    Raises:
        DatasetConfigError: names the first column that is not there.
    """
    for column in (config.target, *features, *([config.row_key] if config.row_key else [])):
        if column not in {*test.columns, *test.unusable}:
            raise DatasetConfigError(
                f"expected the target and every feature of {table.path} in {test.path} too, found no column {column!r}"
                f" among {shortened(list(test.columns))}{did_you_mean(column, test.columns)}",
                ("dataset", "test_file"),
            )


def _refuse_two_parts(parts: list[tuple[str, str]], dropped: tuple[str, ...]) -> None:
    earlier: dict[str, str] = {}
    for key, column in (*parts, *(("drop", d) for d in dropped)):
        first = earlier.setdefault(column, key)
        if first != key:
            raise DatasetConfigError(f"expected columns other than the {first}, found {column!r}", ("dataset", key))
