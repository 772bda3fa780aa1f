"""The CSV file of a user's own groups: columns group, index or key, and optionally kind, one line per member."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

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
    """A group while its file is read: its members in the order of the file, with the line of each."""

    kind: str
    first_line: int
    by_key: bool
    members: array[int] = field(default_factory=lambda: array("q"))
    lines: array[int] = field(default_factory=lambda: array("q"))


def read_group_file(path: Path, rows: TrainingRows) -> tuple[Group, ...]:
    """Groups in order of first appearance, named by their text, of kind "file" where the file says none.

    Members are named by index, a training row 0..n−1, or by the row key of the dataset.
    Raises DataError, with the line, where the file is missing, empty, of another kind, not UTF-8 or not CSV; where a
    column is missing, repeated or unknown; where a name is empty; where an index is no integer or out of range, a key
    is not that of a training row; where a row is listed twice in its group; where a group has two kinds.
    """
    listed: dict[str, _Listed] = {}
    for line, row in _rows(path):
        kind = row.get("kind", DEFAULT_KIND)
        if not row["group"] or not kind or kind == RESERVED_KIND:
            expected = f"a kind other than {RESERVED_KIND!r}" if row["group"] else "a group's name"
            raise DataError(f"{path}, line {line}: expected {expected}, found {kind if row['group'] else ''!r}")
        group = listed.get(row["group"]) or listed.setdefault(row["group"], _Listed(kind, line, "key" in row))
        if group.kind != kind:
            raise DataError(
                f"{path}, line {line}: expected kind {group.kind!r} as on line {group.first_line} for group "
                f"{row['group']!r}, found {kind!r}"
            )
        try:
            group.members.append(rows.by_key(row["key"]) if "key" in row else rows.by_index(row["index"]))
        except DataError as error:
            raise DataError(f"{path}, line {line}: {error}") from None
        group.lines.append(line)
    return tuple(
        Group(group.kind, _once(path, name, group, rows), f"file {path.name}", name=name)
        for name, group in listed.items()
    )


def _once(path: Path, name: str, group: _Listed, rows: TrainingRows) -> NDArray[np.int64]:
    """The members of a group, sorted; raises DataError, with the line, where one is listed twice."""
    members = np.frombuffer(group.members, dtype=np.int64)
    order = np.argsort(members, kind="stable")
    ordered = members[order]
    again = np.flatnonzero(ordered[1:] == ordered[:-1])
    if again.size:
        at = int(again[np.argmin(order[again + 1])])
        member, first = int(ordered[at]), group.lines[int(order[at])]
        key = next((key for key, row in rows.keys.items() if row == member), None) if group.by_key else None
        shown = f"index {member}" if key is None else f"key {key!r}"
        line = group.lines[int(order[at + 1])]
        raise DataError(f"{path}, line {line}: {shown} is listed twice in group {name!r}, first on line {first}")
    return ordered


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
