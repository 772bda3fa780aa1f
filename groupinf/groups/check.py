"""What would go wrong with a builder, found before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from groupinf.config import schema
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.rows.labels import shortened
from groupinf.errors import DataError
from groupinf.groups.builders.random_within_class import classes_wanted
from groupinf.groups.by_value import names_of, rows_by_value
from groupinf.groups.group_file import read_group_file
from groupinf.groups.sizes import sizes_problem
from groupinf.groups.training_rows import training_rows
from groupinf.wording import did_you_mean


class Problem(NamedTuple):
    """The key of the builder (or of groups) that must change, and why, in words."""

    key: str
    message: str


def check_sizes(sizes: schema.Sizes, n: int) -> Problem | None:
    """A problem with the key ``sizes.min`` where int(min·n) is 0."""
    message = sizes_problem(sizes, n)
    return None if message is None else Problem("sizes.min", message)


def check_builder(options: schema.Builder, dataset: Dataset, base: Path) -> Problem | None:
    """The first problem of a builder on this dataset, None where it can work.

    k above n; a column that the data lack; a min_size that no value reaches; classes asked of a regression;
    a group file (its path relative to ``base``) that ``read_group_file`` refuses, with the file's line.
    """
    match options:
        case schema.FeatureClusters() | schema.GradientClusters():
            return _check_k(options.k, dataset.n)
        case schema.RandomWithinClass() if dataset.task != "classification":
            return Problem("builder", classes_wanted(dataset.task))
        case schema.Column():
            return _check_column(options, dataset)
        case schema.GroupFile():
            return _check_file(base / Path(options.path).expanduser(), dataset)
        case _:
            return None


def _check_k(k: tuple[int, ...], n: int) -> Problem | None:
    if max(k) <= n:
        return None
    return Problem("k", f"expected at most n = {n}, the number of training points, found {max(k)}")


def _check_column(options: schema.Column, dataset: Dataset) -> Problem | None:
    names = sorted(dataset.columns)
    if not names:
        return Problem("column", f"expected data with columns to group by; {dataset.name} has none")
    for column in names_of(options.column):
        if column not in dataset.columns:
            hint = did_you_mean(column, names)
            return Problem("column", f"expected one of {shortened(list(names), 30)}, found {column!r}{hint}")
    found = rows_by_value(dataset.columns, options.column, options.missing)
    if not found.values:
        return Problem("column", f"expected a training row with a value, found {found.gaps:,} without one")
    largest = max(value.rows.size for value in found.values)
    if largest < options.min_size:
        return Problem(
            "min_size", f"expected at most {largest}, the rows of the most frequent value, found {options.min_size}"
        )
    return None


def _check_file(path: Path, dataset: Dataset) -> Problem | None:
    try:
        read_group_file(path, training_rows(dataset))
    except DataError as error:
        return Problem("path", str(error))
    return None
