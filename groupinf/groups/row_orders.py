"""What a builder asks for that makes groups of the first rows of an order, and what it is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

# a case of another axis as it stands in a configuration: its name, or a section with its options
Written = str | dict[str, Any]


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
