"""Groups of one training row each: leave one out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import model_validator

from groupinf.config.section import PositiveInt, Problem, exclusive
from groupinf.datasets.dataset import Dataset
from groupinf.errors import DataError
from groupinf.groups.builders.builder import Builder, Kind
from groupinf.groups.groups import Built, Group
from groupinf.groups.source import GroupSource
from groupinf.wording import counted, listed

SINGLE = Kind("single_row", "Single row", ("#720c56", ">"))
STRONGEST = Kind("strongest_row", "Strongest row", ("#3f11a0", "*"))


class SingleRows(Builder):
    """Single rows: all of them, so many at ``random``, or the ``strongest`` so many of each test point."""

    name: ClassVar = "single_rows"
    kinds: ClassVar = (SINGLE, STRONGEST)
    needs_sizes: ClassVar = False

    builder: Literal["single_rows"] = "single_rows"
    rows: Literal["all"] | None = None
    random: PositiveInt | None = None
    strongest: PositiveInt | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = [key for key in ("rows", "random", "strongest") if getattr(self, key) is not None]
        if len(given) > 1:
            expected = "expected one of rows: all, random: NUMBER and strongest: NUMBER"
            raise exclusive(f"{expected}; found {listed(given)}")
        return self

    def build(self, source: GroupSource, rng: np.random.Generator) -> Built:
        """A group for each row, in the order of the rows; for ``strongest`` test point by test point, the largest
        |influence| on its loss first (Koh and Liang 2017, section 5), of equal ones the lower row.

        A row that is among the strongest of several test points is one group, of the first of these.
        """
        dataset = source.dataset
        problem = self.check(dataset)
        if problem is not None:
            raise DataError(problem.message)
        if self.strongest is not None:
            return self._strongest(source, self.strongest)
        rows = range(dataset.n)
        if self.random is not None:
            rows = np.sort(rng.choice(dataset.n, self.random, replace=False)).tolist()
        return Built(tuple(Group(SINGLE.name, _alone(row), _called(dataset, row)) for row in rows))

    def _strongest(self, source: GroupSource, most: int) -> Built:
        chosen_by: dict[int, list[int]] = {}
        for column in range(len(source.test_points)):
            for row in np.argsort(-np.abs(source.influence[:, column]), kind="stable")[:most].tolist():
                chosen_by.setdefault(row, []).append(column)
        groups = tuple(_chosen(source, most, chosen_by))
        places = sum(map(len, chosen_by.values()))
        note = (
            f"{self.name}: the {most} strongest of {counted(len(source.test_points), 'test point')} are "
            f"{counted(len(groups), 'row')}: {counted(places - len(groups), 'time')} one was among those of another"
        )
        return Built(groups, (note,) if places > len(groups) else ())

    def check(self, dataset: Dataset) -> Problem | None:
        """More rows than there are."""
        for key in ("random", "strongest"):
            wanted = getattr(self, key)
            if wanted is not None and wanted > dataset.n:
                return Problem(key, f"expected at most {dataset.row_words.number(dataset.n)}, found {wanted}")
        return None

    def most_groups(self, dataset: Dataset, sizes: int, test_points: int) -> int:
        """One for each row that may be chosen."""
        if self.strongest is not None:
            return min(self.strongest * test_points, dataset.n)
        return dataset.n if self.random is None else self.random


def _chosen(source: GroupSource, most: int, chosen_by: dict[int, list[int]]) -> Iterator[Group]:
    for row, columns in chosen_by.items():
        points = [source.point_name(source.test_points[column]) for column in columns]
        words = f"{_called(source.dataset, row)}, among the {most} of largest |influence| on {listed(points)}"
        yield Group(STRONGEST.name, _alone(row), words, source.test_points[columns[0]])


def _alone(row: int) -> np.ndarray:
    return np.array([row], dtype=np.int64)


def _called(dataset: Dataset, row: int) -> str:
    origins = dataset.origins
    key = "" if origins is None or origins.key is None else f" ({origins.called(row)})"
    return f"row {row}{key}"
