"""Test accuracy and share of flips found against the rows inspected, as in Koh and Liang 2017, Figure 6."""

from __future__ import annotations

import matplotlib.style
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from groupinf.reporting.drawing.figures import FIGURE_SETTINGS, add_heading
from groupinf.reporting.drawing.lettering import DOTS_PER_INCH, drawable, wrap_to
from groupinf.reporting.repair.words import ACCURACY, FOUND, Curve, deviation_line, facts_line
from groupinf.reporting.words.style import GRID, QUIET, SMALL, TEXT
from groupinf.studies.repair_labels.orders.registry import ORDERS
from groupinf.studies.repair_labels.result import RepairRun

# inches
_PANEL_WIDTH, _PANEL_HEIGHT, _LEFT, _BETWEEN, _TOP, _BELOW = 3.15, 2.9, 0.85, 0.95, 0.8, 0.6
_LEGEND_WIDTH, _LEGEND_TITLE, _LEGEND_LINE = 2.2, 0.3, 0.21
_LEGEND_GAP, _MARGIN, _FOOT_LINE = 0.25, 0.15, 0.165
# error bars of each line, so that those of several orders can be told apart
_MOST_BARS = 10
_PANELS = (ACCURACY, FOUND)


def repair_figure(run: RepairRun) -> Figure:
    """Left the test accuracy, with a dashed line where all labels are those of the data; right the flips found.

    Means over repeats; error bars are standard deviations.
    """
    width = _LEFT + len(_PANELS) * (_PANEL_WIDTH + _BETWEEN) - _BETWEEN + _LEGEND_GAP + _LEGEND_WIDTH
    with matplotlib.style.context(["default", FIGURE_SETTINGS]):
        foot = _foot(run, width)
        below = _BELOW + _FOOT_LINE * len(foot) + _MARGIN
        figure = Figure(figsize=(width, _TOP + _PANEL_HEIGHT + below), dpi=DOTS_PER_INCH)
        for i, curve in enumerate(_PANELS):
            _panel(figure, _LEFT + i * (_PANEL_WIDTH + _BETWEEN), _TOP, run, curve)
        _legend(figure, width - _LEGEND_WIDTH, _TOP)
        add_heading(figure, "Wrong labels found and put right", facts_line(run))
        _write_foot(figure, foot)
    return figure


def narrow_repair_figure(run: RepairRun) -> Figure:
    """The same one below the other, for narrow screens; what was run stands beside it."""
    legend = _MARGIN + _LEGEND_TITLE + _LEGEND_LINE * len(run.manifest.orders)
    tops = [legend + _MARGIN + i * (_PANEL_HEIGHT + _BELOW + _MARGIN) for i in range(len(_PANELS))]
    width = _LEFT + _PANEL_WIDTH + _MARGIN
    with matplotlib.style.context(["default", FIGURE_SETTINGS]):
        foot = _foot(run, width)
        height = tops[-1] + _PANEL_HEIGHT + _BELOW + _FOOT_LINE * len(foot) + _MARGIN
        figure = Figure(figsize=(width, height), dpi=DOTS_PER_INCH)
        for top, curve in zip(tops, _PANELS, strict=True):
            _panel(figure, _LEFT, top, run, curve)
        _legend(figure, _MARGIN, _MARGIN)
        _write_foot(figure, foot)
    return figure


def _foot(run: RepairRun, width: float) -> list[str]:
    said = [deviation_line(run), "Dashed: the model that is fitted to the labels of the data."]
    return [line for text in said for line in wrap_to(drawable(text), SMALL, width - 2 * _MARGIN)]


def _write_foot(figure: Figure, lines: list[str]) -> None:
    width, height = figure.get_size_inches()
    top = (_FOOT_LINE * len(lines) + _MARGIN) / height
    figure.text(_MARGIN / width, top, "\n".join(lines), size=SMALL, color=QUIET, va="top")


def _panel(figure: Figure, left: float, top: float, run: RepairRun, curve: Curve) -> None:
    """A panel whose upper left corner is so many inches from that of the figure."""
    width, height = figure.get_size_inches()
    bottom = height - top - _PANEL_HEIGHT
    ax = figure.add_axes((left / width, bottom / height, _PANEL_WIDTH / width, _PANEL_HEIGHT / height))
    _draw(ax, run, curve)
    if curve is ACCURACY:
        ax.axhline(run.manifest.test_accuracy, color=TEXT, linestyle="--", linewidth=1.2, zorder=1)


def _legend(figure: Figure, left: float, top: float) -> None:
    width, height = figure.get_size_inches()
    legend = figure.legend(
        *figure.axes[-1].get_legend_handles_labels(),
        loc="upper left",
        bbox_to_anchor=(left / width, 1 - top / height),
        borderaxespad=0.0,
        title="Rows inspected",
        alignment="left",
    )
    legend.set_frame_on(False)


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
