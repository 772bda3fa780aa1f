"""The CSV file of a user's own attributes: columns group and optionally kind, and one column for each attribute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from groupinf.datasets.own.table.reading import MISSING
from groupinf.datasets.rows.exact import finite_in
from groupinf.errors import DataError
from groupinf.groups.attributes import Attributes, Values
from groupinf.groups.csv_rows import csv_rows
from groupinf.groups.groups import Groups
from groupinf.wording import counted, did_you_mean, listed

GROUP, KIND = "group", "kind"
EXPECTED = "expected the columns group, optionally kind, and one for each attribute"
# what other columns of a table of groups are called
TAKEN = ("name", "made_from")
_MOST_NAMED = 3


@dataclass(frozen=True)
class AttributeFile:
    """What a file says: ``cells`` of the attributes ``names`` by the group that a line is of, and that ``line``.

    A group is (kind, name), with the kind empty in a file without that column.
    """

    path: Path
    names: tuple[str, ...]
    cells: Mapping[tuple[str, str], Sequence[str]]
    line: Mapping[tuple[str, str], int]

    def attributes(self, groups: Groups) -> Attributes:
        """Those of the groups: numbers where every cell of a column is one, else texts; a blank cell is a gap.

        Notes count the groups without a line, and the lines of no group. Raises DataError, with the line, where one
        without a kind names groups of several kinds, and where no line names a group.
        """
        keys = list(zip(groups.kind, groups.name, strict=True))
        found = [self._key(kind, name) for kind, name in keys]
        kinds: dict[tuple[str, str], set[str]] = {}
        for (kind, _), key in zip(keys, found, strict=True):
            if key is not None:
                kinds.setdefault(key, set()).add(kind)
        self._refuse_ambiguous(kinds)
        if not kinds:
            raise DataError(self._no_group(groups))
        blank = [""] * len(self.names)
        rows = [blank if key is None else self.cells[key] for key in found]
        columns = zip(*rows, strict=True)
        values = {name: _values(list(column)) for name, column in zip(self.names, columns, strict=True)}
        notes = self._notes(found.count(None), [key for key in self.cells if key not in kinds])
        return Attributes(values, (*notes, *self._mixed()))

    def _key(self, kind: str, name: str) -> tuple[str, str] | None:
        return next((key for key in ((kind, name), ("", name)) if key in self.cells), None)

    def _refuse_ambiguous(self, kinds: Mapping[tuple[str, str], set[str]]) -> None:
        for key, of in kinds.items():
            if len(of) > 1:
                where = f"{self.path}, line {self.line[key]}"
                raise DataError(
                    f"{where}: group {key[1]!r} is the name of groups of {counted(len(of), 'kind')} "
                    f"({listed(sorted(of))}); say in a column kind which is meant"
                )

    def _no_group(self, groups: Groups) -> str:
        first = next(iter(self.cells))
        pairs = [name for kind, name in zip(groups.kind, groups.name, strict=True) if first[0] in ("", kind)]
        near = did_you_mean(first[1], dict.fromkeys(pairs or groups.name))
        of_kind = f" of kind {first[0]!r}" if first[0] else ""
        return (
            f"{self.path}, line {self.line[first]}: expected the name of a group{of_kind}, found {first[1]!r}, and no "
            f"other line names one{near}"
        )

    def _mixed(self) -> Iterator[str]:
        """A note on each column that is one of categories for a few cells that are no numbers."""
        for name, column in zip(self.names, zip(*self.cells.values(), strict=True), strict=True):
            cells = [cell.strip() for cell in column if not _is_gap(cell)]
            texts = [cell for cell in cells if finite_in(cell) is None]
            if texts and len(texts) < len(cells):
                yield (
                    f"attribute file {self.path.name}: {name} is one of categories, as {texts[0]!r} is no number; a "
                    "blank cell is a gap"
                )

    def _notes(self, without: int, unused: Sequence[tuple[str, str]]) -> tuple[str, ...]:
        notes = []
        if without:
            has = "has" if without == 1 else "have"
            notes.append(f"attribute file {self.path.name}: {counted(without, 'group')} {has} no line in it")
        if unused:
            shown = [repr(name) for _, name in unused[:_MOST_NAMED]]
            more = [f"{len(unused) - _MOST_NAMED:,} more"] if len(unused) > _MOST_NAMED else []
            name = "line names" if len(unused) == 1 else "lines name"
            notes.append(
                f"attribute file {self.path.name}: {len(unused):,} {name} no group of the run: {listed(shown + more)}"
            )
        return tuple(notes)


def read_attribute_file(path: Path) -> AttributeFile:
    """The lines of a file of attributes, one for each group.

    Raises DataError, with the line, where the file is missing, empty, of another kind, not UTF-8 or not CSV; where the
    column group or every attribute is missing, a column has no name or is there twice; where a group's name is empty
    or it has two lines.
    """
    cells: dict[tuple[str, str], Sequence[str]] = {}
    lines: dict[tuple[str, str], int] = {}
    names: tuple[str, ...] = ()
    for line, row in csv_rows(path, EXPECTED, "save the attributes as comma-separated text", _header):
        key = (row.pop(KIND, ""), row.pop(GROUP))
        if not key[1]:
            raise DataError(f"{path}, line {line}: expected a group's name, found ''")
        if key in cells:
            raise DataError(f"{path}, line {line}: group {key[1]!r} has a line already, line {lines[key]}")
        names, cells[key], lines[key] = tuple(row), tuple(row.values()), line
    return AttributeFile(path, names, cells, lines)


def _header(header: list[str], where: str) -> list[str]:
    attributes = [name for name in header if name not in (GROUP, KIND)]
    if GROUP not in header or not attributes or "" in header or len(set(header)) < len(header):
        raise DataError(f"{where}: {EXPECTED}, each with a name of its own, found {', '.join(map(repr, header))}")
    taken = next((name for name in attributes if name in TAKEN), None)
    if taken is not None:
        raise DataError(f"{where}: expected another name than {taken!r}, which tables of groups have already")
    return header


def _values(cells: Sequence[str]) -> Values:
    texts = [None if _is_gap(cell) else cell.strip() for cell in cells]
    numbers = [np.nan if text is None else finite_in(text) for text in texts]
    if None in numbers or not any(texts):
        return np.array(texts, dtype=object)
    return np.array(numbers, dtype=np.float64)


def _is_gap(cell: str) -> bool:
    return cell.strip().lower() in MISSING
