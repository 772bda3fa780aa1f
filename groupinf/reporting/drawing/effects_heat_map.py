"""Effects of groups on several sets of test points as colours: a row for each set, a column for each group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator
from numpy.typing import NDArray

from groupinf.reporting.drawing.axes import PowerOfTen
from groupinf.reporting.drawing.figures import FIGURE_SETTINGS
from groupinf.reporting.drawing.lettering import drawable, shorten_to, width_of
from groupinf.reporting.drawing.page import box, framed_page
from groupinf.reporting.words.style import SMALL
from groupinf.wording import number

# of all |effects|, those above this quantile have the fullest colour, so that a few do not leave all others white
FULL = 0.95
COLOURS = "bwr"  # white at no effect
# inches: what the name of a set or of a group may take, and the least width of a column with a name
_NAME, _COLUMN = 1.6, 0.14
# of the map: its width, the height of a row and its own at least; what is left of it, beside it and below
_MAP_WIDTH, _ROW, _LOWEST, _LEFT, _BAR, _RIGHT, _BELOW = 6.2, 0.32, 1.8, 1.85, 0.15, 1.2, 0.65


@dataclass(frozen=True)
class EffectsMap:
    """Effects (S, G) of groups on sets of test points, and the names of both, in the order in which they are drawn."""

    sets: tuple[str, ...]
    groups: tuple[str, ...]
    effects: NDArray[np.float64]

    @property
    def largest(self) -> float:
        """The size of an effect from which on colours are fullest."""
        return float(np.quantile(np.abs(self.effects), FULL)) or float(np.abs(self.effects).max()) or 1.0

    def ordered(self, sets: NDArray[np.intp], groups: NDArray[np.intp]) -> EffectsMap:
        """The same with its sets and groups in another order."""
        names = tuple(self.sets[i] for i in sets), tuple(self.groups[i] for i in groups)
        return EffectsMap(*names, self.effects[np.ix_(sets, groups)])


def heat_map_figure(shown: EffectsMap, title: str, facts: Sequence[str], label: str, foot: Sequence[str]) -> Figure:
    """The page of a heat map, with the scale of its colours, which ``label`` says are of."""
    width = _LEFT + _MAP_WIDTH + _RIGHT
    with matplotlib.style.context(["default", FIGURE_SETTINGS]):
        height = max(_ROW * len(shown.sets), _LOWEST)
        names = shown.groups if _has_names(shown, _MAP_WIDTH) else ()
        below = _BELOW + max((width_of(_short(name), SMALL) for name in names), default=0.0)
        figure, top = framed_page(width, height + below, title, facts, foot)
        ax = figure.add_axes(box(figure, _LEFT, top, _MAP_WIDTH, height))
        mesh = draw_heat_map(ax, shown)
        ax.set_xlabel("Groups, in order")
        draw_colour_bar(figure.add_axes(box(figure, _LEFT + _MAP_WIDTH + _BAR, top, _BAR, height)), mesh, label)
    return figure


def full_words(shown: EffectsMap) -> str:
    """What the fullest colours stand for, for the closing lines of a figure."""
    return f"Colours are fullest from ±{number(shown.largest)} on; red is positive."


def draw_heat_map(ax: Axes, shown: EffectsMap) -> QuadMesh:
    """Draw a cell for each set and group: red where the effect is positive, blue where it is negative.

    Rows are labelled with the sets, columns with the groups where their names have room, else counted from 1.
    Returns what a colour bar is made of.
    """
    count = len(shown.groups)
    mesh = ax.pcolormesh(
        np.arange(count + 1) + 0.5,
        np.arange(len(shown.sets) + 1),
        shown.effects,
        cmap=COLOURS,
        vmin=-shown.largest,
        vmax=shown.largest,
        rasterized=True,
    )
    ax.invert_yaxis()
    ax.yaxis.set_major_locator(FixedLocator([i + 0.5 for i in range(len(shown.sets))]))
    ax.yaxis.set_major_formatter(FixedFormatter([_short(name) for name in shown.sets]))
    ax.tick_params(axis="y", length=0, labelsize=SMALL)
    if _has_names(shown, ax.bbox.width / ax.figure.dpi):
        ax.xaxis.set_major_locator(FixedLocator([i + 1.0 for i in range(count)]))
        ax.xaxis.set_major_formatter(FixedFormatter([_short(name) for name in shown.groups]))
        ax.tick_params(axis="x", length=0, labelsize=SMALL, labelrotation=90)
    else:
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    return mesh


def draw_colour_bar(ax: Axes, mesh: QuadMesh, label: str) -> None:
    """The scale of a heat map, upright, with arrows at the ends beyond which colours do not change."""
    figure = ax.get_figure()
    assert figure is not None
    bar = figure.colorbar(mesh, cax=ax, extend="both", format=PowerOfTen())
    bar.set_label(label)
    bar.ax.yaxis.get_offset_text().set_fontsize(SMALL)


def _has_names(shown: EffectsMap, inches: float) -> bool:
    """Whether columns of a map so wide have room for the names of the groups."""
    return inches >= len(shown.groups) * _COLUMN


def _short(name: str) -> str:
    return shorten_to(drawable(name), SMALL, _NAME)
