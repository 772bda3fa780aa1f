"""Predicted and actual effects of the most influential rows as more of them are removed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from groupinf.analysis.pairs import ACTUAL
from groupinf.reporting.drawing.axes import PowerOfTen
from groupinf.reporting.drawing.panes import MOST_COLUMNS, Pane, Panes, panes_figure
from groupinf.reporting.growing_groups.reading import Found, required_found
from groupinf.reporting.growing_groups.words import growth_lines
from groupinf.reporting.words.style import GRID, IDENTITY, KindStyle, method_name, method_styles
from groupinf.reporting.words.summary import convention_line, facts_line
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted

# panels of a page; a run of more values shows the first of them
MOST_PANELS, MOST_ON_PAGE = 18, 6
COMMAND = "groupinf figure most-influential"
# sizes that are so many times apart stand on a logarithmic axis, and so many of them have a tick
LOGARITHMIC_FROM, MOST_TICKS = 10, 6
_ACTUAL = KindStyle("Actual", "#000000", "o")


def growth_figure(run: Run) -> Figure:
    """A panel for each value, side and order: the number of rows on x, actual and predicted effects on y.

    Panels of one value and side have the same axes. Raises DataError where the run has no such groups.
    """
    found = required_found(run)
    hidden = len(found) - MOST_PANELS
    more = [f"{counted(hidden, 'panel')} more than fit are left out."] if hidden > 0 else []
    return _figure(run, found, MOST_PANELS, (*growth_lines(found), *more, convention_line(run)))


def first_growth_figure(run: Run) -> Figure:
    """Its first rows, without sentences, as pages show it that say more below."""
    found = required_found(run)
    hidden = len(found) - MOST_ON_PAGE
    return _figure(run, found, MOST_ON_PAGE, [f"{counted(hidden, 'more panel')}: {COMMAND}"] if hidden > 0 else [])


def _figure(run: Run, found: Sequence[Found], most: int, foot: Sequence[str]) -> Figure:
    shown = found[:most]
    styles = method_styles(list(dict.fromkeys(method for of in shown for method in of.growth.predicted)))
    orders = len({of.by for of in shown})
    page = Panes(
        title="The most influential rows: what removing them does",
        facts=(facts_line(run),),
        y_label="Effect",
        panes=tuple(_pane(of, shown, styles) for of in shown),
        styles=(_ACTUAL, *styles.values()),
        foot=tuple(foot),
        columns=orders if 1 < orders <= MOST_COLUMNS else MOST_COLUMNS,
    )
    return panes_figure(page)


def _pane(of: Found, shown: Sequence[Found], styles: dict[str, KindStyle]) -> Pane:
    beside = [o for o in shown if (o.evaluation, o.test_point, o.side) == (of.evaluation, of.test_point, of.side)]
    heading = f"{of.side.capitalize()} of {of.value}"
    draw = partial(_draw, of=of, beside=beside, styles=styles)
    return Pane(heading, f"Rows removed, {of.by}", draw)


def _draw(ax: Axes, of: Found, beside: Sequence[Found], styles: dict[str, KindStyle]) -> None:
    ax.axhline(0.0, color=IDENTITY, linewidth=0.8, zorder=1)
    lines = [(styles[method], effects, 1.2) for method, effects in of.growth.predicted.items()]
    for style, effects, width in [*lines, (_ACTUAL, of.growth.actual, 1.8)]:
        ax.plot(
            of.growth.sizes, effects, color=style.colour, marker=style.marker, markersize=4.5, linewidth=width,
            markeredgecolor="white", markeredgewidth=0.4, zorder=4 if style is _ACTUAL else 3,
            label=ACTUAL if style is _ACTUAL else method_name(style.name),
        )  # fmt: skip
    size_axis(ax, np.unique(np.concatenate([o.growth.sizes for o in beside])))
    # what no prediction reaches may not squeeze the actual effects together
    ends = np.concatenate([[0.0], *(o.growth.actual for o in beside)])
    low, high = float(ends.min()), float(ends.max())
    room = 0.6 * (high - low) or 1.0
    drawn = np.concatenate([ends, *(values for o in beside for values in o.growth.predicted.values())])
    drawn = drawn[np.isfinite(drawn)]
    ax.set_ylim(max(low - room, float(drawn.min()) - 0.08 * room), min(high + room, float(drawn.max()) + 0.08 * room))
    ax.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10], min_n_ticks=2))
    ax.yaxis.set_major_formatter(PowerOfTen())


def size_axis(ax: Axes, sizes: np.ndarray) -> None:
    """Numbers of rows on x, with ticks at some of the ``sizes`` (m,), rising."""
    if sizes[-1] >= LOGARITHMIC_FROM * sizes[0]:
        ax.set_xscale("log")
        places = np.linspace(np.log(sizes[0]), np.log(sizes[-1]), MOST_TICKS)
        ticks = sorted({int(sizes[np.abs(np.log(sizes) - place).argmin()]) for place in places})
        ax.xaxis.set_major_locator(FixedLocator(ticks))
        ax.xaxis.set_minor_locator(NullLocator())
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{round(value):,}"))
    else:
        ax.xaxis.set_major_locator(MaxNLocator(nbins=MOST_TICKS, integer=True))
    ax.grid(color=GRID, linewidth=0.6)
    ax.set_axisbelow(True)
