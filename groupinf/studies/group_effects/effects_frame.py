"""The tidy table of effects: one row per group, evaluation, test point and method, in that order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.effects.methods.method import Readout
from groupinf.groups.groups import Groups
from groupinf.numerics.losses.loss import Array


@dataclass(frozen=True)
class Columns:
    """test_point, evaluation, method and readout of the rows of one group, and which of all they are: a linear readout
    has none of what has no derivative.
    """

    table: pd.DataFrame
    kept: NDArray[np.bool_]


def effect_columns(values: Sequence[tuple[str, Sequence[int]]], methods: Sequence[tuple[str, Readout]]) -> Columns:
    """Those of ``values``, evaluations with the labels of what each has a value of, by ``methods`` with their readouts,
    that of actual effects last where there are any.
    """
    rows = [
        (test_point, evaluation, method, readout.value)
        for evaluation, labels in values
        for test_point in labels
        for method, readout in methods
    ]
    table = pd.DataFrame(rows, columns=["test_point", "evaluation", "method", "readout"])
    smooth = table["evaluation"].map({name: EVALUATIONS[name].differentiable for name, _ in values})
    kept = np.asarray((table["readout"] == Readout.EXACT.value) | smooth, dtype=bool)
    return Columns(table[kept].reset_index(drop=True), kept)


def effects_frame(
    groups: Groups,
    numbers: NDArray[np.int64],
    columns: Columns,
    effect: Array,
    error: Array,
    told: Mapping[str, object],
) -> pd.DataFrame:
    """The table of the groups ``numbers`` from effects and error estimates (G, T, methods); ``told`` are columns of one
    value, which come first.
    """
    effect, error = (values.reshape(numbers.size, -1)[:, columns.kept] for values in (effect, error))
    per_group = len(columns.table)
    table = pd.DataFrame(
        {
            **told,
            "group": np.repeat(numbers, per_group),
            "group_name": np.repeat(np.array(groups.name, dtype=object)[numbers], per_group),
            "kind": np.repeat(np.array(groups.kind, dtype=object)[numbers], per_group),
            "size": np.repeat(groups.sizes[numbers], per_group),
        }
    )
    repeated = columns.table.iloc[np.tile(np.arange(per_group), numbers.size)].reset_index(drop=True)
    return pd.concat([table, repeated], axis=1).assign(effect=effect.ravel(), error_estimate=error.ravel())
