"""The statements of a run of robustness as values, in the order in which they are shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from groupinf.studies.robustness.result import RobustnessRun


@dataclass(frozen=True)
class Told:
    """A row of ``statements``; what is missing there is None."""

    statement: int
    flips: str
    name: str
    asks: str
    value: float
    state: str
    boundary: float
    fewest: int | None
    order: str | None
    value_after: float
    state_after: str
    lower_bound: int | None
    proven_fewest: bool

    @property
    def asked(self) -> bool:
        """Whether there is anything that could flip."""
        return not np.isnan(self.value)


def ordered(run: RobustnessRun) -> list[Told]:
    """From the fewest rows up; then those for which none were found; then those of which nothing can be asked."""
    beyond = 2 * run.manifest.n

    def key(told: Told) -> tuple[bool, int, int]:
        return not told.asked, beyond if told.fewest is None else told.fewest, told.statement

    return sorted((_told(run.statements, i) for i in range(len(run.statements))), key=key)


def _told(statements: pd.DataFrame, place: int) -> Told:
    row = statements.iloc[place]
    return Told(
        statement=int(row["statement"]),
        flips=str(row["flips"]),
        name=str(row["name"]),
        asks=str(row["asks"]),
        value=float(row["value"]),
        state=str(row["state"]),
        boundary=float(row["boundary"]),
        fewest=None if pd.isna(row["fewest"]) else int(row["fewest"]),
        order=None if pd.isna(row["order"]) else str(row["order"]),
        value_after=float(row["value_after"]),
        state_after=str(row["state_after"]),
        lower_bound=None if pd.isna(row["lower_bound"]) else int(row["lower_bound"]),
        proven_fewest=bool(row["proven_fewest"]),
    )
