"""The rows that a section ``dataset`` chooses of the data that it names, and their scales."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from groupinf.datasets.choice.classes import of_classes
from groupinf.datasets.choice.exclusion import without
from groupinf.datasets.choice.first_rows import first_rows, first_test_rows
from groupinf.datasets.choice.left import RowsLeft
from groupinf.datasets.choice.options import RowChoice
from groupinf.datasets.choice.standardise import standardised
from groupinf.datasets.choice.standardise_target import with_standardised_target
from groupinf.datasets.choice.subset import subset_of
from groupinf.datasets.choice.test_rows import with_test_rows

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset


def chosen(choice: RowChoice, dataset: Dataset) -> Dataset:
    """Return the rows that are asked for, not scaled.

    test_rows comes first: its rows are numbered as the data come, and no later step takes one of them away. Then come
    classes, exclude, the first rows and subset, so that as many rows are drawn as are asked for. ``rows_left`` counts
    the rows after each step.
    Raises DatasetConfigError, with the key, where the data have not what is asked for.
    """
    counts = [_counts("", dataset)]
    for key, step in _steps(choice):
        dataset = step(dataset)
        counts.append(_counts(key, dataset))
    return replace(dataset, rows_left=tuple(counts)) if len(counts) > 1 else dataset


def in_scale(choice: RowChoice, dataset: Dataset, where: str) -> Dataset:
    """Return the chosen rows in the scales that are asked for, which are learnt from the training rows, a pool's not
    among them.

    ``where`` opens messages on features. Raises DatasetConfigError and DataError where there is no scale.
    """
    if choice.standardise_target:
        dataset = with_standardised_target(dataset)
    return standardised(dataset, where) if choice.standardise else dataset


def _steps(choice: RowChoice) -> Iterator[tuple[str, Callable[[Dataset], Dataset]]]:
    """The steps that are asked for, by their keys."""
    if choice.test_rows is not None:
        yield "test_rows", partial(with_test_rows, rows=choice.test_rows)
    if choice.classes is not None:
        yield "classes", partial(of_classes, labels=choice.classes, moved=len(choice.test_rows or ()))
    if choice.exclude is not None:
        yield "exclude", partial(without, conditions=choice.exclude, keep=choice.keep or 0)
    if choice.first_rows is not None:
        yield "first_rows", partial(first_rows, count=choice.first_rows)
    if choice.first_test_rows is not None:
        moved = len(choice.test_rows or ())
        yield "first_test_rows", partial(first_test_rows, count=choice.first_test_rows, moved=moved)
    if choice.subset is not None:
        yield "subset", partial(subset_of, rows=choice.subset.rows, seed=choice.subset.seed)


def _counts(step: str, dataset: Dataset) -> RowsLeft:
    return RowsLeft(step, dataset.n, dataset.n_test, dataset.n_pool)
