"""What rows are to people: a section of the configuration that says what a row of features is shown as."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from groupinf.config.section import Section

Array = NDArray[np.float64]


@dataclass(frozen=True)
class FeatureFacts:
    """What is known of d features: names, the column of the data that each came from, mean and standard deviation; of
    columns of two values the one that has no feature, where it is known.
    """

    names: tuple[str, ...]
    columns: tuple[str, ...]
    mean: Array
    deviation: Array
    left_out: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Picture:
    """An image: (height, width), or (height, width, 3) in colour, from 0, the least of its values, to 1."""

    pixels: Array


@dataclass(frozen=True)
class Entry:
    """Something that a row has, by its name, and what the row has there that it is shown beside (empty: nothing)."""

    name: str
    value: str
    beside: str = ""


@dataclass(frozen=True)
class Entries:
    """What a row has, most telling first; ``left`` entries more are not shown."""

    shown: tuple[Entry, ...]
    left: int


Drawn = Picture | Entries


class RowKind(Section, ABC):
    """One kind of rows with its options, which are its fields; a case has, besides, a field ``kind``: its name.

    ``order`` says in words which entries of a row come first, and what stands beside them; empty where a row is a
    picture. Of entries ``few`` tell a row among others, ``many`` one by itself.
    """

    name: ClassVar[str]
    order: ClassVar[str] = ""
    few: ClassVar[int] = 3
    many: ClassVar[int] = 12

    @property
    @abstractmethod
    def in_text(self) -> str:
        """What sentences call rows of this kind, options included."""

    def fault(self, d: int, sparse: bool) -> str:
        """What is wrong with d features, ``sparse`` or not, that cannot be such rows; empty where nothing is."""
        return ""

    @abstractmethod
    def drawn(self, row: Array, of: FeatureFacts, beside: Array | None, most: int) -> Drawn:
        """A row (d,), beside another (d,) where there is one; of entries ``most`` are shown."""
