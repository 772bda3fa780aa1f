"""Section 5.3: the rows of largest influence on a child that the model gets wrong, and what tells the children."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from groupinf.effects.methods.influence import Influence
from groupinf.errors import DataError
from groupinf.reporting.koh_liang_2017.bars import Bar, Bars, BarsPage, bars_figure
from groupinf.reporting.single_rows.points import PointRows, only_test_point
from groupinf.reporting.words.summary import convention_line, facts_line
from groupinf.studies.group_effects.result import Run
from groupinf.studies.group_effects.stored_theta import theta_of
from groupinf.wording import counted, number

# the feature of Diabetes that is 1 where a patient is a child
CHILD = "age_[0-10)"
# bars at either end, and of coefficients
EACH_END, COEFFICIENTS = 10, 20
MARKED, PLAIN = "#D55E00", "#8FB7D3"


def children_figure(run: Run) -> Figure:
    """The most helpful and the most harmful rows for the test point: bars of influence, children marked, and what
    retraining without a row alone found. Raises DataError where the run has not the points of one test point, or the
    data have no children.
    """
    of = only_test_point(run)
    ordered = of.rows.sort_values(Influence.name, ascending=False, kind="stable")
    ends = pd.concat([ordered.head(EACH_END), ordered.tail(EACH_END)])
    children = set(child_rows(run))
    bars = tuple(_row_bar(line, int(line["row"]) in children) for _, line in ends.iterrows())
    retrained = int(ends["actual"].notna().sum())
    page = BarsPage(
        title=f"Koh and Liang (2017), section 5.3: the rows of largest influence on {_test_row(of)}",
        facts=(of.facts,),
        x_label="Effect of removal on the test loss",
        panels=(Bars(f"{EACH_END} most helpful, {EACH_END} most harmful", bars),),
        colours=(("Influence of a child", MARKED), ("Influence of another row", PLAIN)),
        point="Actual effect" if retrained else "",
        foot=(
            f"A name is the row and its class. {retrained} of the {len(ends)} rows were retrained without.",
            convention_line(run),
        ),
    )
    return bars_figure(page)


def coefficients_figure(run: Run) -> Figure:
    """|θ| of the features with the largest coefficients, the child indicator marked.

    Raises DataError where the data have no children, or more than one coefficient for each feature.
    """
    sizes = coefficients(run).abs().sort_values(ascending=False, kind="stable")
    larger = larger_than_child(run)
    bars = tuple(
        Bar(str(name), (float(size),), (MARKED if name == CHILD else PLAIN,))
        for name, size in sizes.head(COEFFICIENTS).items()
    )
    shown = "" if larger < COEFFICIENTS else f" It is {number(float(sizes[CHILD]))}, not among those drawn."
    page = BarsPage(
        title="Koh and Liang (2017), section 5.3: the largest coefficients",
        facts=(facts_line(run),),
        x_label="|θ|",
        panels=(Bars(f"{min(COEFFICIENTS, sizes.size)} of {counted(sizes.size, 'feature')}", bars),),
        colours=(("Child indicator", MARKED), ("Another feature", PLAIN)),
        foot=(f"{counted(larger, 'feature')} with a larger coefficient than {CHILD}.{shown}", convention_line(run)),
    )
    return bars_figure(page)


def coefficients(run: Run) -> pd.Series:
    """θ̂ of each feature by its name, without the intercept.

    Raises DataError where the run's folder lacks it, or the model has several for each feature.
    """
    stored = theta_of(run.path)
    if stored.theta.size > len(stored.feature_names) + 1:
        raise DataError(f"{run.path}: expected one coefficient for each feature, found {len(run.manifest.classes)}")
    return pd.Series(stored.theta[: len(stored.feature_names)], index=list(stored.feature_names))


def larger_than_child(run: Run) -> int:
    """How many features have a larger |coefficient| than the child indicator; raises DataError where there is none."""
    sizes = coefficients(run).abs()
    if CHILD not in sizes:
        raise _without_children(run)
    return int((sizes > sizes[CHILD]).sum())


def child_rows(run: Run) -> tuple[int, ...]:
    """The children among the training rows that the run has kept to be shown."""
    if run.shown is None or CHILD not in run.shown.feature_names:
        raise _without_children(run)
    at = run.shown.feature_names.index(CHILD)
    return tuple(int(row) for row in run.shown.rows if run.shown.of(int(row))[at] == 1)


def _test_row(of: PointRows) -> str:
    """What the test point is; the run has kept it with the rows that are shown."""
    shown = of.run.shown
    child = shown is not None and shown.of_test(of.test_point)[shown.feature_names.index(CHILD)] == 1
    return "a child" if child else "a test point that is no child"


def _without_children(run: Run) -> DataError:
    return DataError(f"{run.path}: expected data with the feature {CHILD}, as diabetes has it, found none")


def _row_bar(line: pd.Series, is_child: bool) -> Bar:
    actual = float(line["actual"])
    return Bar(
        f"{line['row']}, {line['label']}{', a child' if is_child else ''}",
        (float(line[Influence.name]),),
        (MARKED if is_child else PLAIN,),
        None if np.isnan(actual) else actual,
    )
