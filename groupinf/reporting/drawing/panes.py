"""A page of square panels, each with labels of its own, below a title, facts and a legend, and above closing lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from groupinf.reporting.drawing.attribute_scatter import RHO, AttributePanel, draw_attribute, rho_words
from groupinf.reporting.drawing.figures import (
    ACTUAL_LABEL,
    FIGURE_SETTINGS,
    LOGARITHMIC,
    TOO_SMALL,
    kind_marker,
)
from groupinf.reporting.drawing.lettering import drawable, shorten_to
from groupinf.reporting.drawing.page import HIDDEN, SIZE, Legend, box, framed_page
from groupinf.reporting.drawing.scatter import Panel, draw_panel
from groupinf.reporting.words.style import KindStyle

MOST_COLUMNS = 3
# inches: a panel, what is beside and above it, and what its ticks and label take below
_PANE, _LEFT, _GAP, _RIGHT = 2.3, 0.95, 0.95, 0.3
_ALONE = 3.6  # a panel without others
_ABOVE, _BELOW = 0.6, 0.75


@dataclass(frozen=True)
class Pane:
    """A panel: its heading, what is on x, what draws it, how many groups lie outside its axes, what closing lines say
    of it, and what is on y where that is not what the page says.
    """

    heading: str
    x_label: str
    draw: Callable[[Axes], None]
    hidden: int = 0
    words: tuple[str, ...] = ()
    y_label: str | None = None


@dataclass(frozen=True)
class Panes:
    """What a page shows, so many panels in a row, each with ``y_label``; ``styles`` and title of its legend, if it has
    any.
    """

    title: str
    facts: tuple[str, ...]
    y_label: str
    panes: tuple[Pane, ...]
    styles: tuple[KindStyle, ...]
    foot: tuple[str, ...]
    columns: int = MOST_COLUMNS
    legend: str = ""


def against_actual_pane(
    heading: str, panel: Panel, categories: NDArray[np.object_], styles: Mapping[str, KindStyle]
) -> Pane:
    """Predicted against actual effects."""
    draw = partial(draw_panel, panel=panel, kinds=categories, styles=styles)
    return Pane(heading, ACTUAL_LABEL, draw, panel.hidden, (RHO, TOO_SMALL))


def attribute_pane(
    heading: str, x_label: str, panel: AttributePanel, styles: Mapping[str, KindStyle], rasterized: bool = False
) -> Pane:
    """Effects against an attribute."""
    draw = partial(draw_attribute, panel=panel, styles=styles, rasterized=rasterized)
    logarithmic = [LOGARITHMIC] if any(axis.linear_to is not None for axis in panel.axes) else []
    return Pane(heading, x_label, draw, panel.hidden, (*rho_words(panel), *logarithmic))


def panes_figure(page: Panes) -> Figure:
    """Draw the page."""
    columns = min(len(page.panes), page.columns)
    rows = -(-len(page.panes) // columns)
    size = _PANE if len(page.panes) > 1 else _ALONE
    width = _LEFT + columns * size + (columns - 1) * _GAP + _RIGHT
    with matplotlib.style.context(["default", FIGURE_SETTINGS]):
        of_panes = dict.fromkeys(line for pane in page.panes for line in pane.words)
        hidden = [HIDDEN] if any(pane.hidden for pane in page.panes) else []
        foot = (*of_panes, *page.foot, *hidden)
        legend = Legend([kind_marker(style) for style in page.styles], [s.name for s in page.styles], page.legend)
        body = rows * (_ABOVE + size + _BELOW)
        figure, top = framed_page(width, body, page.title, page.facts, foot, legend)
        for i, pane in enumerate(page.panes):
            row, column = divmod(i, columns)
            left, above = _LEFT + column * (size + _GAP), top + row * (_ABOVE + size + _BELOW) + _ABOVE
            ax = figure.add_axes(box(figure, left, above, size, size))
            pane.draw(ax)
            ax.set_title(shorten_to(drawable(pane.heading), SIZE, size + 2 * _RIGHT - 0.1))
            ax.set_xlabel(shorten_to(drawable(pane.x_label), SIZE, size + 2 * _RIGHT - 0.1), labelpad=12.0)
            ax.set_ylabel(page.y_label if pane.y_label is None else pane.y_label, labelpad=4.0)
    return figure


def set_heading(name: str) -> str:
    """A set of test points as a heading; effects on it are summed."""
    return f"Σ {name}"
