"""How the columns of a user's table are to be read, as the configuration states it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from groupinf.datasets.own.table.options import TableOptions

# What a csv file leaves a value out by, in any case of letters. "None" is not among them: in real tables it is a
# category ("not measured", "no claim") as often as not.
MISSING = ("", "na", "n/a", "#n/a", "<na>", "nan", "-nan", "null")


@dataclass(frozen=True)
class Reading:
    """What the owner says of a table: columns that are categories, or numbers, and what stands for a missing value.

    ``markers`` are stripped texts in lower case, ``numbers`` those of them that are numbers and so are found however
    they are written (-999 as -999.0). ``usual`` are the markers of text files.
    """

    categorical: frozenset[str] = frozenset()
    numeric: frozenset[str] = frozenset()
    markers: frozenset[str] = frozenset()
    numbers: frozenset[float] = frozenset()
    usual: frozenset[str] = field(default_factory=lambda: frozenset(MISSING))
    separator: str = ","
    decimal: str = "."

    @property
    def not_missing(self) -> frozenset[str]:
        """The usual markers of which the owner says that they are values."""
        return frozenset(MISSING) - self.usual

    def keeps(self, text: str) -> bool:
        """Whether a text is a usual marker of which the owner says that it is a value."""
        return text.strip().lower() in self.not_missing

    def is_marker(self, text: str, number: float | None, usual: bool = True) -> bool:
        """Whether a text, which reads as ``number`` if it is one, stands for a missing value."""
        plain = text.strip().lower()
        return plain in self.markers or (usual and plain in self.usual) or number in self.numbers


# For a table of which nothing is said.
AS_FOUND = Reading()


def reading_of(config: TableOptions) -> Reading:
    """Return what the configuration says of a table of whatever format."""
    markers = frozenset(text.strip().lower() for text in config.missing_values or ())
    return Reading(
        categorical=frozenset(config.categorical or ()),
        numeric=frozenset(config.numeric or ()),
        markers=markers,
        numbers=frozenset(_finite(markers)),
    )


def _finite(texts: Iterable[str]) -> Iterable[float]:
    for text in texts:
        try:
            number = float(text)
        except ValueError:
            continue
        if math.isfinite(number):
            yield number
