"""What is measured on the test rows as the rows of an order are removed from the first on, as a run tells it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.analysis.pairs import ACTUAL
from groupinf.effects.changes.registry import REMOVE
from groupinf.effects.evaluations.test_error import TEST_ERROR
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.errors import DataError
from groupinf.groups.builders.most_influential import told_in
from groupinf.groups.builders.random import IN_A_RANDOM_ORDER
from groupinf.groups.row_orders import order_in
from groupinf.studies.group_effects.result import Run
from groupinf.test_point_labels import ALL_ROWS


class Sort(Enum):
    """Which rows come first."""

    BEST = "Best first"
    WORST = "Worst first"
    RANDOM = "Random"
    OTHER = ""


@dataclass(frozen=True)
class Curve:
    """The mean ``loss`` of the test rows, and of classes their ``accuracy``, of models without the first ``removed``
    rows (m,) of an order, of which the first is none.
    """

    label: str
    sort: Sort
    removed: NDArray[np.int64]
    loss: NDArray[np.float64]
    accuracy: NDArray[np.float64] | None


def removal_curves(run: Run) -> list[Curve]:
    """One for each order of rows that a run has growing groups of, all retrained, in the order of its groups.

    Raises DataError, saying what is needed, where rows were not removed, there are no such groups, or the loss of all
    test rows was not measured.
    """
    if run.manifest.change != REMOVE:
        raise DataError(f"{run.path}: expected rows that were {REMOVE.done}, found rows {run.manifest.change.done}")
    actual = run.effects[(run.effects["method"] == ACTUAL) & (run.effects["test_point"] == ALL_ROWS)]
    effects = {str(name): own.set_index("group")["effect"] for name, own in actual.groupby("evaluation")}
    if TEST_LOSS.name not in effects:
        expected = f"expected actual effects on {TEST_LOSS.in_text} summed over all test rows"
        raise DataError(f"{run.path}: {expected} (test_points: {{all: true}}), found none")
    orders = run.groups["made_from"].map(order_in)
    kept = run.groups.assign(order=orders).dropna(subset=["order"])
    kept = kept.assign(number=kept.groupby("order")["size"].transform(_occurrence))
    kept = kept[kept["group"].isin(effects[TEST_LOSS.name].index)]
    if kept.empty:
        raise DataError(
            f"{run.path}: expected groups one within the next, as the builders most_influential and ranked_rows make, "
            "or random with nested: true, found none that was retrained"
        )
    return [
        _curve(run, str(order), int(str(number)), own, effects)
        for (order, number), own in kept.groupby(["order", "number"], sort=False)
    ]


def _occurrence(sizes: pd.Series) -> pd.Series:
    """Of which order of several with one name, such as random ones, each group is, from 1: those of each grow, and the
    next begins where they do not. Of a single size each is one.
    """
    begins = sizes.diff() < 0 if sizes.nunique() > 1 else sizes.index != sizes.index[0]
    return pd.Series(begins, sizes.index).cumsum() + 1


def _curve(run: Run, order: str, number: int, groups: pd.DataFrame, effects: dict[str, pd.Series]) -> Curve:
    """That of the ``groups`` of an order, the ``number``-th of its name."""
    ordered, about = groups.sort_values("size", kind="stable"), run.manifest
    label, sort = _called(order)
    label = f"{label} {number}" if number > 1 else label

    def mean(evaluation: str, whole: float, sign: float) -> NDArray[np.float64]:
        moved = effects[evaluation].loc[ordered["group"]].to_numpy(dtype=np.float64)
        return whole + sign * np.append(0.0, moved) / about.n_test

    counted = about.test_accuracy is not None and TEST_ERROR.name in effects
    return Curve(
        label,
        sort,
        np.append(0, ordered["size"].to_numpy(dtype=np.int64)),
        mean(TEST_LOSS.name, about.test_loss, 1.0),
        mean(TEST_ERROR.name, about.test_accuracy, -1.0) if counted and about.test_accuracy is not None else None,
    )


def _called(order: str) -> tuple[str, Sort]:
    """What an order is called in a legend: rows whose removal raises the loss of all test rows are the best."""
    if order == IN_A_RANDOM_ORDER:
        return Sort.RANDOM.value, Sort.RANDOM
    told = told_in(order)
    if told is not None and told.value == f"{TEST_LOSS.in_text} on all test points":
        sort = Sort.BEST if told.side == "rise" else Sort.WORST
        return f"{sort.value}, {told.by}", sort
    return f"{order[:1].upper()}{order[1:]}", Sort.OTHER
