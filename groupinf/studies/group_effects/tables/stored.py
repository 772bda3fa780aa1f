"""A table of a collected run that is read when it is first asked for, or by and by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, overload

import pandas as pd

from groupinf.experiments.folder.manifest import RunManifest
from groupinf.experiments.folder.run_directory import RunDirectory


@dataclass(frozen=True)
class StoredTable:
    """A collected table that has been found to be what the manifest names."""

    directory: RunDirectory
    name: str
    manifest: RunManifest

    def read(self) -> pd.DataFrame:
        """The whole table; raises DataError where it has been altered since."""
        return self.directory.read_table(self.name, self.manifest)


class TableField:
    """A field of a dataclass that holds a table, or until it is first asked for the file that it is read from."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, of: None, owner: type) -> TableField: ...
    @overload
    def __get__(self, of: object, owner: type) -> pd.DataFrame: ...
    def __get__(self, of: object | None, owner: type) -> Any:
        if of is None:
            raise AttributeError(self._name)  # a dataclass asks for a default: there is none
        held = vars(of)[self._name]
        if isinstance(held, StoredTable):
            held = vars(of)[self._name] = held.read()
        return held

    def __set__(self, of: object, value: pd.DataFrame | StoredTable) -> None:
        vars(of)[self._name] = value

    def parts(self, of: object, columns: list[str]) -> Iterable[pd.DataFrame]:
        """These columns of the table, which is not read whole where it has not been yet."""
        held = vars(of)[self._name]
        if isinstance(held, StoredTable):
            return held.directory.table_parts(held.name, held.manifest, columns)
        return (held[columns],)
