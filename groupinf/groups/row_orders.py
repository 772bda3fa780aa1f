"""What a builder asks for that makes groups of the first rows of an order, and what it is given."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field

from groupinf.config.section import PositiveInt, distinct
from groupinf.wording import counted

_FIRST = re.compile(r"first [\d,]+ rows? (.+)")

# a case of another axis as it stands in a configuration: its name, or a section with its options
Written = str | dict[str, Any]
# how many rows groups have, in any order
NumRows = Annotated[tuple[PositiveInt, ...], Field(strict=False, min_length=1), AfterValidator(distinct)]


@dataclass(frozen=True)
class AskedOrder:
    """Rows ordered ``by`` something, of an ``evaluation``, for each of ``sides``; None is the first that there is."""

    evaluation: Written | None
    by: Written | None
    sides: tuple[str, ...]


@dataclass(frozen=True)
class OrderedRows:
    """The ``rows`` (m,) whose removal moves a value to one ``side``, the one first that moves it farthest.

    In words the value is of an ``evaluation``, on the test point ``label``, or called ``value`` if it is on none; the
    order is ``by`` something.
    """

    evaluation: str
    label: int
    value: str
    side: str
    by: str
    rows: NDArray[np.int64]


class RowOrders(Protocol):
    """The orders that a fit tells of."""

    def ordered(self, asked: AskedOrder, most: int) -> Sequence[OrderedRows]:
        """At most so many rows for each value and side, value by value."""

    def scored(self, by: str) -> tuple[str, NDArray[np.float64]]:
        """What a score of each row is in words, such as "by leverage", and the scores (n,), NaN where there is none."""


def first_rows(size: int, order: str) -> str:
    """What made a group of the first rows of an order, in words.

    >>> first_rows(1, "in a random order"), order_in(first_rows(1200, "in a random order"))
    ('first 1 row in a random order', 'in a random order')
    """
    return f"first {counted(size, 'row')} {order}"


def order_in(made_from: str) -> str | None:
    """The order of which a group is the first rows, in words; None of a group that is made otherwise."""
    told = _FIRST.fullmatch(made_from)
    return None if told is None else told[1]
