"""Groups that grow, each within the next larger one, as figures and pages read them from a run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from groupinf.analysis.growth import Growth
from groupinf.analysis.pairs import ACTUAL, RANKS
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.errors import DataError
from groupinf.groups.builders.most_influential import MadeFrom, made_from
from groupinf.reporting.words.summary import measure_name, test_point_names
from groupinf.studies.group_effects.result import Run


@dataclass(frozen=True)
class Found:
    """Groups of the most influential rows by one order, for a value on one side, and what comes of removing them.

    The value is that of an ``evaluation`` on a ``test_point``, or other such, as tables call them.
    """

    evaluation: str
    test_point: int
    value: str
    side: str
    by: str
    growth: Growth


def found_in(run: Run) -> list[Found]:
    """Those of a run, value by value, both sides of each, in the order of its groups; of groups that were retrained
    and of values that were measured.
    """
    told = [made_from(words) for words in run.groups["made_from"]]
    if not any(told):
        return []
    measured = {key: rows for key, rows in run.effects.groupby(["evaluation", "test_point"], sort=False)}  # noqa: C416
    names, found = test_point_names(run), []
    points = run.groups["test_point"].tolist()
    for of, point in dict.fromkeys((of, point) for of, point in zip(told, points, strict=True) if of is not None):
        own = [one == of and at == point for one, at in zip(told, points, strict=True)]
        evaluation = _evaluation(of)
        rows = measured.get((evaluation, point))
        growth = None if rows is None else growth_of(rows, run.groups[own])
        if growth is not None:
            value = measure_name(evaluation, point, names)
            found.append(Found(evaluation, point, value, of.side, of.by, growth))
    places = list(dict.fromkeys((of.evaluation, of.test_point) for of in found))
    sides = list(dict.fromkeys(of.side for of in found))
    return sorted(found, key=lambda of: (places.index((of.evaluation, of.test_point)), sides.index(of.side)))


def required_found(run: Run) -> list[Found]:
    """``found_in``. Raises DataError, saying what is needed, where there are none."""
    found = found_in(run)
    if not found:
        raise DataError(
            f"{run.path}: expected groups of the builder most_influential, retrained, and effects on what they are "
            "ordered by, found none"
        )
    return found


def growth_of(rows: pd.DataFrame, groups: pd.DataFrame) -> Growth | None:
    """The effects ``rows`` on one value of the ``groups`` of one order, by size; None where not one was retrained."""
    own = rows[rows["group"].isin(groups["group"])]
    own = own[own["readout"] != RANKS]
    table = own.pivot(index="group", columns="method", values="effect")
    if ACTUAL not in table:
        return None
    sizes = groups.set_index("group")["size"].loc[table.index]
    table = table.assign(size=sizes).dropna(subset=[ACTUAL]).sort_values("size", kind="stable")
    methods = [method for method in dict.fromkeys(own["method"]) if method != ACTUAL]
    return Growth(
        table["size"].to_numpy(dtype=np.int64),
        table[ACTUAL].to_numpy(dtype=np.float64),
        {method: table[method].to_numpy(dtype=np.float64) for method in methods},
    )


def _evaluation(told: MadeFrom) -> str:
    """The evaluation whose words a value begins with, the longest of them."""
    fitting = [of for of in EVALUATIONS.values() if f"{told.value} ".startswith(f"{of.in_text} ")]
    return max(fitting, key=lambda of: len(of.in_text)).name
