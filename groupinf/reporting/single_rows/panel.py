"""A square panel of actual effects (x) against predicted ones (y), with the frame that the authors drew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from groupinf.reporting.drawing.axes import EffectAxis, set_axes
from groupinf.reporting.drawing.figures import ACTUAL_LABEL, MOST_VECTOR_POINTS
from groupinf.reporting.drawing.panes import Pane
from groupinf.reporting.drawing.scatter import draw_points, write_above
from groupinf.reporting.single_rows.comparison import Comparison
from groupinf.reporting.single_rows.removed import RemovedRows, place_in_file
from groupinf.reporting.words.style import IDENTITY, QUIET, KindStyle
from groupinf.wording import counted, listed, number

# of an axis, beyond its outermost point or the frame
_MARGIN = 1.06
_MOST_NAMED = 6

Both = tuple[EffectAxis, EffectAxis]


@dataclass(frozen=True)
class Frame:
    """The authors' axes, from −``across`` to ``across`` and from −``up`` to ``up``, which is infinite where that of
    predictions is as long as need be.
    """

    across: float
    up: float

    def outside(self, of: Comparison) -> NDArray[np.bool_]:
        """Which rows are outside of it: (n,)."""
        return np.asarray((np.abs(of.actual) > self.across) | (np.abs(of.predicted) > self.up))

    def axes(self, of: Comparison) -> Both:
        """Those of the authors."""
        endless = _reach(of.predicted) or self.across
        return _to(self.across), _to(self.up if np.isfinite(self.up) else endless)

    def axes_around(self, of: Comparison) -> Both:
        """Axes that hold the frame and every row."""
        across, up = self.axes(of)
        return _around(across, of.actual), up if np.isinf(self.up) else _around(up, of.predicted)


def _to(half: float) -> EffectAxis:
    return EffectAxis(-half, half)


def _reach(values: NDArray[np.float64]) -> float:
    return _MARGIN * float(np.abs(values).max(initial=0.0))


def _around(axis: EffectAxis, values: NDArray[np.float64]) -> EffectAxis:
    return _to(max(_MARGIN * axis.high, _reach(values)))


@dataclass(frozen=True)
class Looks:
    """In which of the ``styles`` each row is drawn, by ``kinds`` (n,), and the line style of the diagonal."""

    kinds: NDArray[np.object_]
    styles: Mapping[str, KindStyle]
    diagonal: str = "-"

    @classmethod
    def alike(cls, style: KindStyle, rows: int, diagonal: str = "-") -> Looks:
        """The same style for all of so many rows."""
        return cls(np.full(rows, style.name, dtype=object), {style.name: style}, diagonal)


@dataclass(frozen=True)
class ComparisonPanel:
    """A comparison of rows that were removed, drawn on ``axes``: rows outside of these are hidden, and where they are
    longer than the frame it is drawn.
    """

    rows: RemovedRows
    of: Comparison
    frame: Frame
    axes: Both
    looks: Looks

    @property
    def outside(self) -> NDArray[np.bool_]:
        """Which rows are outside of the frame."""
        return self.frame.outside(self.of)

    @property
    def hidden(self) -> NDArray[np.bool_]:
        """Which rows are outside of the axes."""
        across, up = self.axes
        return ~(across.contains(self.of.actual) & up.contains(self.of.predicted))


def comparison_pane(heading: str, panel: ComparisonPanel, words: str, ticks: Sequence[float] = ()) -> Pane:
    """The panel with words above it, and ticks on the authors' axes where these are not those of any axis."""
    return Pane(heading, ACTUAL_LABEL, partial(_draw, panel=panel, words=words, ticks=ticks))


def outside_words(panels: Iterable[ComparisonPanel]) -> list[str]:
    """Which rows are outside of the frame in any panel, in a sentence; none where none is."""
    found = [panel for panel in panels if panel.outside.any()]
    if not found:
        return []
    rows = sorted({int(row) for panel in found for row in panel.rows.rows[panel.outside]})
    named = [place_in_file(found[0].rows.run, row) for row in rows[:_MOST_NAMED]]
    more = [counted(len(rows) - _MOST_NAMED, "other")] if len(rows) > _MOST_NAMED else []
    hidden = any(panel.hidden.any() for panel in found)
    what = "Hidden, outside of the authors' axes" if hidden else "Outside of the authors' axes, which thin lines frame"
    return [f"{what}: {listed([*named, *more])}."]


def _draw(ax: Axes, panel: ComparisonPanel, words: str, ticks: Sequence[float]) -> None:
    (across, up), of, looks = panel.axes, panel.of, panel.looks
    ax.plot(across.limits, across.limits, color=IDENTITY, linewidth=1.0, linestyle=looks.diagonal, zorder=0.5)
    seen = ~panel.hidden
    rasterized = of.actual.size > MOST_VECTOR_POINTS
    draw_points(ax, of.actual[seen], of.predicted[seen], looks.kinds[seen], looks.styles, rasterized)
    if panel.axes != panel.frame.axes(of):
        half, height = panel.frame.across, min(panel.frame.up, up.high)
        ax.add_patch(Rectangle((-half, -height), 2 * half, 2 * height, fill=False, ec=QUIET, lw=0.6))
    set_axes(ax, across, up)
    if ticks:
        labels = [number(tick) for tick in ticks]
        ax.set_xticks(ticks, labels)
        if np.isfinite(panel.frame.up):
            ax.set_yticks(ticks, labels)
    ax.set_box_aspect(1.0)
    write_above(ax, words)
