"""Errors against the bounds that the propositions set for them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from groupinf.analysis.theory import BOUNDS, PROVEN, Bound, held, is_resolved, is_violated
from groupinf.errors import DataError
from groupinf.reporting.drawing.axes import set_logarithmic
from groupinf.reporting.drawing.figures import MOST_VECTOR_POINTS
from groupinf.reporting.drawing.panes import Pane, Panes, panes_figure
from groupinf.reporting.drawing.scatter import write_above
from groupinf.reporting.theory.reading import theory_rows
from groupinf.reporting.words.style import IDENTITY, KindStyle, evaluation_name, line_styles
from groupinf.reporting.words.summary import convention_line, facts_line
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted, listed, number

VIOLATED = KindStyle("Violates the bound", "#e00000", "X")
_AREA = 7.0
_ERRORS = {"newton_error": "|actual − Newton|", "rest": "|rest of third order|"}
_MEANING = (
    "Each point is the effect of a group on one evaluation and test point; effects whose error is no larger than its "
    "rounding are left out. Grey line: bound = error; a point below it violates the bound. As printed, bounds take the "
    "least eigenvalue of all rows for that of the problem without the group; repaired, they take λ alone. Of the "
    "proven interval the bound is the distance from the Newton prediction to its farther end."
)


def bounds_figure(run: Run) -> Figure:
    """A panel for each bound that the run has: |error| on x, the bound on y, logarithmic, all evaluations together.

    Raises DataError where the run has no theory, or no effect in it has a finite bound and an error above its rounding.
    """
    rows = theory_rows(run)
    drawn = [bound for bound in (*BOUNDS, PROVEN) if (is_resolved(rows, bound) & (bound.bound(rows) > 0)).any()]
    if not drawn:
        raise DataError(
            f"{run.path}: expected an effect with a finite bound and an error above its rounding, found none"
        )
    evaluations = list(dict.fromkeys(rows["evaluation"]))
    named = line_styles([evaluation_name(evaluation) for evaluation in evaluations])
    styles = dict(zip(evaluations, named, strict=False))
    violated = any(is_violated(rows, bound).any() for bound in drawn)
    page = Panes(
        title="Errors and their bounds",
        facts=(facts_line(run),),
        y_label="Bound",
        panes=tuple(
            Pane(bound.title, _ERRORS[bound.error], partial(_draw, rows=rows, bound=bound, styles=styles))
            for bound in drawn
        ),
        styles=(*styles.values(), *([VIOLATED] if violated else [])),
        foot=(_MEANING, *_left_out([bound for bound in BOUNDS if bound not in drawn]), convention_line(run)),
        legend="Evaluation",
    )
    return panes_figure(page)


def _left_out(bounds: list[Bound]) -> list[str]:
    if not bounds:
        return []
    return [f"No value here: {listed(bound.title for bound in bounds)}."]


def _draw(ax: Axes, rows: pd.DataFrame, bound: Bound, styles: Mapping[str, KindStyle]) -> None:
    limits, violations = bound.bound(rows), is_violated(rows, bound)
    shown = is_resolved(rows, bound) & (limits > 0)
    errors = np.abs(rows[bound.error].to_numpy(dtype=np.float64))
    rasterized = int(shown.sum()) > MOST_VECTOR_POINTS
    for evaluation, style in styles.items():
        own = shown & (rows["evaluation"] == evaluation).to_numpy()
        ax.scatter(
            errors[own], limits[own], s=_AREA, c=style.colour, marker=style.marker, linewidths=0, alpha=0.5,
            zorder=1, rasterized=rasterized,
        )  # fmt: skip
    wrong = shown & violations
    ax.scatter(
        errors[wrong], limits[wrong], s=3 * _AREA, c=VIOLATED.colour, marker=VIOLATED.marker, linewidths=0, zorder=2
    )
    _set_limits(ax, errors[shown], limits[shown])
    ax.set_box_aspect(1.0)
    found = held(rows, bound)
    write_above(
        ax, f"violated {found.violations:,} of {counted(found.compared, 'effect')} · median ×{number(found.median, 2)}"
    )


def _set_limits(ax: Axes, errors: np.ndarray, limits: np.ndarray) -> None:
    """Both from the least error, so that the diagonal is in sight, to the largest error and to the largest bound."""
    low, right, top = errors.min() / 2, 2 * errors.max(), 2 * max(limits.max(), errors.max())
    ax.plot([low, top], [low, top], color=IDENTITY, linewidth=1.0, zorder=0.5)
    set_logarithmic(ax, (low, right), (min(low, limits.min() / 2), top))
