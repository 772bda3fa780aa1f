"""Groups of one training row each: leave one out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import PlainSerializer, PlainValidator, WithJsonSchema, model_validator

from groupinf.config.section import PositiveInt, Problem, distinct, exclusive
from groupinf.config.words import found
from groupinf.errors import DataError
from groupinf.groups.builders.builder import Builder, Kind
from groupinf.wording import counted, listed

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset
    from groupinf.groups.groups import Built, Group
    from groupinf.groups.source import GroupSource


SINGLE = Kind("single_row", "Single row", ("#720c56", ">"))
STRONGEST = Kind("strongest_row", "Strongest row", ("#3f11a0", "*"))
SUSPECT = Kind("suspect_row", "Suspect row", ("#9e59fe", "p"))
ALL = "all"
WAYS = ("rows", "random", "strongest", "suspects")


class SingleRows(Builder):
    """Single rows: all of them or some, so many at ``random``, the ``strongest`` so many of each test point, or so many
    ``suspects``, whose own loss rises most without them.
    """

    name: ClassVar = "single_rows"
    kinds: ClassVar = (SINGLE, STRONGEST, SUSPECT)
    needs_sizes: ClassVar = False

    builder: Literal["single_rows"] = "single_rows"
    rows: Annotated[
        str | tuple[int, ...] | None,
        PlainValidator(lambda value: _all_or_numbers(value)),
        PlainSerializer(lambda value: list(value) if isinstance(value, tuple) else value, when_used="json"),
        WithJsonSchema({"anyOf": [{"const": ALL}, {"type": "array", "items": {"type": "integer", "minimum": 0}}]}),
    ] = None
    random: PositiveInt | None = None
    strongest: PositiveInt | None = None
    suspects: PositiveInt | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = [key for key in WAYS if getattr(self, key) is not None]
        if len(given) > 1:
            expected = "expected one of rows: all or [NUMBERS], random: NUMBER, strongest: NUMBER and suspects: NUMBER"
            raise exclusive(f"{expected}; found {listed(given)}")
        return self

    @property
    def _listed(self) -> tuple[int, ...]:
        """The rows that are named one by one."""
        return self.rows if isinstance(self.rows, tuple) else ()

    @property
    def needs_self_newton(self) -> bool:
        """For suspects."""
        return self.suspects is not None

    def build(self, source: GroupSource, rng: np.random.Generator) -> Built:
        """A group for each row, in the order of the rows, or as they are listed; for ``strongest`` test point by test
        point, the largest |influence| on its loss first (Koh and Liang 2017, section 5), of equal ones the lower row.

        A row that is among the strongest of several test points is one group, of the first of these. ``suspects`` are
        those of largest rise of their own loss by the Newton step without them, the largest first.
        """
        from groupinf.groups.groups import Built, Group

        dataset = source.dataset
        problem = self.check(dataset)
        if problem is not None:
            raise DataError(problem.message)
        if self.strongest is not None:
            return self._strongest(source, self.strongest)
        if self.suspects is not None:
            return _suspects(source, self.suspects)
        rows = self._listed or range(dataset.n)
        if self.random is not None:
            rows = np.sort(rng.choice(dataset.n, self.random, replace=False)).tolist()
        return Built(tuple(Group(SINGLE.name, _alone(row), _called(dataset, row)) for row in rows))

    def _strongest(self, source: GroupSource, most: int) -> Built:
        from groupinf.groups.groups import Built

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
        for key in WAYS[1:]:
            wanted = getattr(self, key)
            if wanted is not None and wanted > dataset.n:
                return Problem(key, f"expected at most {dataset.row_words.number(dataset.n)}, found {wanted}")
        beyond = next((row for row in self._listed if row >= dataset.n), None)
        if beyond is not None:
            last = f"{dataset.row_words.many} 0 to {dataset.n - 1:,}"
            return Problem("rows", f"expected {last}, found {beyond:,}")
        if self.suspects is not None and dataset.of_pool:
            return Problem("suspects", f"expected rows that are fitted, found {dataset.row_words.many}")
        return None

    def most_groups(self, dataset: Dataset, sizes: int, test_points: int) -> int:
        """One for each row that may be chosen."""
        if self.strongest is not None:
            return min(self.strongest * test_points, dataset.n)
        return self.random or self.suspects or len(self._listed) or dataset.n


def _all_or_numbers(value: Any) -> str | tuple[int, ...] | None:
    """``all``, or row numbers, for a validator."""
    if value is None or value == ALL:
        return value if value is None else ALL
    if not isinstance(value, list | tuple) or not value:
        raise ValueError(f"expected {ALL} or a list of row numbers, found {found(value)}")
    wrong = next((row for row in value if not isinstance(row, int) or isinstance(row, bool) or row < 0), None)
    if wrong is not None:
        raise ValueError(f"expected row numbers, whole ones of at least 0, found {wrong!r}")
    return distinct(tuple(value))


def _suspects(source: GroupSource, most: int) -> Built:
    from groupinf.groups.groups import Built, Group

    rises = source.required_self_newton()
    order = np.argsort(-np.nan_to_num(rises, nan=-np.inf), kind="stable")[:most].tolist()
    words = f"among the {most} whose own loss rises most without them"
    return Built(tuple(Group(SUSPECT.name, _alone(row), f"{_called(source.dataset, row)}, {words}") for row in order))


def _chosen(source: GroupSource, most: int, chosen_by: dict[int, list[int]]) -> Iterator[Group]:
    from groupinf.groups.groups import Group

    for row, columns in chosen_by.items():
        points = [source.point_name(source.test_points[column]) for column in columns]
        words = f"{_called(source.dataset, row)}, among the {most} of largest |influence| on {listed(points)}"
        yield Group(STRONGEST.name, _alone(row), words, source.test_points[columns[0]])


def _alone(row: int) -> np.ndarray:
    return np.array([row], dtype=np.int64)


def _called(dataset: Dataset, row: int) -> str:
    origins = dataset.origins
    key = "" if origins is None or origins.key is None else f" ({origins.key[row]})"
    return f"row {row}{key}"
