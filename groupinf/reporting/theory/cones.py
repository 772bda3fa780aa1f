"""The cones of Proposition 3: influence against the actual effect on the self-loss, between two slopes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from groupinf.analysis.theory import OF_THE_GROUP, OF_THE_PAPER, Cone, cone
from groupinf.effects.evaluations.self_loss import SELF_LOSS
from groupinf.errors import DataError
from groupinf.reporting.drawing.axes import EffectAxis, axis_of_most, set_axes
from groupinf.reporting.drawing.figures import ACTUAL_LABEL, MOST_VECTOR_POINTS
from groupinf.reporting.drawing.panes import Pane, Panes, panes_figure
from groupinf.reporting.drawing.scatter import draw_points, evenly, write_above
from groupinf.reporting.paper.advice import evaluate_command
from groupinf.reporting.theory.reading import THEORY, panel_headings, theory_rows
from groupinf.reporting.words.formats import slope
from groupinf.reporting.words.style import IDENTITY, KindStyle, kind_styles
from groupinf.reporting.words.summary import convention_lines, doing_to_groups
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted

PAPER_LINE, WHISKER = "#D55E00", "#8c8c8c"
# cones of so many groups of a panel are drawn, or none could be told from another
MOST_WHISKERS = 50
# above it the line of a slope all but lies on the axis, and a number says more
_WIDEST = 20.0
_MEANING = (
    "Each point is a group. Grey line: predicted = actual, slope 1. Whiskers: the group's own cone, from its influence "
    "to influence times 1 + μ/(1 − μ) + ½μ/(1 − μ)², with μ the largest eigenvalue of its H^(−½)H(w)H^(−½); those of "
    f"at most {MOST_WHISKERS} groups of a panel are drawn, evenly over its influences. "
    "Above a panel: slopes of the paper's cone, of the groups' own in the median, and Newton to second order, which "
    "both bound, ÷ influence in the median."
)


def cones_figure(runs: Sequence[Run]) -> Figure:
    """A panel for each run: actual effects on x, influence on y, the paper's cone and that of each group.

    Raises DataError where a run has no theory, does not measure the self-loss, or has no group with a cone.
    """
    found = [_self_loss(run) for run in runs]
    styles = kind_styles(list(dict.fromkeys(str(kind) for rows in found for kind in rows["kind"])))
    headings = panel_headings(runs)
    panes = tuple(_pane(heading, rows, styles) for heading, rows in zip(headings, found, strict=True))
    page = Panes(
        title=f"Influence on the self-loss of {doing_to_groups(runs)}, and the cones of Proposition 3",
        facts=(),
        y_label="Influence",
        panes=panes,
        styles=tuple(dict.fromkeys(styles.values())),
        foot=(_MEANING, *_paper_words(found), *convention_lines(zip(headings, runs, strict=True))),
        legend="Kind of group",
    )
    return panes_figure(page)


def _self_loss(run: Run) -> pd.DataFrame:
    every = theory_rows(run)
    rows = every[every["evaluation"] == SELF_LOSS.name]
    if rows.empty:
        again = evaluate_command(run, {"evaluations": [*run.manifest.evaluations, SELF_LOSS.name], **THEORY})
        raise DataError(f"{run.path}: expected {SELF_LOSS.name} among the evaluations, found none; {again} adds it")
    if not np.isfinite(rows[OF_THE_GROUP]).any():
        raise DataError(f"{run.path}: expected groups that are removed, which have cones, found none")
    return rows


def _paper_words(found: Sequence[pd.DataFrame]) -> list[str]:
    """What the paper's cone is where a panel has one, and why where a panel has none."""
    has = [np.isfinite(rows[OF_THE_PAPER]).any() for rows in found]
    lines = []
    if any(has):
        lines.append(
            "Paper's cone: between slope 1 and the dashed line, actual = (1 + 3σ/(2λ) + σ²/(2λ²)) · influence with σ "
            f"the largest eigenvalue of the loss's Hessian; above a slope of {_WIDEST:g} its number alone is told."
        )
    if not all(has):
        lines.append("Where the intercept is free, which no λ bounds, the paper has no cone.")
    return lines


def _pane(heading: str, rows: pd.DataFrame, styles: Mapping[str, KindStyle]) -> Pane:
    axis = axis_of_most(rows.influence.to_numpy(), rows["actual"].to_numpy())
    outside = int(np.count_nonzero(~_inside(rows, axis)))
    return Pane(heading, ACTUAL_LABEL, partial(_draw, rows=rows, axis=axis, styles=styles), outside)


def _inside(rows: pd.DataFrame, axis: EffectAxis) -> np.ndarray:
    return axis.contains(rows.influence.to_numpy()) & axis.contains(rows["actual"].to_numpy())


def _draw(ax: Axes, rows: pd.DataFrame, axis: EffectAxis, styles: Mapping[str, KindStyle]) -> None:
    inside = rows[_inside(rows, axis)]
    rasterized = len(rows) > MOST_VECTOR_POINTS
    ax.plot(axis.limits, axis.limits, color=IDENTITY, linewidth=1.0, zorder=0.5)
    _draw_whiskers(ax, inside)
    of_paper, of_groups = (cone(rows, column) for column in (OF_THE_PAPER, OF_THE_GROUP))
    if of_paper.count and of_paper.slope <= _WIDEST:
        ax.plot([0, axis.high], [0, axis.high / of_paper.slope], color=PAPER_LINE, linewidth=1.0, dashes=(4, 2))
    points = inside["actual"].to_numpy(), inside.influence.to_numpy()
    draw_points(ax, *points, inside["kind"].to_numpy(), styles, rasterized)
    set_axes(ax, axis, axis)
    ax.set_box_aspect(1.0)
    write_above(ax, _slopes(of_paper, of_groups))
    ax.text(0.03, 0.97, _held(of_groups, len(rows) - len(inside)), transform=ax.transAxes, va="top", size=7.5)


def _draw_whiskers(ax: Axes, rows: pd.DataFrame) -> None:
    known = rows[np.isfinite(rows[OF_THE_GROUP])]
    chosen = known.iloc[evenly(known.influence.to_numpy(), MOST_WHISKERS)]
    low, slope = chosen.influence.to_numpy(), chosen[OF_THE_GROUP].to_numpy()
    ax.hlines(low, low, slope * low, color=WHISKER, linewidth=0.6, zorder=0.7)
    ax.plot(slope * low, low, linestyle="", marker="|", color=WHISKER, markersize=4, markeredgewidth=0.8, zorder=0.7)


def _slopes(of_paper: Cone, of_groups: Cone) -> str:
    paper = f"paper {slope(of_paper.slope)} · " if of_paper.count else ""
    return f"{paper}groups {slope(of_groups.slope)} · Newton {slope(of_groups.found)}"


def _held(of_groups: Cone, hidden: int) -> str:
    left = f"\n{hidden:,} hidden" if hidden else ""
    return f"in own cone: {of_groups.actual:,}\nof {counted(of_groups.count, 'group')}{left}"
