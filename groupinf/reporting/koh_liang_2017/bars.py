"""Pages of horizontal bars with a name each: one panel or several, below a title and a legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from groupinf.reporting.drawing.axes import TICK_SIZE, PowerOfTen
from groupinf.reporting.drawing.figures import FIGURE_SETTINGS
from groupinf.reporting.drawing.lettering import drawable, shorten_to, width_of
from groupinf.reporting.drawing.page import MARGIN, Legend, box, framed_page
from groupinf.reporting.words.style import GRID, SMALL, TEXT

# inches: a bar with its gap, the width of a panel, the room of its names at most, and what is around it
_BAR, _WIDE, _NAMES, _GAP, _ABOVE, _BELOW = 0.19, 3.0, 2.6, 0.35, 0.35, 0.6
_THICK = 0.72  # of the room of a bar
MOST_COLUMNS = 2


@dataclass(frozen=True)
class Bar:
    """A name with values that are laid end to end from 0, those above it to the right, each in the colour of its place;
    ``point`` is marked on it. Between bars of different ``block`` there is a line.
    """

    name: str
    values: tuple[float, ...]
    colours: tuple[str, ...]
    point: float | None = None
    block: str = ""


@dataclass(frozen=True)
class Bars:
    """A panel: its heading and its bars from the top."""

    heading: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class BarsPage:
    """What a page shows. Its legend has a name for each of the ``colours``, and for ``point`` where there are any."""

    title: str
    facts: tuple[str, ...]
    x_label: str
    panels: tuple[Bars, ...]
    colours: tuple[tuple[str, str], ...]
    foot: tuple[str, ...]
    point: str = ""


def bars_figure(page: BarsPage) -> Figure:
    """Draw the page."""
    columns = min(len(page.panels), MOST_COLUMNS)
    rows = -(-len(page.panels) // columns)
    with matplotlib.style.context(["default", FIGURE_SETTINGS]):
        names = [drawable(bar.name) for panel in page.panels for bar in panel.bars]
        room = min(_NAMES, max(width_of(name, TICK_SIZE) for name in names) + 0.15)
        width = 2 * MARGIN + columns * (room + _WIDE) + (columns - 1) * _GAP + 0.1
        tall = _BAR * max(len(panel.bars) for panel in page.panels)
        body = rows * (_ABOVE + tall + _BELOW)
        figure, top = framed_page(width, body, page.title, page.facts, page.foot, _legend(page))
        for i, panel in enumerate(page.panels):
            row, column = divmod(i, columns)
            left = MARGIN + room + column * (room + _WIDE + _GAP)
            above = top + row * (_ABOVE + tall + _BELOW) + _ABOVE
            ax = figure.add_axes(box(figure, left, above, _WIDE, _BAR * len(panel.bars)))
            _draw(ax, panel.bars, room)
            ax.set_title(drawable(panel.heading), pad=8.0)
            ax.set_xlabel(page.x_label, labelpad=4.0)
    return figure


def _legend(page: BarsPage) -> Legend:
    squares = [Line2D([], [], linestyle="", marker="s", color=colour, markersize=6) for _, colour in page.colours]
    names = [name for name, _ in page.colours]
    return Legend([*squares, _mark([], [])], [*names, page.point]) if page.point else Legend(squares, names)


def _mark(x: Sequence[float], y: Sequence[float]) -> Line2D:
    return Line2D(x, y, linestyle="", marker="|", color=TEXT, markersize=9, markeredgewidth=1.6)


def _draw(ax: Axes, bars: Sequence[Bar], room: float) -> None:
    for at, bar in enumerate(bars):
        reached = {True: 0.0, False: 0.0}
        for value, colour in zip(bar.values, bar.colours, strict=True):
            ax.barh(at, value, _THICK, left=reached[value > 0], color=colour, linewidth=0)
            reached[value > 0] += value
        if bar.point is not None:
            ax.add_line(_mark([bar.point], [at]))
    for at, (bar, after) in enumerate(pairwise(bars)):
        if bar.block != after.block:
            ax.axhline(at + 0.5, color=GRID, linewidth=0.6)
    ax.axvline(0, color=TEXT, linewidth=0.6)
    ax.set_ylim(len(bars) - 0.5, -0.5)
    ax.set_yticks(range(len(bars)), [shorten_to(drawable(bar.name), TICK_SIZE, room - 0.1) for bar in bars])
    ax.tick_params(axis="y", length=0)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=5))
    ax.xaxis.set_major_formatter(PowerOfTen())
    ax.xaxis.get_offset_text().set_fontsize(SMALL)
