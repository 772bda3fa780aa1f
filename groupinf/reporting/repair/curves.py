"""Test accuracy and share of flips found against the rows inspected, as in Koh and Liang 2017, Figure 6."""

from __future__ import annotations

import matplotlib.style
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from groupinf.reporting.drawing.figures import FIGURE_SETTINGS
from groupinf.reporting.drawing.page import MARGIN, box, framed_page
from groupinf.reporting.repair.words import ACCURACY, FOUND, Curve, deviation_line, facts_line
from groupinf.reporting.words.style import GRID, TEXT
from groupinf.studies.repair_labels.orders.registry import ORDERS
from groupinf.studies.repair_labels.result import RepairRun

# inches
_WIDTH, _PANEL_WIDTH, _PANEL_HEIGHT, _LEFT, _BETWEEN, _ABOVE, _BELOW = 10.3, 3.15, 2.9, 0.85, 0.95, 0.1, 0.6
_LEGEND_GAP, _LEGEND_TITLE, _LEGEND_LINE = 0.25, 0.35, 0.21
# error bars of each line, so that those of several orders can be told apart
_MOST_BARS = 10
_PANELS = (ACCURACY, FOUND)


def repair_figure(run: RepairRun) -> Figure:
    """Left the test accuracy, with a dashed line where all labels are those of the data; right the flips found.

    Means over repeats; error bars are standard deviations.
    """
    lefts = [_LEFT + i * (_PANEL_WIDTH + _BETWEEN) for i in range(len(_PANELS))]
    legend = lefts[-1] + _PANEL_WIDTH + _LEGEND_GAP, _ABOVE
    return _drawn(run, _WIDTH, _ABOVE + _PANEL_HEIGHT + _BELOW, [(left, _ABOVE) for left in lefts], legend)


def narrow_repair_figure(run: RepairRun) -> Figure:
    """The same one below the other, for narrow screens."""
    first = _LEGEND_TITLE + _LEGEND_LINE * len(run.manifest.orders)
    tops = [first + i * (_PANEL_HEIGHT + _BELOW + _ABOVE) for i in range(len(_PANELS))]
    width, body = _LEFT + _PANEL_WIDTH + MARGIN, tops[-1] + _PANEL_HEIGHT + _BELOW
    return _drawn(run, width, body, [(_LEFT, top) for top in tops], (MARGIN, 0.0))


def _drawn(
    run: RepairRun, width: float, body: float, panels: list[tuple[float, float]], legend: tuple[float, float]
) -> Figure:
    """A page with the upper left corners of panels and legend so many inches from that of its body."""
    with matplotlib.style.context(["default", FIGURE_SETTINGS]):
        said = [deviation_line(run), "Dashed: the model that is fitted to the labels of the data."]
        figure, top = framed_page(width, body, "Wrong labels found and put right", [facts_line(run)], said)
        for (left, down), curve in zip(panels, _PANELS, strict=True):
            ax = figure.add_axes(box(figure, left, top + down, _PANEL_WIDTH, _PANEL_HEIGHT))
            _draw(ax, run, curve)
            if curve is ACCURACY:
                ax.axhline(run.manifest.test_accuracy, color=TEXT, linestyle="--", linewidth=1.2, zorder=1)
        corner = legend[0] / width, 1 - (top + legend[1]) / figure.get_figheight()
        entries = figure.legend(
            *ax.get_legend_handles_labels(),
            loc="upper left",
            bbox_to_anchor=corner,
            borderaxespad=0.0,
            title="Rows inspected",
            alignment="left",
        )
        entries.set_frame_on(False)
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
