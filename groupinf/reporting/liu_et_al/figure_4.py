"""Figure 4: a support vector machine on iris, leave-one-out of the hinge against influence through smooth hinges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from groupinf.effects.methods.influence import Influence
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
from groupinf.reporting.single_rows.needs import of_the_same_rows
from groupinf.reporting.single_rows.panel import ComparisonPanel, Frame, Looks
from groupinf.reporting.single_rows.removed import removed_rows, train_labels
from groupinf.reporting.single_rows.smooth_hinge import by_temperature, draw_smooth_hinges
from groupinf.reporting.words.summary import convention_lines, facts_line
from groupinf.studies.group_effects.result import Run
from groupinf.wording import number

FRAME = Frame(0.14, 0.14)
# at t = 0, where that of predictions is as long as need be
ENDLESS = Frame(0.14, np.inf)
COLOURS = ("#d62728", "#1f77b4")  # the authors': red for versicolor, blue for virginica
MARGINS = (0.0, 2.0)
# What they multiplied the predictions at t = 0.1 by before they drew them.
FACTORS: Mapping[float, float] = {0.1: 1.6}
WHY = (
    "As published, predictions at t = 0.1 are multiplied by 1.6, of which the paper says nothing: its Hessian and "
    "gradients have 2λ where the fit has λ, and the temperature is too high for the size of effects to come out right."
)
NO_INVERSE = (
    "At t = 0 the hinge has no curvature, and with a free intercept the Hessian no inverse; the authors add 10⁻⁴."
)


def smoothing_figure(runs: Sequence[Run], as_published: bool = False) -> Figure:
    """The smooth hinges, then a panel for each run of the hinge by rising temperature: actual effects on x.

    Raises DataError where the runs are not ones of single rows on the loss of a test point, or not of the same rows, or
    two have one temperature.
    """
    of_the_same_rows(runs)
    panels = {t: _panel(run, t, as_published) for t, run in by_temperature(runs).items()}
    headings = {t: f"t = {number(t)}" for t in panels}
    page = Panes(
        title="Liu et al., Figure 4: leave-one-out of the hinge, and influence through smooth hinges",
        facts=tuple(dict.fromkeys(facts_line(panel.rows.run) for panel in panels.values())),
        y_label="Predicted effect",
        panes=(
            Pane("Smooth hinge", "Margin s", partial(_curves, temperatures=list(panels)), y_label="Loss"),
            *(effects_pane(headings[t], panel) for t, panel in panels.items()),
        ),
        styles=tuple(next(iter(panels.values())).looks.styles.values()),
        foot=(
            *((WHY,) if as_published and FACTORS.keys() & panels.keys() else ()),
            f"{frame_words(FRAME)}{' At t = 0 that on y is as long as need be.' if 0.0 in panels else ''}",
            *outside_lines(panels.values()),
            *_without_curvature(panels),
            *convention_lines((headings[t], panel.rows.run) for t, panel in panels.items()),
        ),
        columns=4,
        legend=LABELS,
    )
    return panes_figure(page)


def _without_curvature(panels: Mapping[float, ComparisonPanel]) -> list[str]:
    """What is different at t = 0, where that is drawn."""
    intercepts = {t: panel.rows.run.manifest.intercept for t, panel in panels.items()}
    if 0.0 not in intercepts:
        return []
    own = intercepts[0.0]
    another = f" Here the model at t = 0 is another: {own.in_text}." if set(intercepts.values()) != {own} else ""
    return [f"{NO_INVERSE}{another}"]


def _panel(run: Run, t: float, as_published: bool) -> ComparisonPanel:
    """Influence of a run at its temperature."""
    rows = removed_rows(run)
    looks = Looks(rows.labels, label_styles(train_labels(run), COLOURS), DIAGONAL)
    factor = FACTORS.get(t, 1.0) if as_published else None
    return effects_panel(rows, Influence.name, FRAME if t else ENDLESS, looks, factor)


def _curves(ax: Axes, temperatures: Sequence[float]) -> None:
    colours = matplotlib.colormaps["viridis"](np.linspace(0.0, 0.85, len(temperatures)))
    draw_smooth_hinges(ax, MARGINS, dict(zip(temperatures, map(to_hex, colours), strict=True)))
    write_above(ax, "t·log(1 + exp((1 − s)/t))")
