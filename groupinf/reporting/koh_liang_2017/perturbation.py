"""Section 5.3: what moving each feature of the children does to their influence, in its two terms."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.errors import DataError
from groupinf.reporting.koh_liang_2017.bars import Bar, Bars, BarsPage, bars_figure
from groupinf.reporting.paper.advice import evaluate_command
from groupinf.reporting.single_rows.points import only_test_point
from groupinf.reporting.words.summary import convention_line
from groupinf.studies.group_effects.result import Run

EACH_END, MOST_ROWS = 10, 4
FIRST, SECOND = "#0072B2", "#E69F00"


def perturbation_figure(run: Run) -> Figure:
    """For each of the first four rows whose perturbation is told the features that raise its influence most when they
    grow, and those that lower it, features of a column together.

    Raises DataError where the run has no perturbation, or not of one test point.
    """
    of = only_test_point(run)
    table = perturbations(run)
    rows = table["row"].unique()[:MOST_ROWS]
    labels = dict(zip(of.rows["row"], of.rows["label"], strict=True))
    page = BarsPage(
        title="Koh and Liang (2017), section 5.3: what moving a feature does to the influence of a row",
        facts=(of.facts,),
        x_label="∂ influence / ∂ feature",
        panels=tuple(Bars(f"Row {row}, of class {labels[row]}", _bars(table[table["row"] == row])) for row in rows),
        colours=(("s r S, the term of the residual", FIRST), ("s a (xᵀS) θ, that of the coefficients", SECOND)),
        point="Their sum",
        foot=(
            f"S = H⁻¹∇f. Of each row the {EACH_END} largest and the {EACH_END} least sums; features that are one-hot "
            "of one column stand together, between lines.",
            convention_line(run),
        ),
    )
    return bars_figure(page)


def perturbations(run: Run) -> pd.DataFrame:
    """The perturbation of rows on the test loss; raises DataError where a run has none."""
    if run.perturbation is None:
        again = evaluate_command(run, {"points.perturbation.strongest": MOST_ROWS})
        raise DataError(f"{run.path}: expected a run with a perturbation of rows, found none; {again} adds one")
    return run.perturbation[run.perturbation["evaluation"] == TEST_LOSS.name]


def _bars(features: pd.DataFrame) -> tuple[Bar, ...]:
    """The features at both ends; columns by the largest of their sums, and within one by rising sums."""
    ordered = features.sort_values("perturbation", kind="stable")
    ends = pd.concat([ordered.head(EACH_END), ordered.tail(EACH_END)]).drop_duplicates("feature")
    largest = ends["perturbation"].abs().groupby(ends["column"]).max().sort_values(ascending=False, kind="stable")
    return tuple(
        Bar(str(line["feature"]), (line["first"], line["second"]), (FIRST, SECOND), line["perturbation"], str(column))
        for column in largest.index
        for _, line in ends[ends["column"] == column].iterrows()
    )
