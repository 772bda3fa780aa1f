"""A grid of scatter panels from several runs, with headings, one legend and closing lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib.style
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from groupinf.reporting.drawing.figures import ACTUAL_LABEL, FIGURE_SETTINGS, kind_marker
from groupinf.reporting.drawing.lettering import DOTS_PER_INCH, drawable, shorten_to, width_of, wrap_to
from groupinf.reporting.drawing.page import (
    BOLD,
    HIDDEN,
    LEGEND_COLUMN,
    LEGEND_LINE,
    LINE,
    MARGIN,
    SIZE,
    TITLE_LINE,
    TITLE_SIZE,
    add_legend,
    wrapped,
)
from groupinf.reporting.drawing.scatter import Panel, draw_panel, tick_room
from groupinf.reporting.words.style import IDENTITY, QUIET, SMALL, TEXT, KindStyle, kind_styles

# above this many points an SVG or PDF holds them as images; text, axes and lines stay vectors
MOST_VECTOR_POINTS = 30_000
# inches: beside and above panels, between them, and around what stands above and below the grid
LEFT, RIGHT, GAP = 0.85, 0.25, 0.6
CELL_HEADING = 0.2  # of ABOVE_PANEL
PANELS = {1: 2.6, 2: 2.1, 3: 1.9}
PANEL = 1.6
ABOVE_PANEL, BELOW_PANEL, ROW_HEADING = 0.55, 0.47, 0.27
X_LABEL, Y_LABEL = 0.28, 0.2
NARROWEST = 6.4


@dataclass(frozen=True)
class Cell:
    """A place in the grid: a panel, its heading, and the kinds (G,) of its groups; or, in words, why there is none.

    ``across`` and ``up`` say what is on x and y; of neighbours that have the same it is written once.
    """

    heading: str
    panel: Panel | None
    kinds: NDArray[np.object_]
    absent: str = ""
    across: str = ACTUAL_LABEL
    up: str = "Predicted effect"


@dataclass(frozen=True)
class GridRow:
    """Cells side by side; the heading stands above them (empty: none)."""

    heading: str
    cells: tuple[Cell, ...]

    @property
    def above(self) -> float:
        """Inches above its panels, to what stands above the row."""
        return ABOVE_PANEL if any(cell.heading for cell in self.cells) else ABOVE_PANEL - CELL_HEADING

    @property
    def across(self) -> tuple[str, ...]:
        """What is on x of the cells: once where it is the same in all."""
        labels = tuple(cell.across for cell in self.cells)
        return labels[:1] if len(set(labels)) == 1 else labels


@dataclass(frozen=True)
class Grid:
    """What a figure shows. The lines of ``columns`` stand above the first row, the first of each in bold.

    ``diagonal`` is what the legend calls the line where x and y are the same.
    """

    title: str
    columns: tuple[tuple[str, ...], ...]
    rows: tuple[GridRow, ...]
    foot: tuple[str, ...]
    diagonal: str = "Predicted = actual"

    @property
    def rows_with_label(self) -> tuple[int, ...]:
        """The rows below which stands what is on x: the last of those that have the same."""
        last = len(self.rows) - 1
        return tuple(i for i, row in enumerate(self.rows) if i == last or self.rows[i + 1].across != row.across)


@dataclass(frozen=True)
class Page:
    """Sizes in inches, measured from the upper left corner: ``tops`` are those of the rows' panels."""

    width: float
    height: float
    panel: float
    lefts: tuple[float, ...]
    tops: tuple[float, ...]
    headings: float
    legend: float
    legend_columns: int
    foot: float

    def box(self, left: float, top: float, width: float, height: float) -> tuple[float, float, float, float]:
        """(left, bottom, width, height) as fractions of the page."""
        return left / self.width, 1 - (top + height) / self.height, width / self.width, height / self.height

    def at(self, left: float, top: float) -> tuple[float, float]:
        """A point as fractions of the page."""
        return left / self.width, 1 - top / self.height


def panel_size(columns: int) -> float:
    """The fewer columns, the larger."""
    return PANELS.get(columns, PANEL)


def page_width(columns: int, room: float) -> float:
    """Width of a grid of so many columns, each with ``room`` for labels at its y axis, and of its text at least."""
    return max(NARROWEST, LEFT + columns * (panel_size(columns) + room) + (columns - 1) * GAP + RIGHT)


def grid_figure(grid: Grid) -> Figure:
    """Draw the grid; kinds look the same in every panel."""
    cells = [cell for row in grid.rows for cell in row.cells if cell.panel is not None]
    counted = Counter(str(kind) for cell in cells for kind in cell.kinds)
    styles = kind_styles([kind for kind, _ in counted.most_common()])
    with matplotlib.style.context(["default", FIGURE_SETTINGS]):
        room = tick_room([cell.panel for cell in cells if cell.panel]) + _label_room(grid)
        width = page_width(_columns(grid), room)
        foot = [*grid.foot, *([HIDDEN] if any(c.panel.hidden for c in cells if c.panel) else [])]
        title, lines = wrapped(grid.title, TITLE_SIZE * BOLD, width), wrapped(" ".join(foot), SMALL, width)
        page = _page(grid, room, len(title), list(dict.fromkeys(styles.values())), len(lines))
        figure = Figure(figsize=(page.width, page.height), dpi=DOTS_PER_INCH)
        rasterized = sum(cell.panel.predicted.size for cell in cells if cell.panel) > MOST_VECTOR_POINTS
        for row, top in zip(grid.rows, page.tops, strict=True):
            _draw_row(figure, page, row, top, styles, rasterized)
        _head(figure, page, grid, title)
        _legend(figure, page, grid.diagonal, list(dict.fromkeys(styles.values())))
        figure.text(*page.at(MARGIN, page.foot), "\n".join(lines), size=SMALL, color=QUIET, va="top")
    return figure


def _label_room(grid: Grid) -> float:
    """Inches between panels for what is on y, where neighbours differ in that."""
    return Y_LABEL if any(len({cell.up for cell in row.cells if cell.panel}) > 1 for row in grid.rows) else 0.0


def _columns(grid: Grid) -> int:
    return max(len(row.cells) for row in grid.rows)


def _page(grid: Grid, room: float, title_lines: int, styles: Sequence[KindStyle], foot_lines: int) -> Page:
    columns = _columns(grid)
    panel, width = panel_size(columns), page_width(columns, room)
    headings = MARGIN + TITLE_LINE * title_lines + 0.12
    bottom = headings + LINE * max((len(lines) for lines in grid.columns), default=0) + 0.08
    tops = []
    for i, row in enumerate(grid.rows):
        tops.append(bottom + (ROW_HEADING if row.heading else 0.0) + row.above)
        bottom = tops[-1] + panel + BELOW_PANEL + (X_LABEL if i in grid.rows_with_label else 0.0)
    legend = bottom
    entry = max(width_of(drawable(style.name), SIZE) for style in styles) + LEGEND_COLUMN
    legend_columns = max(1, int((width - 2 * MARGIN) / entry))
    foot = legend + LEGEND_LINE * (1 + -(-(len(styles) + 1) // legend_columns)) + 0.12
    return Page(
        width=width,
        height=foot + LINE * foot_lines + MARGIN,
        panel=panel,
        lefts=tuple(LEFT + room + i * (panel + GAP + room) for i in range(columns)),
        tops=tuple(tops),
        headings=headings,
        legend=legend,
        legend_columns=legend_columns,
        foot=foot,
    )


def _draw_row(
    figure: Figure, page: Page, row: GridRow, top: float, styles: dict[str, KindStyle], rasterized: bool
) -> None:
    if row.heading:
        heading = shorten_to(drawable(row.heading), SIZE * BOLD, page.width - LEFT - MARGIN)
        place = page.at(LEFT, top - row.above - 0.05)
        figure.text(*place, heading, size=SIZE, weight="bold", va="bottom")
    labelled = ""
    for cell, left in zip(row.cells, page.lefts, strict=False):
        if cell.panel is None:
            words = "\n".join(wrap_to(drawable(cell.absent), SMALL, page.panel))
            middle = page.at(left + page.panel / 2, top + page.panel / 2)
            figure.text(*middle, words, size=SMALL, color=QUIET, ha="center", va="center")
            continue
        ax = figure.add_axes(page.box(left, top, page.panel, page.panel))
        draw_panel(ax, cell.panel, cell.kinds, styles, rasterized)
        ax.set_title(shorten_to(drawable(cell.heading), SIZE, page.panel + GAP - 0.15))
        if cell.up != labelled:
            ax.set_ylabel(cell.up, labelpad=4.0)
            labelled = cell.up


def _head(figure: Figure, page: Page, grid: Grid, title: Sequence[str]) -> None:
    figure.text(*page.at(MARGIN, MARGIN), "\n".join(title), size=TITLE_SIZE, weight="bold", va="top")
    for lines, left in zip(grid.columns, page.lefts, strict=False):
        middle, room = left + page.panel / 2, page.panel + GAP - 0.1
        for i, line in enumerate(lines):
            size, weight, colour = (SIZE, "bold", TEXT) if i == 0 else (SMALL, "normal", QUIET)
            text = shorten_to(drawable(line), size * BOLD, room)
            place = page.at(middle, page.headings + LINE * i)
            figure.text(*place, text, ha="center", va="top", size=size, weight=weight, color=colour)
    middles = [left + page.panel / 2 for left in page.lefts]
    for i in grid.rows_with_label:
        labels, below = grid.rows[i].across, page.tops[i] + page.panel + BELOW_PANEL
        places = middles if len(labels) > 1 else [(middles[0] + middles[-1]) / 2]
        for middle, label in zip(places, labels, strict=False):
            figure.text(*page.at(middle, below), label, ha="center", va="top")


def _legend(figure: Figure, page: Page, diagonal: str, styles: Sequence[KindStyle]) -> None:
    handles = [Line2D([], [], color=IDENTITY, linewidth=1.0), *map(kind_marker, styles)]
    room = page.width - 2 * MARGIN - LEGEND_COLUMN
    labels = [diagonal, *(shorten_to(drawable(style.name), SIZE, room) for style in styles)]
    add_legend(figure, handles, labels, page.at(MARGIN, page.legend), page.legend_columns, "Kind of group")
