"""Groups of the rows whose removal is predicted to move something measured farthest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from pydantic import BeforeValidator

from groupinf.config.section import Problem
from groupinf.config.words import found
from groupinf.errors import DataError
from groupinf.groups.builders.builder import Builder, Kind
from groupinf.groups.row_orders import AskedOrder, NumRows, OrderedRows, Written, first_rows, order_in
from groupinf.wording import listed

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset
    from groupinf.groups.groups import Built, Group
    from groupinf.groups.source import GroupSource


RISE = Kind("most_influential_rise", "Most influential: rise", ("#f20f59", "<"))
FALL = Kind("most_influential_fall", "Most influential: fall", ("#1c2ffd", "8"))
KINDS = {"rise": RISE, "fall": FALL}

_MADE = re.compile(r"for the largest (?P<side>rise|fall) of (?P<value>.+), (?P<by>[^,]+)")


def _written(value: object) -> object:
    """A name, or a section, of which one with a single key is that name."""
    if isinstance(value, str) or (isinstance(value, dict) and value):
        return value
    raise ValueError(f"expected a name, or keys and values, found {found(value)}")


Case = Annotated[Written, BeforeValidator(_written)]


@dataclass(frozen=True)
class MadeFrom:
    """Of which order a group is the first rows: the ``value`` that they move to one ``side``, ``by`` what, in words."""

    value: str
    side: str
    by: str


def told_in(order: str) -> MadeFrom | None:
    """What the words of an order say that this builder makes groups of; None of another order.

    >>> told_in("for the largest rise of test loss on test point 3, by influence")
    MadeFrom(value='test loss on test point 3', side='rise', by='by influence')
    """
    told = _MADE.fullmatch(order)
    return None if told is None else MadeFrom(**told.groupdict())


def made_from(words: str) -> MadeFrom | None:
    """The same of what made a group, in words."""
    return told_in(order_in(words) or "")


class MostInfluential(Builder):
    """The first rows of an order by what their removal does to a value of an ``evaluation``, growing groups."""

    name: ClassVar = "most_influential"
    kinds: ClassVar = (RISE, FALL)
    needs_sizes: ClassVar = False

    builder: Literal["most_influential"] = "most_influential"
    evaluation: Case | None = None
    side: Literal["rise", "fall", "both"] = "both"
    by: Case | None = None
    num_rows: NumRows | None = None

    @property
    def wants_sizes(self) -> bool:
        """Where it says none of its own."""
        return self.num_rows is None

    @property
    def asked_order(self) -> AskedOrder:
        """By what it orders rows."""
        return AskedOrder(self.evaluation, self.by, tuple(KINDS) if self.side == "both" else (self.side,))

    def build(self, source: GroupSource, rng: np.random.Generator) -> Built:
        """For each value of the evaluation, each side and each size s the first s rows of the order, nested.

        Sizes that an order does not reach, which never empties a class or the data, are left out, and a note says so.
        Nothing is random.
        """
        from groupinf.groups.groups import Built

        problem = self.check(source.dataset)
        if problem is not None:
            raise DataError(problem.message)
        sizes = sorted({*(self.num_rows or source.group_sizes())})
        orders = source.required_row_orders().ordered(self.asked_order, sizes[-1])
        groups = tuple(group for order in orders for group in _nested(order, sizes, source))
        return Built(groups, self._notes(orders, sizes))

    def _notes(self, orders: Sequence[OrderedRows], sizes: Sequence[int]) -> tuple[str, ...]:
        """For each side whose orders do not reach all sizes, which those are."""
        notes = []
        for side, by in dict.fromkeys((order.side, order.by) for order in orders):
            shortest = min(order.rows.size for order in orders if (order.side, order.by) == (side, by))
            beyond = [f"{size:,}" for size in sizes if size > shortest]
            if beyond:
                rows = f"groups of {listed(beyond)} rows for the largest {side}, {by},"
                notes.append(f"{self.name}: {rows} were left out where they empty a class or the data")
        return tuple(notes)

    def check(self, dataset: Dataset) -> Problem | None:
        """More rows than may go."""
        most = max(self.num_rows or (0,))
        if most >= dataset.n:
            return Problem("num_rows", f"expected less than {dataset.row_words.number(dataset.n)}, found {most:,}")
        return None

    def most_groups(self, dataset: Dataset, sizes: int, test_points: int) -> int:
        """One of each size for each value, which are as many as test points are counted, and side."""
        return test_points * len(self.asked_order.sides) * len(self.num_rows or range(sizes))


def _nested(order: OrderedRows, sizes: list[int], source: GroupSource) -> Iterator[Group]:
    from groupinf.groups.groups import Group

    on = order.value or f"on {source.point_name(order.label)}"
    words = f"for the largest {order.side} of {order.evaluation} {on}, {order.by}"
    for size in (size for size in sizes if size <= order.rows.size):
        yield Group(KINDS[order.side].name, np.sort(order.rows[:size]), first_rows(size, words), order.label)
