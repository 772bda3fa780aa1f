"""The tidy table of effects as arrays, which take a tenth of its memory; actual effects may be among them or not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]
# what tells the rows of a group from one another
KEYS = ["evaluation", "test_point", "method", "readout"]


@dataclass(frozen=True)
class EffectArrays:
    """Effects and error estimates (G, C) of ``groups`` (G,), NaN where the table has no row; ``columns`` say of C what
    is KEYS of them, in the table's order of first appearance.
    """

    groups: NDArray[np.int64]
    columns: pd.DataFrame
    effect: Array
    error: Array

    def of(self, evaluation: str) -> EffectArrays:
        """Those on one evaluation."""
        return self._some(np.flatnonzero(self.columns["evaluation"] == evaluation))

    def at(self, test_point: int) -> EffectArrays:
        """Those on one test point."""
        return self._some(np.flatnonzero(self.columns["test_point"] == test_point))

    def _some(self, places: NDArray[np.intp]) -> EffectArrays:
        columns = self.columns.iloc[places].reset_index(drop=True)
        return EffectArrays(self.groups, columns, self.effect[:, places], self.error[:, places])


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
