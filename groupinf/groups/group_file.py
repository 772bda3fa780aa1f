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


@dataclass
class _Listed:
    """What a file lists, while it is read: the kind and the first line of each group, by its name in order of first
    appearance, and of each line the number of its group and the row that it adds.
    """

    number: dict[str, int] = field(default_factory=dict)
    kind: list[str] = field(default_factory=list)
    first_line: list[int] = field(default_factory=list)
    groups: array[int] = field(default_factory=lambda: array("q"))
    members: array[int] = field(default_factory=lambda: array("q"))

    def add(self, name: str, kind: str, line: int, member: int) -> None:
        """One line."""
        number = self.number.setdefault(name, len(self.kind))
        if number == len(self.kind):
            self.kind.append(kind)
            self.first_line.append(line)
        if self.kind[number] != kind:
            first = f"expected kind {self.kind[number]!r} as on line {self.first_line[number]} for group {name!r}"
            raise DataError(f"{first}, found {kind!r}")
        self.groups.append(number)
        self.members.append(member)


def read_group_file(path: Path, rows: TrainingRows) -> tuple[Group, ...]:
    """Groups in order of first appearance, named by their text, of kind "file" where the file says none.

    Members are named by index, a training row 0..n−1, or by the row key of the dataset.
    Raises DataError, with the line, where the file is missing, empty, of another kind, not UTF-8 or not CSV; where a
    column is missing, repeated or unknown; where a name is empty; where an index is no integer or out of range, a key
    is not that of a training row; where a row is listed twice in its group; where a group has two kinds.
    """
    listed = _Listed()
    for line, row in _rows(path):
        kind = row.get("kind", DEFAULT_KIND)
        if not row["group"] or not kind or kind == RESERVED_KIND:
            expected = f"a kind other than {RESERVED_KIND!r}" if row["group"] else "a group's name"
            raise DataError(f"{path}, line {line}: expected {expected}, found {kind if row['group'] else ''!r}")
        try:
            listed.add(row["group"], kind, line, _member(row, rows))
        except DataError as error:
            raise DataError(f"{path}, line {line}: {error}") from None
    groups, members = (np.frombuffer(of, dtype=np.int64) for of in (listed.groups, listed.members))
    order = np.lexsort((members, groups))
    groups, members = groups[order], members[order]
    again = np.flatnonzero((groups[1:] == groups[:-1]) & (members[1:] == members[:-1]))
    if again.size:
        of_first = again[groups[again] == groups[again[0]]]
        at = int(of_first[np.argmin(order[of_first + 1])])
        raise _listed_twice(path, [*listed.number][groups[at]], int(members[at]), rows)
    ends = np.searchsorted(groups, np.arange(len(listed.kind) + 1))
    return tuple(
        Group(kind, members[start:stop], f"file {path.name}", name=name)
        for name, kind, start, stop in zip(listed.number, listed.kind, ends[:-1], ends[1:], strict=True)
    )


def _member(row: Mapping[str, str], rows: TrainingRows) -> int:
    return rows.by_key(row["key"]) if "key" in row else rows.by_index(row["index"])


def _listed_twice(path: Path, name: str, member: int, rows: TrainingRows) -> DataError:
    """What is wrong where a group has a row more than once; the file is read again for the lines."""
    found = [(line, row) for line, row in _rows(path) if row["group"] == name and _member(row, rows) == member]
    (first, row), (line, _) = found[:2]
    shown = f"key {row['key'].strip()!r}" if "key" in row else f"index {member}"
    return DataError(f"{path}, line {line}: {shown} is listed twice in group {name!r}, first on line {first}")


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
