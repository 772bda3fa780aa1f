"""Test accuracy and share of flips found against λ/n, after a few numbers of inspected rows."""

from __future__ import annotations

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from groupinf.reporting.drawing.axes import set_logarithmic
from groupinf.reporting.drawing.figures import FIGURE_SETTINGS, add_heading
from groupinf.reporting.drawing.lettering import DOTS_PER_INCH, drawable, wrap_to
from groupinf.reporting.drawing.page import box, framed_page
from groupinf.reporting.repair.sweep.tables import caption, sweep_frame
from groupinf.reporting.repair.sweep.words import RepairSweep, facts_line, shown
from groupinf.reporting.repair.words import ACCURACY, CURVES, Curve, deviation_line
from groupinf.reporting.words.style import GRID, QUIET, SMALL, TEXT
from groupinf.studies.repair_labels.orders.registry import ORDERS

# inches
_PANEL_WIDTH, _PANEL_HEIGHT, _LEFT, _RIGHT, _BESIDE, _TOP, _BETWEEN, _BELOW = 2.5, 2.3, 0.85, 2.0, 0.3, 1.05, 0.35, 0.6
_LEGEND_GAP, _MARGIN, _FOOT_LINE, _TITLE = 0.25, 0.15, 0.165, 8.0
_NARROW_PANEL, _LEGEND_LINE, _TITLE_ROOM = 3.15, 0.21, 0.35
# the axis goes on beyond the outermost λ/n by this share of the decades between them; by a factor of 2 of one λ/n
_BEYOND, _BEYOND_ONE = 0.06, 2.0
_CLEAN = "Labels of the data"


def sweep_figure(sweep: RepairSweep) -> Figure:
    """A row of panels for each curve, a column for each number of inspected rows, a line for each order.

    Means over repeats; error bars are standard deviations, and dashed is the model fitted to the labels of the data.
    """
    columns = shown(sweep)
    width = _LEFT + len(columns) * (_PANEL_WIDTH + _BESIDE) + _RIGHT
    with matplotlib.style.context(["default", FIGURE_SETTINGS]):
        said = [deviation_line(sweep.runs[0]), "Dashed: the model that is fitted to the labels of the data."]
        foot = [line for text in said for line in wrap_to(drawable(text), SMALL, width - 2 * _MARGIN)]
        below = _BELOW + _FOOT_LINE * len(foot) + _MARGIN
        height = _TOP + len(CURVES) * (_PANEL_HEIGHT + _BETWEEN) - _BETWEEN + below
        figure = Figure(figsize=(width, height), dpi=DOTS_PER_INCH)
        for i, curve in enumerate(CURVES):
            first: Axes | None = None
            for j, rows in enumerate(columns):
                bottom = below + (len(CURVES) - 1 - i) * (_PANEL_HEIGHT + _BETWEEN)
                left = _LEFT + j * (_PANEL_WIDTH + _BESIDE)
                place = (left / width, bottom / height, _PANEL_WIDTH / width, _PANEL_HEIGHT / height)
                ax = figure.add_axes(place, sharey=first)
                _draw(ax, sweep, curve, rows)
                _label(ax, sweep, curve, rows, top=i == 0, bottom=i == len(CURVES) - 1, left=j == 0)
                first = first or ax
        handles, labels = figure.axes[0].get_legend_handles_labels()
        corner = ((width - _RIGHT - _BESIDE + _LEGEND_GAP) / width, 1 - _TOP / height)
        legend = figure.legend(
            handles, labels, loc="upper left", bbox_to_anchor=corner, borderaxespad=0.0, alignment="left"
        )
        legend.set_frame_on(False)
        add_heading(figure, "Wrong labels found and put right, by λ/n", facts_line(sweep))
        figure.text(_MARGIN / width, (below - _BELOW) / height, "\n".join(foot), size=SMALL, color=QUIET, va="top")
    return figure


def narrow_sweep_figure(sweep: RepairSweep) -> Figure:
    """The same panels one below the other, for narrow screens."""
    panels = [(curve, rows) for curve in CURVES for rows in shown(sweep)]
    orders, each = sweep.runs[0].manifest.orders, _TITLE_ROOM + _PANEL_HEIGHT + _BELOW
    legend = _LEGEND_LINE * (1 + len(orders)) + _MARGIN
    width, said = _LEFT + _NARROW_PANEL + _MARGIN, "Dashed: the model that is fitted to the labels of the data."
    with matplotlib.style.context(["default", FIGURE_SETTINGS]):
        title, foot = "Wrong labels found and put right, by λ/n", [deviation_line(sweep.runs[0]), said]
        figure, top = framed_page(width, legend + each * len(panels), title, [facts_line(sweep)], foot)
        for i, (curve, rows) in enumerate(panels):
            down = top + legend + i * each + _TITLE_ROOM
            ax = figure.add_axes(box(figure, _LEFT, down, _NARROW_PANEL, _PANEL_HEIGHT))
            _draw(ax, sweep, curve, rows)
            _label(ax, sweep, curve, rows, top=True, bottom=True, left=True)
        handles, labels = figure.axes[0].get_legend_handles_labels()
        corner = (_MARGIN / width, 1 - top / figure.get_figheight())
        entries = figure.legend(
            handles, labels, loc="upper left", bbox_to_anchor=corner, borderaxespad=0.0, alignment="left"
        )
        entries.set_frame_on(False)
    return figure


def _draw(ax: Axes, sweep: RepairSweep, curve: Curve, rows: int) -> None:
    frame = sweep_frame(sweep)
    frame = frame[frame["inspected"] == rows]
    if curve is ACCURACY:
        clean = frame.drop_duplicates("lam_over_n")
        ax.plot(clean["lam_over_n"], clean["clean_accuracy"], color=TEXT, linestyle="--", linewidth=1.2, label=_CLEAN)
    for name in sweep.runs[0].manifest.orders:
        order, of = ORDERS[name], frame[frame["order"] == name]
        deviation = of[f"deviation_{curve.measure}"].to_numpy(dtype=np.float64)
        ax.errorbar(
            of["lam_over_n"], of[f"mean_{curve.measure}"], yerr=None if np.isnan(deviation).all() else deviation,
            color=order.colour, marker=order.marker, markersize=3.5, linewidth=1.4, elinewidth=0.9, capsize=2.5,
            capthick=0.9, zorder=3, label=order.label,
        )  # fmt: skip


def _label(ax: Axes, sweep: RepairSweep, curve: Curve, rows: int, *, top: bool, bottom: bool, left: bool) -> None:
    least, most = (sweep.runs[end].manifest.lam_over_n for end in (0, -1))
    beyond = (most / least) ** _BEYOND if most > least else _BEYOND_ONE
    set_logarithmic(ax, (least / beyond, most * beyond), None)
    ax.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10], min_n_ticks=2))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.6g} %"))
    ax.grid(axis="y", color=GRID, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(labelleft=left, labelbottom=bottom)
    if left:
        ax.set_ylabel(curve.label)
    if bottom:
        ax.set_xlabel("λ/n")
    if top:
        ax.set_title(caption(sweep, rows), pad=_TITLE)
