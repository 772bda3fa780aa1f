"""Rows that were removed one by one, as figures and pages read them from a run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.analysis.pairs import ACTUAL
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.errors import DataError
from groupinf.reporting.single_rows.comparison import Comparison
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted

# how the builder of single rows says which row a group is
_ROW = re.compile(r"row (\d+)")


@dataclass(frozen=True)
class RemovedRows:
    """Training ``rows`` (n,) of a run that were removed one by one, their labels as text, and what the loss of one test
    point does: the actual effects, and those that each method predicts, in the order of the run's methods.
    """

    run: Run
    rows: NDArray[np.int64]
    labels: NDArray[np.object_]
    actual: NDArray[np.float64]
    predicted: Mapping[str, NDArray[np.float64]]

    def comparison(self, method: str) -> Comparison:
        """A prediction beside what came; raises DataError where the run has none of this method."""
        if method not in self.predicted:
            found = ", ".join((ACTUAL, *self.predicted))
            raise DataError(f"{self.run.path}: expected the method {method}, found {found}")
        return Comparison(self.actual, self.predicted[method])


def removed_rows(run: Run) -> RemovedRows:
    """The rows, each once and in ascending order, and the effects on the first test point.

    Raises DataError where groups are not single rows, or the loss of a test point is not measured.
    """
    groups = run.groups.set_index("group")
    found = groups["made_from"].astype(str).str.extract(f"^{_ROW.pattern}", expand=False)
    if found.isna().any() or (groups["size"] != 1).any():
        raise DataError(f"{run.path}: expected groups of single rows, as the builder single_rows makes, found others")
    on_loss = _on_loss(run)
    if on_loss.empty:
        raise DataError(f"{run.path}: expected effects on {TEST_LOSS.in_text}, found none")
    first = on_loss[on_loss["test_point"] == on_loss["test_point"].iloc[0]]
    table = first.pivot(index="group", columns="method", values="effect")
    table = table.assign(row=found.astype(np.int64).loc[table.index]).drop_duplicates("row").sort_values("row")
    methods = [method for method in dict.fromkeys(first["method"]) if method != ACTUAL]
    rows = table["row"].to_numpy(dtype=np.int64)
    return RemovedRows(
        run,
        rows,
        train_labels(run)[rows],
        table[ACTUAL].to_numpy(dtype=np.float64),
        {method: table[method].to_numpy(dtype=np.float64) for method in methods},
    )


def removed_for_one(run: Run) -> RemovedRows:
    """The same of a run with one test point; raises DataError where it has several, too."""
    points = _on_loss(run)["test_point"].nunique()
    if points > 1:
        found = counted(points, "test point")
        raise DataError(f"{run.path}: expected effects on the {TEST_LOSS.in_text} of one test point, found {found}")
    return removed_rows(run)


def train_labels(run: Run) -> NDArray[np.object_]:
    """The label of every training row, as text."""
    return _train(run).sort_values("row")["label"].astype(str).to_numpy(dtype=object)


def place_in_file(run: Run, row: int) -> str:
    """Where a training row stands, in words: its number, and the line of its file where that is known."""
    train = _train(run)
    of_row = train[train["row"] == row].iloc[0]
    return f"row {row} (line {int(of_row['line'])} of its file)" if of_row.notna()["line"] else f"row {row}"


def _on_loss(run: Run) -> pd.DataFrame:
    return run.effects[run.effects["evaluation"] == TEST_LOSS.name]


def _train(run: Run) -> pd.DataFrame:
    assert run.rows is not None  # only folders of a format that is refused lack it
    return run.rows[run.rows["split"] == "train"]
