"""Figure 3: influence beside what is left of it without the training loss, without H⁻¹ and without both."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from groupinf.analysis.influence_components import (
    FULL,
    INNER_PRODUCT,
    WITHOUT_HESSIAN,
    WITHOUT_TRAIN_LOSS,
    Component,
    components,
    of_mean,
)
from groupinf.reporting.drawing.axes import EffectAxis, linear_axis, set_axes
from groupinf.reporting.drawing.panes import Pane, Panes, panes_figure
from groupinf.reporting.drawing.scatter import draw_points, write_above
from groupinf.reporting.liu_et_al.reading import points_on_loss, test_label
from groupinf.reporting.words.formats import coefficient, percent
from groupinf.reporting.words.style import GRID, IDENTITY, KindStyle
from groupinf.reporting.words.summary import convention_line, facts_line
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted

OWN, OTHER = "own", "other"
# the authors': blue has the label of the test point, red another
STYLES = {OWN: KindStyle("Label of the test point", "#1f77b4", "o"), OTHER: KindStyle("Another label", "#d62728", "o")}
HEADINGS = {
    WITHOUT_TRAIN_LOSS: "Without the training loss",
    WITHOUT_HESSIAN: "Without H⁻¹",
    INNER_PRODUCT: "Without both",
}


def components_figure(run: Run) -> Figure:
    """Three panels with influence on y and a variant of it on x.

    Raises DataError where the run has no points on the loss of a test point.
    """
    rows = points_on_loss(run)
    label = test_label(run, int(rows["test_point"].iloc[0]))
    rows = rows.assign(label=rows["label"].astype(str))
    found = components(rows, label)
    kinds = np.where(rows["label"] == label, OWN, OTHER).astype(object)
    up = linear_axis(of_mean(rows, FULL))
    page = Panes(
        title="Liu et al., Figure 3: components of influence",
        facts=(f"{facts_line(run)}; the test point is of class {label}",),
        y_label="n × influence",
        panes=tuple(
            Pane(heading, "The same, without it", partial(_draw, rows=rows, kinds=kinds, of=found[column], up=up))
            for column, heading in HEADINGS.items()
        ),
        styles=tuple(STYLES.values()),
        foot=(
            f"Each of {counted(len(rows), 'training row')}; with H⁻¹ times their number, as the authors state it. "
            "Dashed, where the units are the same: the same on both axes. Of the rows with the label of the test point "
            f"{percent(found[FULL].own_harmful)} are harmful, of the others {percent(found[FULL].others_helpful)} "
            f"helpful; without H⁻¹ {percent(found[WITHOUT_HESSIAN].own_harmful)} and "
            f"{percent(found[WITHOUT_HESSIAN].others_helpful)}.",
            convention_line(run),
        ),
    )
    return panes_figure(page)


def _draw(ax: Axes, rows: pd.DataFrame, kinds: NDArray[np.object_], of: Component, up: EffectAxis) -> None:
    x = of_mean(rows, of.column)
    across = linear_axis(x)
    ax.axhline(0, color=GRID, linewidth=0.6, zorder=0)
    ax.axvline(0, color=GRID, linewidth=0.6, zorder=0)
    if of.column == WITHOUT_TRAIN_LOSS:
        ends = np.array([max(across.low, up.low), min(across.high, up.high)])
        ax.plot(ends, ends, color=IDENTITY, linewidth=1.0, linestyle="--", zorder=3)
    draw_points(ax, x, of_mean(rows, FULL), kinds, STYLES, rasterized=True)
    set_axes(ax, across, up)
    ax.set_box_aspect(1.0)
    write_above(ax, f"r = {coefficient(of.pearson)}")
