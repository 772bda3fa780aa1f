"""The table of effects of a collected run: a frame that is read when it is first asked for, and the same as arrays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.experiments.folder.manifest import RunManifest
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.numerics.losses.loss import Array

# what tells the rows of a group from one another
KEYS = ["evaluation", "test_point", "method", "readout"]


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


@dataclass(frozen=True)
class EffectArrays:
    """Effects and error estimates (G, C) of ``groups`` (G,), NaN where the table has no row; ``columns`` say of C what
    is KEYS of them, in the table's order of first appearance.
    """

    groups: NDArray[np.int64]
    columns: pd.DataFrame
    effect: Array
    error: Array

    def places(self, evaluation: str) -> NDArray[np.intp]:
        """Which columns are of an evaluation."""
        return np.flatnonzero(self.columns["evaluation"] == evaluation)


def effect_arrays(parts: Iterable[pd.DataFrame]) -> EffectArrays:
    """The table of effects, whose ``parts`` have KEYS, group, effect and error_estimate."""
    known: dict[tuple[Any, ...], int] = {}
    found: list[tuple[NDArray[Any], ...]] = []
    for part in parts:
        codes = part.groupby(KEYS, sort=False, observed=True).ngroup().to_numpy()
        each = part[KEYS].iloc[np.unique(codes, return_index=True)[1]].itertuples(index=False, name=None)
        numbers = np.array([known.setdefault(key, len(known)) for key in each], dtype=np.int64)
        values = (part[name].to_numpy() for name in ("group", "effect", "error_estimate"))
        found.append((numbers[codes].astype(np.int32), *values))
    column, group, *both = (np.concatenate(each) for each in zip(*found, strict=True))
    row, groups = pd.factorize(group)
    effect, error = (np.full((groups.size, len(known)), np.nan) for _ in both)
    effect[row, column], error[row, column] = both
    return EffectArrays(np.asarray(groups, dtype=np.int64), pd.DataFrame([*known], columns=KEYS), effect, error)
