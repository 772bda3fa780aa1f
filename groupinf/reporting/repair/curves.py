"""Test accuracy and share of flips found against the rows inspected, as in Koh and Liang 2017, Figure 6."""

from __future__ import annotations

import matplotlib.style
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from groupinf.reporting.drawing.figures import FIGURE_SETTINGS
from groupinf.reporting.drawing.page import box, framed_page
from groupinf.reporting.repair.words import ACCURACY, FOUND, Curve, deviation_line, facts_line
from groupinf.reporting.words.style import GRID, TEXT
from groupinf.studies.repair_labels.orders.registry import ORDERS
from groupinf.studies.repair_labels.result import RepairRun

# inches
_WIDTH, _PANEL_WIDTH, _PANEL_HEIGHT, _LEFT, _BETWEEN, _ABOVE, _BELOW = 10.3, 3.15, 2.9, 0.85, 0.95, 0.1, 0.6
_LEGEND_GAP = 0.25
# error bars of each line, so that those of several orders can be told apart
_MOST_BARS = 10


def repair_figure(run: RepairRun) -> Figure:
    """Left the test accuracy, with a dashed line where all labels are those of the data; right the flips found.

    Means over repeats; error bars are standard deviations.
    """
    with matplotlib.style.context(["default", FIGURE_SETTINGS]):
        said = [deviation_line(run), "Dashed: the model that is fitted to the labels of the data."]
        body, title = _ABOVE + _PANEL_HEIGHT + _BELOW, "Wrong labels found and put right"
        figure, top = framed_page(_WIDTH, body, title, [facts_line(run)], said)
        panels = top + _ABOVE
        for i, curve in enumerate((ACCURACY, FOUND)):
            left = _LEFT + i * (_PANEL_WIDTH + _BETWEEN)
            ax = figure.add_axes(box(figure, left, panels, _PANEL_WIDTH, _PANEL_HEIGHT))
            _draw(ax, run, curve)
            if curve is ACCURACY:
                ax.axhline(run.manifest.test_accuracy, color=TEXT, linestyle="--", linewidth=1.2, zorder=1)
        corner = ((_LEFT + 2 * _PANEL_WIDTH + _BETWEEN + _LEGEND_GAP) / _WIDTH, 1 - panels / figure.get_figheight())
        legend = figure.legend(
            *ax.get_legend_handles_labels(),
            loc="upper left",
            bbox_to_anchor=corner,
            borderaxespad=0.0,
            title="Rows inspected",
            alignment="left",
        )
        legend.set_frame_on(False)
    return figure


def _draw(ax: Axes, run: RepairRun, curve: Curve) -> None:
    """The mean of each order; each has its error bars at other places than the others."""
    numbers = len(run.manifest.inspected)
    orders = run.manifest.orders
    every = max(1, numbers // _MOST_BARS)
    for i, name in enumerate(orders):
        order, rows = ORDERS[name], run.summary[run.summary["order"] == name]
        deviation = _deviation(rows, curve)
        ax.errorbar(
            rows["share"], rows[f"mean_{curve.measure}"], yerr=deviation, errorevery=(i % every, every),
            color=order.colour, marker=order.marker, markersize=3.5, markevery=(i % every, every),
            linewidth=1.4, elinewidth=0.9, capsize=2.5, capthick=0.9, zorder=3, label=order.label,
        )  # fmt: skip
    ax.set_xlabel("Share of training rows inspected")
    ax.set_ylabel(curve.label)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10], min_n_ticks=2))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.6g} %"))
    ax.set_xlim(left=0.0)
    ax.grid(axis="y", color=GRID, linewidth=0.6)
    ax.set_axisbelow(True)


def _deviation(rows: pd.DataFrame, curve: Curve) -> np.ndarray | None:
    """None of one repeat, which has none."""
    deviation = rows[f"deviation_{curve.measure}"].to_numpy(dtype=np.float64)
    return None if np.isnan(deviation).all() else deviation
