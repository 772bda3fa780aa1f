"""The groups that go farthest, and those that come next: actual effects or predictions, with their proven intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib.style
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from groupinf.analysis.screening import Standing, by_measure
from groupinf.reporting.drawing.axes import PowerOfTen
from groupinf.reporting.drawing.figures import FIGURE_SETTINGS, kind_marker, write_figure
from groupinf.reporting.drawing.lettering import drawable, shorten_to
from groupinf.reporting.drawing.page import SIZE, Legend, box, framed_page
from groupinf.reporting.words.style import (
    GRID,
    QUIET,
    SMALL,
    TEXT,
    KindStyle,
    evaluation_name,
    kind_name,
    method_styles,
    panel_name,
)
from groupinf.reporting.words.summary import facts_line, test_point_names
from groupinf.studies.group_effects.result import Run
from groupinf.studies.group_effects.retrain.section import TopGroups
from groupinf.wording import counted

STEM = "largest_effects"
MOST_PANELS = 6
# groups of a panel: of the first, and of those that come next
MOST_FIRST, MOST_NEXT = 20, 6
ACTUAL_STYLE = KindStyle("Actual effect (retrained)", TEXT, "o")
# an axis reaches so many times as far as the farthest mark: bars that go on stop at the edge
_REACH = 1.6
# inches: names, a panel, a line of it, what is above and below its lines, and between two panels
_NAMES, _PANEL, _ROW, _ABOVE, _BELOW, _GAP, _RIGHT = 1.9, 3.2, 0.17, 0.45, 0.6, 0.25, 0.25
_BAR_WIDTH = 2.2
# how dense a bar is, and one that goes on beyond the panel
_BAR, _OPEN = 0.4, 0.15


@dataclass(frozen=True)
class _Panel:
    """One measure: its ``rows`` from the top, in blocks between which a line is drawn."""

    heading: str
    blocks: tuple[pd.DataFrame, ...]
    with_kinds: bool

    @property
    def rows(self) -> pd.DataFrame:
        """All rows."""
        return pd.concat(self.blocks)

    @property
    def names(self) -> list[str]:
        """What the groups are called, with their kinds where there are several."""
        called = zip(self.rows["group_name"], self.rows["kind"], strict=True)
        return [f"{kind_name(kind)}, {name}" if self.with_kinds else name for name, kind in called]


def screening_figure(run: Run, found: Sequence[Standing]) -> Figure:
    """A panel for each measure, a line for each group, effects on x: a dot is an actual effect, any other mark a
    prediction, and the bar beside it the proven interval of the actual effect.

    ``found`` are the ``standings`` of the run, at least one. Below the groups that go farthest stand those whose
    intervals come nearest, where groups were retrained.
    """
    panels = [_panel(run, own) for own in by_measure(found, MOST_PANELS)]
    levels = [level for level in run.manifest.levels if any((panel.rows["level"] == level).any() for panel in panels)]
    styles = _styles(run, levels)
    columns = min(2, len(panels))
    heights = [_ABOVE + _ROW * len(panel.rows) + _BELOW for panel in panels]
    lines = [max(heights[i : i + columns]) for i in range(0, len(panels), columns)]
    width = columns * (_NAMES + _PANEL) + (columns - 1) * _GAP + _RIGHT
    with matplotlib.style.context(["default", FIGURE_SETTINGS]):
        legend = Legend([kind_marker(style) for style in styles.values()], [style.name for style in styles.values()])
        foot = ["Bars: proven intervals of actual effects; paler ones have no end, or stop at the edge of the panel."]
        hidden = len(by_measure(found, len(found))) - len(panels)
        if hidden:
            foot.append(f"Not drawn: {counted(hidden, 'more measure')}; intervals.parquet has all.")
        figure, top = framed_page(width, sum(lines), _title(run), (facts_line(run),), foot, legend)
        for i, panel in enumerate(panels):
            row, column = divmod(i, columns)
            left = column * (_NAMES + _PANEL + _GAP) + _NAMES
            above = top + sum(lines[:row]) + _ABOVE
            ax = figure.add_axes(box(figure, left, above, _PANEL, _ROW * len(panel.rows)))
            _draw(ax, panel, styles)
    return figure


def write_screening_figure(run: Run, found: Sequence[Standing]) -> None:
    """Write figures/largest_effects.{png,svg}."""
    write_figure(run.path, STEM, screening_figure(run, found))


def _title(run: Run) -> str:
    if isinstance(run.manifest.retrain, TopGroups):
        return "The largest effects, and the groups that come next"
    return "The largest predicted effects, with proven intervals"


def _styles(run: Run, levels: Sequence[str]) -> dict[str, KindStyle]:
    """Of each level; the last one of a run that retrained is retraining."""
    predicted = method_styles(levels)
    return {level: ACTUAL_STYLE if level == run.retrained_level else predicted[level] for level in levels}


def _panel(run: Run, own: Sequence[Standing]) -> _Panel:
    first = own[0]
    on = panel_name(first.evaluation, first.test_point, test_point_names(run))
    heading = f"{evaluation_name(first.evaluation)}, {on}"
    blocks = [one.first.head(MOST_FIRST) for one in own]
    if run.has_actual:
        blocks.append(first.next.head(MOST_NEXT))
    several = run.groups["kind"].nunique() > 1
    return _Panel(heading, tuple(block for block in blocks if not block.empty), several)


def _draw(ax: Axes, panel: _Panel, styles: dict[str, KindStyle]) -> None:
    rows = panel.rows
    y = np.arange(len(rows), dtype=np.float64)
    low, high, value = (rows[name].to_numpy(dtype=np.float64) for name in ("low", "high", "prediction"))
    left, right = _limits(value)
    whole = (low >= left) & (high <= right)
    ax.axvline(0, color=GRID, linewidth=0.8, zorder=0)
    ends = np.cumsum([len(block) for block in panel.blocks])[:-1]
    for end in ends:
        ax.axhline(end - 0.5, color=QUIET, linewidth=0.6, linestyle=(0, (4, 3)), zorder=0)
    for level, style in styles.items():
        own = (rows["level"] == level).to_numpy()
        starts, stops = (np.clip(end, left, right) for end in (low, high))
        for bars, alpha in ((own & whole, _BAR), (own & ~whole, _OPEN)):
            ax.hlines(y[bars], starts[bars], stops[bars], style.colour, alpha=alpha, linewidth=_BAR_WIDTH)
        ax.plot(value[own], y[own], linestyle="", marker=style.marker, color=style.colour, markersize=4.0)
    ax.set_xlim(left, right)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    names = [shorten_to(drawable(name), SMALL, _NAMES - 0.2) for name in panel.names]
    ax.set_yticks(y, names, size=SMALL)
    ax.tick_params(axis="y", length=0)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 5, 10], min_n_ticks=2))
    ax.xaxis.set_major_formatter(PowerOfTen())
    ax.set_title(shorten_to(drawable(panel.heading), SIZE, _PANEL + 0.1), pad=8.0)
    ax.set_xlabel("Effect", labelpad=4.0)


def _limits(value: np.ndarray) -> tuple[float, float]:
    """From below the lowest mark, or 0, to above the highest."""
    known = value[np.isfinite(value)]
    low, high = float(known.min(initial=0.0)), float(known.max(initial=0.0))
    room = (_REACH - 1) * max(high, -low) or 1.0
    return low - room, high + room
