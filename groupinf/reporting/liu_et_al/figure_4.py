"""Figure 4: a support vector machine on iris, leave-one-out of the hinge against influence through smooth hinges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from groupinf.reporting.drawing.panes import Pane, Panes, panes_figure
from groupinf.reporting.drawing.scatter import write_above
from groupinf.reporting.liu_et_al.looks import (
    DIAGONAL,
    LABELS,
    effects_pane,
    effects_panel,
    frame_words,
    label_styles,
    outside_lines,
)
from groupinf.reporting.single_rows.panel import ComparisonPanel, Frame, Looks
from groupinf.reporting.single_rows.removed import removed_rows, train_labels
from groupinf.reporting.single_rows.smooth_hinge import draw_smooth_hinges, temperature
from groupinf.reporting.words.summary import convention_line, facts_line
from groupinf.studies.group_effects.result import Run
from groupinf.wording import number

FRAME = Frame(0.14, 0.14)
# at t = 0, where that of predictions is as long as need be
ENDLESS = Frame(0.14, np.inf)
COLOURS = ("#d62728", "#1f77b4")  # the authors': red for versicolor, blue for virginica
CURVES, MARGINS = {0.1: "#0072B2", 0.03: "#E69F00", 0.0: "#000000"}, (0.0, 2.0)
# What they multiplied the predictions at t = 0.1 by before they drew them.
FACTORS: Mapping[float, float] = {0.1: 1.6}
WHY = (
    "As published, predictions at t = 0.1 are multiplied by 1.6, of which the paper says nothing: its Hessian and "
    "gradients have 2λ where the fit has λ, and the temperature is too high for the size of effects to come out right."
)
NO_INVERSE = (
    "At t = 0 the hinge has no curvature, and with a free intercept the Hessian no inverse; the authors add 10⁻⁴. "
    "Here the intercept is penalised at t = 0, which is another model."
)


def smoothing_figure(runs: Sequence[Run], as_published: bool = False) -> Figure:
    """The smooth hinges, then a panel for each run of the hinge by rising temperature: actual effects on x.

    Raises DataError where the runs are not ones of single rows on the loss of a test point.
    """
    panels = [_panel(run, as_published) for run in sorted(runs, key=temperature)]
    last = panels[-1]
    page = Panes(
        title="Liu et al., Figure 4: leave-one-out of the hinge, and influence through smooth hinges",
        facts=(facts_line(last.rows.run),),
        y_label="Predicted effect",
        panes=(
            Pane("Smooth hinge", "Margin s", _curves, y_label="Loss"),
            *(effects_pane(f"t = {number(temperature(panel.rows.run))}", panel) for panel in panels),
        ),
        styles=tuple(last.looks.styles.values()),
        foot=(
            *((WHY,) if as_published else ()),
            f"{frame_words(FRAME)} At t = 0 that on y is as long as need be.",
            *outside_lines(panels),
            *((NO_INVERSE,) if temperature(panels[0].rows.run) == 0 else ()),
            convention_line(last.rows.run),
        ),
        columns=4,
        legend=LABELS,
    )
    return panes_figure(page)


def _panel(run: Run, as_published: bool) -> ComparisonPanel:
    """The first method of a run."""
    rows, t = removed_rows(run), temperature(run)
    looks = Looks(rows.labels, label_styles(train_labels(run), COLOURS), DIAGONAL)
    factor = FACTORS.get(t, 1.0) if as_published else None
    return effects_panel(rows, next(iter(rows.predicted)), FRAME if t else ENDLESS, looks, factor)


def _curves(ax: Axes) -> None:
    draw_smooth_hinges(ax, MARGINS, CURVES)
    write_above(ax, "t·log(1 + exp((1 − s)/t))")
