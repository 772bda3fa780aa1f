"""How the value of a statement moves as the first rows of each order are removed: refitted, and as predicted."""

from __future__ import annotations

import matplotlib.style
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from groupinf.effects.row_orders.registry import ROW_ORDERS
from groupinf.reporting.drawing.figures import FIGURE_SETTINGS
from groupinf.reporting.drawing.lettering import drawable, shorten_to
from groupinf.reporting.drawing.page import MARGIN, Legend, box, framed_page
from groupinf.reporting.robustness.looks import look_of
from groupinf.reporting.robustness.statements import Told, ordered
from groupinf.reporting.robustness.words import data_line, statement_words
from groupinf.reporting.words.style import GRID, QUIET, SMALL, TEXT
from groupinf.studies.robustness.questions.registry import QUESTIONS
from groupinf.studies.robustness.result import RobustnessRun

# panels of a figure, and how many stand side by side
MOST_PANELS, COLUMNS = 9, 3
# inches
_PANEL, _HEIGHT, _LEFT, _BETWEEN, _ABOVE, _BELOW = 2.5, 1.8, 0.85, 0.85, 0.4, 0.5


def paths_figure(run: RobustnessRun, columns: int = COLUMNS) -> Figure:
    """A panel for each of the statements that take the fewest rows, those that nothing flips after them. Lines are
    refits without the first rows of an order, dashed ones what the order predicts; the line across is the boundary.
    """
    shown = [told for told in ordered(run) if told.asked][:MOST_PANELS]
    lines = max(1, -(-len(shown) // columns))
    width = _LEFT + columns * _PANEL + (columns - 1) * _BETWEEN + MARGIN
    with matplotlib.style.context(["default", FIGURE_SETTINGS]):
        legend = Legend(
            [*(_line(order) for order in run.manifest.orders), Line2D([], [], color=QUIET, linestyle="--")],
            [*(ROW_ORDERS[order].label for order in run.manifest.orders), "as the order predicts"],
        )
        foot = [
            "Lines: models refitted without so many first rows of an order. Line across: where the statement flips."
        ]
        body = lines * (_ABOVE + _HEIGHT + _BELOW)
        figure, top = framed_page(width, body, "As rows are removed", [data_line(run)], foot, legend)
        for i, told in enumerate(shown):
            left, down = _LEFT + (i % columns) * (_PANEL + _BETWEEN), (i // columns) * (_ABOVE + _HEIGHT + _BELOW)
            ax = figure.add_axes(box(figure, left, top + down + _ABOVE, _PANEL, _HEIGHT))
            ax.set_title(
                shorten_to(drawable(statement_words(told)), SMALL, _PANEL + 0.5), size=SMALL, loc="left", pad=5.0
            )
            _draw(ax, run, run.paths[run.paths["statement"] == told.statement])
            ax.axhline(told.boundary, color=TEXT, linewidth=0.9)
            ax.set_ylabel(_measured(run, told), size=SMALL)
            if i >= len(shown) - columns:
                ax.set_xlabel("Training rows removed", size=SMALL)
    return figure


def _measured(run: RobustnessRun, told: Told) -> str:
    """What the value of a statement is; of regression, which has no accuracy, a prediction is no score."""
    question = QUESTIONS[told.flips]
    other = question.measured_of_numbers if run.manifest.test_accuracy is None else None
    return (other or question.measured).capitalize()


def narrow_paths_figure(run: RobustnessRun) -> Figure:
    """The same one below the other, for narrow screens."""
    return paths_figure(run, 1)


def _line(order: str) -> Line2D:
    look = look_of(order)
    return Line2D([], [], color=look.colour, marker=look.marker, markersize=4)


def _draw(ax: Axes, run: RobustnessRun, paths: pd.DataFrame) -> None:
    for order in run.manifest.orders:
        of, look = paths[paths["order"] == order], look_of(order)
        every = max(1, len(of) // 12)
        ax.plot(
            of["removed"], of["value"], color=look.colour, marker=look.marker, markersize=3, markevery=every,
            linewidth=1.3,
        )  # fmt: skip
        known = of.dropna(subset=["predicted"])
        ax.plot(known["removed"], known["predicted"], color=look.colour, linestyle="--", linewidth=0.9, alpha=0.8)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    ax.yaxis.set_major_locator(MaxNLocator(nbins=5))
    ax.tick_params(labelsize=SMALL)
    ax.grid(axis="y", color=GRID, linewidth=0.6)
    ax.set_axisbelow(True)
