"""A user's own groups, from a CSV file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from groupinf.config.named_file import FilePath
from groupinf.config.section import Problem
from groupinf.errors import DataError
from groupinf.groups.builders.builder import Builder, Kind
from groupinf.groups.group_file import DEFAULT_KIND, ListedGroups, list_group_file, names_rows_by_index, read_group_file
from groupinf.groups.training_rows import index_note, training_rows

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset
    from groupinf.groups.groups import Built, Group
    from groupinf.groups.source import GroupSource


class GroupFile(Builder):
    """A user's own groups: a CSV file with columns group, index or key, and optionally kind."""

    name: ClassVar = "file"
    kinds: ClassVar = (Kind(DEFAULT_KIND, "File"),)
    natural: ClassVar = True
    needs_sizes: ClassVar = False

    builder: Literal["file"] = "file"
    path: FilePath

    def build(self, source: GroupSource, rng: np.random.Generator) -> Built:
        """The groups of ``path`` as ``read_group_file`` reads them; nothing is random."""
        from groupinf.groups.groups import Built

        return Built(self._groups(source.dataset), self.notes(source.dataset))

    def check(self, dataset: Dataset) -> Problem | None:
        """What ``read_group_file`` refuses, with the file's line."""
        try:
            self._listed(dataset)
        except DataError as error:
            return Problem("path", str(error))
        return None

    def known_groups(self, dataset: Dataset) -> tuple[Group, ...]:
        """Those of the file."""
        return self._groups(dataset)

    def most_groups(self, dataset: Dataset, sizes: int, test_points: int) -> int:
        """Those of the file."""
        return len(self._listed(dataset).kinds)

    def notes(self, dataset: Dataset) -> tuple[str, ...]:
        """Which rows an index counts, as one of the whole file may be in range too."""
        note = index_note(training_rows(dataset))
        path = Path(self.path)
        return (f"group file {path.name}: {note}",) if note and names_rows_by_index(path) else ()

    def _listed(self, dataset: Dataset) -> ListedGroups:
        return list_group_file(Path(self.path), training_rows(dataset))

    def _groups(self, dataset: Dataset) -> tuple[Group, ...]:
        return read_group_file(Path(self.path), training_rows(dataset))
