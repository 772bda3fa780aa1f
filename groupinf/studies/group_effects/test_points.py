"""Which rows of the test set the effects are measured on: one by one, or summed over sets of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from groupinf.datasets.dataset import Dataset
from groupinf.datasets.rows.row_words import TEST
from groupinf.effects.evaluations.evaluation import Quantity
from groupinf.effects.test_rows import TestRows
from groupinf.errors import DataError
from groupinf.groups.by_value import rows_by_value, value_words
from groupinf.numerics.objective import Objective, Rows
from groupinf.studies.group_effects.manifest import TestKey, TestSet
from groupinf.studies.group_effects.schema import TestPoints
from groupinf.test_point_labels import ALL_ROWS, FIRST_SET
from groupinf.wording import did_you_mean

# drawn from a percentile band where the configuration names no number
FROM_PERCENTILES = 6


@dataclass(frozen=True)
class ChosenPoints:
    """T test points: each a row of the test set, or the sum over some of its rows.

    ``labels`` (T,) is what tables call them: the row, ALL_ROWS for the sum over all rows, and FIRST_SET and downwards
    for the sets of a column in the order of its values; ``names`` holds these, or the row keys of single rows;
    ``notes`` count the test rows in none of the sets. ``rows`` are their rows, one test point's after the other's;
    ``sums`` is the slice of ``rows`` that each is the sum over, empty where each row is a test point.
    """

    labels: tuple[int, ...]
    rows: slice | Rows
    sums: tuple[slice, ...] = ()
    names: Mapping[int, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def of(self, test: Objective, evaluations: Sequence[Quantity] = ()) -> TestRows:
        """The test points of a whole test set, and the rows that evaluations are measured on besides."""
        besides = {of.name: rows for of in evaluations if (rows := of.rows_besides()).size}
        if not besides:
            return TestRows(test.at(self.rows), self.labels, self.sums)
        chosen = [np.arange(test.n)[self.rows], *besides.values()]
        ends = np.cumsum([rows.size for rows in chosen]).tolist()
        places = {name: slice(first, last) for name, first, last in zip(besides, ends[:-1], ends[1:], strict=True)}
        return TestRows(test.at(np.concatenate(chosen)), self.labels, self.sums, besides=places)

    def counts(self, resamples: int, rng: np.random.Generator) -> NDArray[np.uint8]:
        """How often each row is in each resample, as many rows drawn with replacement as each sum has: (rows, R)."""
        counts = np.empty((self.sums[-1].stop, resamples), dtype=np.uint8)  # no row is drawn 256 times
        for rows in self.sums:
            size = rows.stop - rows.start
            for b in range(resamples):
                counts[rows, b] = np.bincount(rng.integers(size, size=size), minlength=size)
        return counts

    @property
    def sets(self) -> tuple[TestSet, ...]:
        """The sets of test rows that have names, for the manifest."""
        named = zip(self.labels, self.sums, strict=True) if self.sums else ()
        return tuple(
            TestSet(label, self.names[label], rows.stop - rows.start) for label, rows in named if label in self.names
        )

    @property
    def keys(self) -> tuple[TestKey, ...]:
        """The row keys of single rows, for the manifest."""
        named = () if self.sums else self.labels
        return tuple(TestKey(label, self.names[label]) for label in named if label in self.names)


def choose_test_points(
    wanted: TestPoints, dataset: Dataset, test_losses: NDArray[np.float64], rng: np.random.Generator
) -> ChosenPoints:
    """The test points in the order of the tables; ``test_losses`` (m,) are those of the test rows at θ̂.

    random/highest_loss: ``highest_loss`` rows of largest loss (ties: the first), and ``random`` of the others, listed
    first. percentile [low, high]: ``num`` rows drawn from those whose loss lies between the two percentiles.
    """
    if wanted.all or wanted.column is not None:
        return summed_rows(wanted, dataset)
    if wanted.indices is not None:
        return single_rows(wanted.indices, dataset)
    if wanted.keys is not None:
        return single_rows(rows_of_keys(wanted.keys, dataset), dataset)
    if wanted.percentile is not None:
        low, high = np.percentile(test_losses, wanted.percentile)
        rows = np.flatnonzero((low <= test_losses) & (test_losses <= high))
        if rows.size == 0:
            between = "{} and {}".format(*wanted.percentile)
            raise DataError(f"test_points.percentile: no test row has a loss between percentiles {between}")
        rows = rng.choice(rows, min(wanted.num or FROM_PERCENTILES, rows.size), replace=False)
        return single_rows(np.sort(rows), dataset)
    order = np.argsort(-test_losses, kind="stable")
    highest = order[: wanted.highest_loss or 0]
    others = np.sort(order[highest.size :])
    drawn = rng.choice(others, wanted.random or 0, replace=False)
    return single_rows([*np.sort(drawn), *highest], dataset)


def chosen_again(wanted: TestPoints, dataset: Dataset, labels: Sequence[int]) -> ChosenPoints:
    """The test points that were chosen before, from what the tables call them."""
    if wanted.all or wanted.column is not None:
        return summed_rows(wanted, dataset)
    return single_rows(labels, dataset)


def most_points(wanted: TestPoints, dataset: Dataset) -> int:
    """At most how many there will be."""
    if wanted.all or wanted.column is not None:
        return len(summed_rows(wanted, dataset).labels)
    if wanted.indices is not None or wanted.keys is not None:
        return len(wanted.indices or wanted.keys or ())
    if wanted.percentile is not None:
        return wanted.num or FROM_PERCENTILES
    return (wanted.random or 0) + (wanted.highest_loss or 0)


def single_rows(rows: Sequence[int] | NDArray[np.int64], dataset: Dataset | None = None) -> ChosenPoints:
    """Each row a test point by itself, named by its row key where the dataset has any."""
    labels, origins = tuple(int(row) for row in rows), None if dataset is None else dataset.origins
    names = {}
    if dataset is not None and origins is not None and origins.key is not None:
        names = {label: origins.called(dataset.n + label) for label in labels}
    return ChosenPoints(labels, np.array(labels, dtype=np.int64), names=names)


def rows_of_keys(keys: Sequence[str], dataset: Dataset) -> list[int]:
    """The test rows with these row keys, in this order; DataError, without the key's name, where one has none."""
    known = {} if dataset.origins is None else dataset.origins.rows_by_key()
    if not known:
        raise DataError("expected data whose rows have keys, found none; row_key in the dataset names their column")
    for key in keys:
        row = known.get(key)
        if row is None or not dataset.n <= row < dataset.n + dataset.n_test:
            found = f"found {key!r}, which {_other_part(row, dataset)}"
            tests = [name for name, at in known.items() if dataset.n <= at < dataset.n + dataset.n_test]
            raise DataError(f"expected keys of test rows, {found}{did_you_mean(key, tests) if row is None else ''}")
    return [known[key] - dataset.n for key in keys]


def _other_part(row: int | None, dataset: Dataset) -> str:
    if row is None:
        return "no row has"
    return "is a training row" if row < dataset.n else "is a row of the pool"


def summed_rows(wanted: TestPoints, dataset: Dataset) -> ChosenPoints:
    """The sum over all test rows; or one sum for each value of a column, ordered as the builder ``column`` does."""
    if wanted.column is None:
        return ChosenPoints((ALL_ROWS,), slice(None), (slice(0, dataset.y_test.size),))
    found = rows_by_value(dataset.test_columns, wanted.column, wanted.missing)
    labels = tuple(FIRST_SET - i for i in range(len(found.values)))
    ends = np.cumsum([value.rows.size for value in found.values]).tolist()
    return ChosenPoints(
        labels=labels,
        rows=np.concatenate([value.rows for value in found.values]),
        sums=tuple(slice(start, end) for start, end in zip([0, *ends[:-1]], ends, strict=True)),
        names={label: value.words for label, value in zip(labels, found.values, strict=True)},
        notes=value_words(wanted.column, found, wanted.missing, TEST, "set of test rows"),
    )
