"""The CSV file of a user's own groups: columns group, index or key, and optionally kind, one line per member."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np

from groupinf.errors import DataError
from groupinf.groups.csv_rows import csv_rows
from groupinf.groups.groups import Group
from groupinf.groups.training_rows import TrainingRows

MEMBER = ("index", "key")  # one of them says which row a line adds
COLUMNS = ("group", *MEMBER, "kind")
EXPECTED = "expected the columns group, index (or key) and optionally kind"
DEFAULT_KIND = "file"
RESERVED_KIND = "all"  # what tables call the groups of every kind together
SHIFT = 2**32  # more than there are rows


@dataclass
class ListedGroups:
    """What a group file lists: the kind and the first line of each group, by its name in order of first appearance,
    and the members of all, sorted by group and row.

    ``places`` is group·SHIFT + row of every line: 8 bytes for each, also while the file is read.
    """

    numbers: dict[str, int] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)
    first_lines: list[int] = field(default_factory=list)
    places: array[int] = field(default_factory=lambda: array("q"))

    def add(self, name: str, kind: str, line: int, member: int) -> None:
        """One line; raises DataError where its group has another kind."""
        number = self.numbers.setdefault(name, len(self.kinds))
        if number == len(self.kinds):
            self.kinds.append(kind)
            self.first_lines.append(line)
        if self.kinds[number] != kind:
            first = f"expected kind {self.kinds[number]!r} as on line {self.first_lines[number]} for group {name!r}"
            raise DataError(f"{first}, found {kind!r}")
        self.places.append(number * SHIFT + member)

    def groups(self, file: str) -> Iterator[Group]:
        """The groups, one after the other; ``file`` is its name."""
        places = np.frombuffer(self.places, dtype=np.int64)
        ends = np.searchsorted(places, SHIFT * np.arange(len(self.kinds) + 1))
        for name, kind, start, stop in zip(self.numbers, self.kinds, ends[:-1], ends[1:], strict=True):
            yield Group(kind, places[start:stop] % SHIFT, f"file {file}", name=name)


def read_group_file(path: Path, rows: TrainingRows) -> tuple[Group, ...]:
    """The groups of ``list_group_file``, of kind "file" where the file says none, named by their text."""
    return tuple(list_group_file(path, rows).groups(path.name))


def list_group_file(path: Path, rows: TrainingRows) -> ListedGroups:
    """What the file lists. Members are named by index, a training row 0..n−1, or by the row key of the dataset.

    Raises DataError, with the line, where the file is missing, empty, of another kind, not UTF-8 or not CSV; where a
    column is missing, repeated or unknown; where a name is empty; where an index is no integer or out of range, a key
    is not that of a training row; where a row is listed twice in its group; where a group has two kinds.
    """
    listed = ListedGroups()
    for line, row in _rows(path):
        kind = row.get("kind", DEFAULT_KIND)
        if not row["group"] or not kind or kind == RESERVED_KIND:
            expected = f"a kind other than {RESERVED_KIND!r}" if row["group"] else "a group's name"
            raise DataError(f"{path}, line {line}: expected {expected}, found {kind if row['group'] else ''!r}")
        try:
            listed.add(row["group"], kind, line, _member(row, rows))
        except DataError as error:
            raise DataError(f"{path}, line {line}: {error}") from None
    places = np.frombuffer(listed.places, dtype=np.int64)
    places.sort()
    if np.any(places[1:] == places[:-1]):
        raise _listed_twice(path, rows)
    return listed


def _member(row: Mapping[str, str], rows: TrainingRows) -> int:
    return rows.by_key(row["key"]) if "key" in row else rows.by_index(row["index"])


def _listed_twice(path: Path, rows: TrainingRows) -> DataError:
    """The first line that repeats a row in its group, found by reading the file again."""
    first: dict[tuple[str, int], int] = {}
    for line, row in _rows(path):
        name, member = row["group"], _member(row, rows)
        if first.setdefault((name, member), line) != line:
            shown = f"key {row['key'].strip()!r}" if "key" in row else f"index {member}"
            again = f"is listed twice in group {name!r}, first on line {first[name, member]}"
            return DataError(f"{path}, line {line}: {shown} {again}")
    return DataError(f"{path}: expected a file that stays as it is while it is read, found it changed")


def names_rows_by_index(path: Path) -> bool:
    """Whether a file names members by index, not by row key; raises DataError as ``read_group_file`` does."""
    return any("index" in row for _, row in islice(_rows(path), 1))


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    return csv_rows(path, EXPECTED, "save the groups as comma-separated text", _header)


def _header(header: list[str], where: str) -> list[str]:
    if all(name in header for name in MEMBER):
        raise DataError(f"{where}: expected either index or key, found both")
    member = any(name in header for name in MEMBER)
    unknown = [name for name in header if name not in COLUMNS]
    if "group" not in header or not member or unknown or len(set(header)) < len(header):
        raise DataError(f"{where}: {EXPECTED}, each once, found {', '.join(header)}")
    return header
