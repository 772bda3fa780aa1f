"""A panel of actual effects (x) against predicted ones (y), with the frame that the authors drew."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from groupinf.analysis.agreement import correlation, slope
from groupinf.reporting.drawing.axes import EffectAxis, set_axes
from groupinf.reporting.drawing.figures import ACTUAL_LABEL
from groupinf.reporting.drawing.panes import Pane
from groupinf.reporting.drawing.scatter import draw_points, write_above
from groupinf.reporting.liu_et_al.reading import RemovedRows, place_in_file
from groupinf.reporting.words.formats import coefficient, ratio
from groupinf.reporting.words.style import IDENTITY, QUIET, KindStyle
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted, listed, number

# of an axis, beyond its outermost point or the frame
_MARGIN = 1.06
_MOST_NAMED = 6
# above this many points an SVG holds them as images
_MOST_VECTOR_POINTS = 2000


@dataclass(frozen=True)
class Comparison:
    """Rows that were removed, and one prediction (n,) of it, drawn in ``styles`` by their labels or by ``kinds`` (n,).

    The authors' axes go from −``across`` to ``across`` and from −``up`` to ``up``, infinite where they are as long as
    need be. ``framed``: so do these, and rows outside are hidden; else all rows are shown, and the frame is drawn.
    ``factor``: by what the prediction is multiplied.
    """

    run: Run
    of: RemovedRows
    predicted: NDArray[np.float64]
    kinds: NDArray[np.object_]
    styles: Mapping[str, KindStyle]
    across: float
    up: float
    framed: bool = False
    factor: float = 1.0

    @property
    def drawn(self) -> NDArray[np.float64]:
        """What is on y."""
        return self.factor * self.predicted

    @property
    def outside(self) -> NDArray[np.bool_]:
        """Which rows are outside of the authors' frame."""
        return np.asarray((np.abs(self.of.actual) > self.across) | (np.abs(self.drawn) > self.up))

    @property
    def axes(self) -> tuple[EffectAxis, EffectAxis]:
        """Those of the panel."""
        return _axis(self.of.actual, self.across, self.framed), _axis(self.drawn, self.up, self.framed)


def comparison_pane(heading: str, of: Comparison) -> Pane:
    """The panel; r and slope of all rows stand above it and, where some are outside of the frame, r of the others."""
    return Pane(heading, ACTUAL_LABEL, _drawing(of))


def frame_words(across: float) -> str:
    """What dashes are, and the authors' axes."""
    return f"Dashed: predicted = actual. The authors' axes go from −{number(across)} to {number(across)}."


def outside_words(comparisons: Sequence[Comparison]) -> list[str]:
    """Which rows are outside of the frame in any panel, in a sentence; none where none is."""
    found = [of for of in comparisons if of.outside.any()]
    if not found:
        return []
    rows = sorted({int(row) for of in found for row in of.of.rows[of.outside]})
    named = [place_in_file(found[0].run, row) for row in rows[:_MOST_NAMED]]
    more = [counted(len(rows) - _MOST_NAMED, "other")] if len(rows) > _MOST_NAMED else []
    what = "Hidden, as by the authors" if found[0].framed else "Outside of the authors' axes, which thin lines frame"
    return [f"{what}: {listed([*named, *more])}. In brackets r without them."]


def _axis(values: NDArray[np.float64], frame: float, framed: bool) -> EffectAxis:
    reach = _MARGIN * float(np.abs(values).max(initial=0.0))
    half = reach if np.isinf(frame) else frame if framed else max(_MARGIN * frame, reach)
    return EffectAxis(-half, half)


def _drawing(of: Comparison) -> Callable[[Axes], None]:
    actual, drawn = of.of.actual, of.drawn
    across, up = of.axes

    def draw(ax: Axes) -> None:
        ax.plot(across.limits, across.limits, color=IDENTITY, linewidth=1.0, linestyle="--", zorder=0.5)
        shown = ~of.outside | (not of.framed)
        rasterized = actual.size > _MOST_VECTOR_POINTS
        draw_points(ax, actual[shown], drawn[shown], of.kinds[shown], of.styles, rasterized)
        if not of.framed:
            half = min(of.up, up.high)
            ax.add_patch(Rectangle((-of.across, -half), 2 * of.across, 2 * half, fill=False, ec=QUIET, lw=0.6))
        set_axes(ax, across, up)
        ax.set_box_aspect(1.0)
        write_above(ax, _agreement_words(of))

    return draw


def _agreement_words(of: Comparison) -> str:
    inside = ~of.outside
    words = f"r {_pearson(of.drawn, of.of.actual)}, slope {ratio(float(slope(of.drawn, of.of.actual)))}"
    if inside.all():
        return words
    outside = f"{int(np.count_nonzero(~inside)):,} {'hidden' if of.framed else 'outside'}"
    return f"{words} · {outside} ({_pearson(of.drawn[inside], of.of.actual[inside])})"


def _pearson(predicted: NDArray[np.float64], actual: NDArray[np.float64]) -> str:
    return coefficient(float(correlation(predicted, actual)))
