"""A kind of data that the section ``dataset`` of a configuration may ask for: all that is its own, in one value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from groupinf.datasets.choice.options import RowChoice

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset


Options = TypeVar("Options", bound=RowChoice)


@dataclass(frozen=True)
class DatasetKind(Generic[Options]):
    """``name`` is the key by which a section says that it is of this kind, ``options`` are all its keys,
    beside those that choose rows of whatever kind.

    ``load`` and ``declared_bytes`` are given the files that a section names, in the order of its keys, of which that
    of the data comes first; those left out are passed over.

    ``load`` returns all rows of the dataset, of which some are chosen afterwards; the seed decides the split where the
    data do not come with one. It raises DataError where the data are absent or not usable, DatasetConfigError where a
    key of the section causes or can mend it.
    ``declared_bytes`` returns the bytes of memory that the data take at least, read off the files before anything is
    unpacked; 0 where they do not tell or cannot be read, which ``load`` says. None for a kind whose files never tell.
    ``identity`` returns what decides the numbers besides the section and the bytes of the files.
    """

    name: str
    options: type[Options]
    load: Callable[[Options, Sequence[Path], int], Dataset]
    declared_bytes: Callable[[Options, Sequence[Path]], int] | None
    identity: Callable[[Options, Dataset], Mapping[str, Any]]


def nothing_more(options: RowChoice, dataset: Dataset) -> Mapping[str, Any]:
    """The ``identity`` of a kind whose numbers the section and its files decide alone."""
    return {}
