"""Test accuracy and mean test loss as the rows of an order are removed: what data valuation is compared by."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from groupinf.reporting.drawing.axes import PowerOfTen
from groupinf.reporting.drawing.figures import FIGURE_SETTINGS
from groupinf.reporting.drawing.lettering import drawable, shorten_to, width_of
from groupinf.reporting.drawing.page import MARGIN, SIZE, box, framed_page
from groupinf.reporting.growing_groups.curves import Curve, Sort, removal_curves
from groupinf.reporting.growing_groups.words import removal_lines
from groupinf.reporting.words.style import GRID, IDENTITY
from groupinf.reporting.words.summary import convention_line, facts_line
from groupinf.studies.group_effects.result import Run

# inches
_PANEL_WIDTH, _PANEL_HEIGHT, _LEFT, _BETWEEN, _ABOVE, _BELOW = 3.4, 3.0, 0.85, 0.95, 0.2, 0.6
_LEGEND_GAP, _LEGEND_ROOM, _HANDLE = 0.25, 3.6, 0.6
_COLOURS = {
    Sort.BEST: ("#D55E00",),
    Sort.WORST: ("#0072B2",),
    Sort.RANDOM: ("#555555",),
    Sort.OTHER: ("#009E73", "#CC79A7", "#E69F00", "#7F4F24", "#56B4E9"),
}
# those of the same sort, and colour, are told apart by these
_LINES = (("-", "o"), ((0, (5, 2)), "s"), ((0, (1, 1.3)), "^"), ((0, (5, 2, 1, 2)), "D"), ("-", "v"))
_MARKERS = 12

Values = Callable[[Curve], NDArray[np.float64] | None]


def removal_figure(run: Run) -> Figure:
    """Test accuracy, of classes whose errors were counted, and the mean test loss against the share of rows removed.

    Every point is an exact refit; dashed is the model of all rows. Raises DataError where a run has no such curves.
    """
    curves = removal_curves(run)
    panels: list[tuple[str, Values]] = [("Mean test loss", lambda curve: curve.loss)]
    if all(curve.accuracy is not None for curve in curves):
        panels.insert(0, ("Test accuracy", lambda curve: curve.accuracy))
    names = [shorten_to(drawable(curve.label), SIZE, _LEGEND_ROOM) for curve in curves]
    legend = max(width_of(name, SIZE) for name in names) + _HANDLE
    lefts = [_LEFT + i * (_PANEL_WIDTH + _BETWEEN) for i in range(len(panels))]
    width = lefts[-1] + _PANEL_WIDTH + _LEGEND_GAP + legend + MARGIN
    with matplotlib.style.context(["default", FIGURE_SETTINGS]):
        foot = [*removal_lines(curves), convention_line(run)]
        title, body = "Rows removed from the first of an order on", _ABOVE + _PANEL_HEIGHT + _BELOW
        figure, top = framed_page(width, body, title, [facts_line(run)], foot)
        for left, (label, values) in zip(lefts, panels, strict=True):
            ax = figure.add_axes(box(figure, left, top + _ABOVE, _PANEL_WIDTH, _PANEL_HEIGHT))
            _draw(ax, curves, names, values, run.manifest.n)
            ax.set_ylabel(label)
            ax.yaxis.set_major_formatter(_percent() if label.endswith("accuracy") else PowerOfTen())
        corner = (lefts[-1] + _PANEL_WIDTH + _LEGEND_GAP) / width, 1 - (top + _ABOVE) / figure.get_figheight()
        entries = figure.legend(
            *ax.get_legend_handles_labels(), loc="upper left", bbox_to_anchor=corner, borderaxespad=0.0,
            title="Rows removed", alignment="left", handlelength=2.6,
        )  # fmt: skip
        entries.set_frame_on(False)
    return figure


def _draw(ax: Axes, curves: Sequence[Curve], names: Sequence[str], values: Values, n: int) -> None:
    seen = dict.fromkeys(Sort, 0)
    for curve, name in zip(curves, names, strict=True):
        colours, number = _COLOURS[curve.sort], seen[curve.sort]
        seen[curve.sort] += 1
        line, marker = _LINES[number % len(_LINES)]
        y = values(curve)
        assert y is not None  # a panel has the values of every curve
        ax.plot(
            curve.removed / n, y, color=colours[number % len(colours)], linestyle=line, marker=marker, markersize=3.5,
            markevery=max(1, y.size // _MARKERS), linewidth=1.5, zorder=3, label=name,
        )  # fmt: skip
    whole = values(curves[0])
    assert whole is not None
    ax.axhline(float(whole[0]), color=IDENTITY, linestyle="--", linewidth=1.0, zorder=1)
    ax.set_xlabel("Share of training rows removed")
    ax.xaxis.set_major_formatter(_percent())
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10], min_n_ticks=2))
    ax.set_xlim(left=0.0)
    ax.grid(axis="y", color=GRID, linewidth=0.6)
    ax.set_axisbelow(True)


def _percent() -> FuncFormatter:
    return FuncFormatter(lambda value, _: f"{100 * value:.6g} %")
