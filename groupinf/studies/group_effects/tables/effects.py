"""The tidy table of effects, from stored blocks: kept as arrays, written in parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.analysis.pairs import ACTUAL, PairedEffects, pair_columns
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.effects.methods.method import Readout
from groupinf.experiments.folder.files import TableInParts, row_groups
from groupinf.groups.groups import Groups
from groupinf.numerics.losses.loss import Array
from groupinf.studies.group_effects.retrain.section import Retrain


class Measured(Protocol):
    """What a manifest says of the effects that were measured: by which λ/n, evaluations and methods, as tables call
    them.
    """

    @property
    def dataset(self) -> str:
        """The name of the data."""

    @property
    def lam_over_n(self) -> float:
        """λ/n."""

    @property
    def evaluations(self) -> tuple[str, ...]:
        """In the order of tables."""

    @property
    def methods(self) -> tuple[str, ...]:
        """In the order of tables."""

    @property
    def retrain(self) -> Retrain:
        """What was asked to be retrained; None where it was all."""

    def labels(self, evaluation: str) -> tuple[int, ...]:
        """What the column test_point holds of an evaluation."""

    def readout(self, method: str) -> Readout:
        """How a method is read out."""


@dataclass(frozen=True)
class EffectsTable:
    """A row per group, evaluation, test point and method, in that order.

    ``columns`` are test_point, evaluation, method and readout of the C rows that each of the groups ``numbers`` (G,)
    has; ``effect`` and ``error`` are (G, C).
    """

    about: Measured
    run: str
    groups: Groups
    numbers: NDArray[np.int64]
    columns: pd.DataFrame
    effect: Array
    error: Array

    def __len__(self) -> int:
        return self.effect.size

    def frame(self, rows: range) -> pd.DataFrame:
        """Those rows of the table."""
        place, column = np.divmod(np.arange(rows.start, rows.stop), max(len(self.columns), 1))
        number = self.numbers[place]
        name, kind = (pd.Series(of, dtype=str).take(number) for of in (self.groups.name, self.groups.kind))
        of_group = pd.DataFrame(
            {
                "run": self.run,
                "dataset": self.about.dataset,
                "lam_over_n": self.about.lam_over_n,
                "group": number,
                "group_name": name.array,
                "kind": kind.array,
                "size": self.groups.sizes[number],
            }
        )
        table = pd.concat([of_group, self.columns.take(column).reset_index(drop=True)], axis=1)
        effect, error = (values.reshape(-1)[rows.start : rows.stop] for values in (self.effect, self.error))
        return table.assign(effect=effect, error_estimate=error)

    def in_parts(self) -> TableInParts:
        """The table as a file."""
        return TableInParts(self._parts())

    def _parts(self) -> Iterator[pd.DataFrame]:
        return (self.frame(rows) for rows in row_groups(len(self)))

    def of_single_rows(self) -> pd.DataFrame:
        """The rows of the table of groups of a single row."""
        alone = self.groups.sizes[self.numbers] == 1
        few = EffectsTable(
            self.about,
            self.run,
            self.groups,
            self.numbers[alone],
            self.columns,
            self.effect[alone],
            self.error[alone],
        )
        return few.frame(range(len(few)))

    def largest(self) -> pd.DataFrame:
        """``columns`` with the largest |effect| and error_estimate over all groups, 0 of no group."""
        effect, error = (values.max(axis=0, initial=0.0) for values in (np.abs(self.effect), self.error))
        return self.columns.assign(effect=effect, error_estimate=error)

    def pairs(self) -> PairedEffects:
        """Predicted beside actual effects; raises DataError where one is not finite."""
        kinds = np.array(self.groups.kind, dtype=object)[self.numbers]
        return pair_columns(self.columns, self.numbers, kinds, self.effect)


def columns_of(about: Measured) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    """The ``columns`` of the table, and which they are of all values (evaluations and test points) by methods + actual:
    a linear readout has none of what has no derivative.
    """
    methods = [(method, about.readout(method)) for method in about.methods]
    methods += [] if about.retrain == "none" else [(ACTUAL, Readout.EXACT)]
    rows = [
        (test_point, evaluation, method, readout.value)
        for evaluation in about.evaluations
        for test_point in about.labels(evaluation)
        for method, readout in methods
    ]
    table = pd.DataFrame(rows, columns=["test_point", "evaluation", "method", "readout"])
    smooth = table["evaluation"].map({name: EVALUATIONS[name].differentiable for name in about.evaluations})
    kept = np.asarray((table["readout"] == Readout.EXACT.value) | smooth, dtype=bool)
    return table[kept].reset_index(drop=True), kept
