"""The fewest rows that flip each statement as bars, with what is proven of how few could."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.style
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from groupinf.effects.row_orders.registry import ROW_ORDERS
from groupinf.reporting.drawing.figures import FIGURE_SETTINGS
from groupinf.reporting.drawing.lettering import drawable, shorten_to, width_of
from groupinf.reporting.drawing.page import MARGIN, box, framed_page
from groupinf.reporting.robustness.looks import look_of
from groupinf.reporting.robustness.statements import Told, ordered
from groupinf.reporting.robustness.words import data_line, statement_words
from groupinf.reporting.words.style import GRID, QUIET, SMALL, TEXT
from groupinf.studies.robustness.result import RobustnessRun

# inches
_WIDTH, _NARROW, _LINE, _BELOW, _LEGEND, _LONGEST = 9.6, 5.2, 0.235, 0.55, 0.25, 3.6
# statements that are drawn; the tables have all
MOST_BARS = 40
# numbers of rows beyond which their axis is logarithmic
LARGEST_LINEAR, LEAST_LOGARITHMIC = 60, 0.7


def bars_figure(run: RobustnessRun, width: float = _WIDTH) -> Figure:
    """A bar for each statement, from the fewest rows up, coloured by the order that found them; hollow and as long as
    was looked where none was found. A line across says how many rows it takes at least.
    """
    shown = _shown(run)
    longest = min(_LONGEST, 0.42 * width)
    names = [shorten_to(drawable(statement_words(told)), SMALL, longest) for told in shown]
    left = MARGIN + max((width_of(name, SMALL) for name in names), default=0.5) + 0.15
    right = MARGIN + max((width_of(_beside(told, run.manifest.most), SMALL) for told in shown), default=0.0)
    height = max(1, len(shown)) * _LINE
    with matplotlib.style.context(["default", FIGURE_SETTINGS]):
        body = _LEGEND * _legend_lines(run, width) + height + _BELOW
        figure, top = framed_page(
            width, body, "Fewest rows whose removal flips it", [data_line(run)], _foot(run, shown)
        )
        begins = top + _LEGEND * _legend_lines(run, width)
        ax = figure.add_axes(box(figure, left, begins, width - left - right, height))
        _draw(ax, run, shown, names)
        _legend(figure, run, top, width)
    return figure


def _shown(run: RobustnessRun) -> list[Told]:
    return [told for told in ordered(run) if told.asked][:MOST_BARS]


def narrow_bars_figure(run: RobustnessRun) -> Figure:
    """The same for narrow screens."""
    return bars_figure(run, _NARROW)


def _draw(ax: Axes, run: RobustnessRun, shown: Sequence[Told], names: list[str]) -> None:
    most, places = run.manifest.most, list(range(len(shown)))
    longest = max((_rows(told, most) for told in shown), default=1)
    log = longest > LARGEST_LINEAR
    start = LEAST_LOGARITHMIC if log else 0.0
    for place, told in zip(places, shown, strict=True):
        rows = _rows(told, most)
        colour, edge = ("none", QUIET) if told.order is None else (look_of(told.order).colour,) * 2
        ax.barh(place, rows - start, left=start, height=0.66, color=colour, edgecolor=edge, linewidth=0.8)
        if told.lower_bound is not None and told.lower_bound <= most:
            ends = [place - 0.42, place + 0.42]
            ax.plot([told.lower_bound] * 2, ends, color=TEXT, linewidth=2.2, solid_capstyle="butt")
        ax.annotate(_beside(told, most), (rows, place), (4, 0), textcoords="offset points", va="center", size=SMALL)
    ax.set_yticks(places, names, size=SMALL)
    ax.set_ylim(max(len(shown), 1) - 0.4, -0.6)
    if log:
        ax.set_xscale("log")
    else:
        ax.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True))
    ax.set_xlim(start, longest * (1.15 if log else 1.04))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    ax.set_xlabel("Training rows removed")
    ax.grid(axis="x", color=GRID, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(axis="y", length=0)


def _rows(told: Told, most: int) -> int:
    return most if told.fewest is None else told.fewest


def _beside(told: Told, most: int) -> str:
    """The number of rows, and whether it is proven that there are no fewer, as of one row it is no matter, or that no
    so many do.
    """
    if told.fewest is not None:
        return f"{told.fewest:,}" + (", proven" if told.proven_fewest and told.fewest > 1 else "")
    return f"none of {most:,}" + (", proven" if told.lower_bound is not None and told.lower_bound > most else "")


def _entries(run: RobustnessRun) -> list[tuple[Artist, str]]:
    """Of what is drawn."""
    shown = _shown(run)
    orders = [order for order in run.manifest.orders if any(told.order == order for told in shown)]
    entries: list[tuple[Artist, str]] = [
        (Patch(facecolor=look_of(order).colour), f"found {ROW_ORDERS[order].in_text}") for order in orders
    ]
    if any(told.order is None for told in shown):
        entries.append((Patch(facecolor="none", edgecolor=QUIET), "none found"))
    if any(told.lower_bound is not None and told.lower_bound <= run.manifest.most for told in shown):
        entries.append((Line2D([], [], color=TEXT, linewidth=2.2), "at least, proven"))
    return entries


def _legend_lines(run: RobustnessRun, width: float) -> int:
    return -(-len(_entries(run)) // _columns(run, width))


def _columns(run: RobustnessRun, width: float) -> int:
    widest = max((width_of(name, SMALL) for _, name in _entries(run)), default=0.0) + 0.55
    return max(1, min(len(_entries(run)), int((width - 2 * MARGIN) / widest)))


def _legend(figure: Figure, run: RobustnessRun, top: float, width: float) -> None:
    entries = _entries(run)
    if not entries:
        return
    figure.legend(
        *zip(*entries, strict=True), loc="upper left",
        bbox_to_anchor=(MARGIN / width, 1 - top / figure.get_figheight()), borderaxespad=0.0, frameon=False,
        ncols=_columns(run, width), fontsize=SMALL, handlelength=1.4,
    )  # fmt: skip


def _foot(run: RobustnessRun, shown: Sequence[Told]) -> list[str]:
    """What is not drawn."""
    more = int(run.statements["value"].notna().sum()) - len(shown)
    return [f"{more:,} more statements, which take more rows or none, are in the tables."] if more else []
