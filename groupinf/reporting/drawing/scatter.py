"""One scatter panel: predicted against actual effects of groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.markers import MarkerStyle
from matplotlib.transforms import IdentityTransform
from numpy.typing import NDArray

from groupinf.reporting.drawing.axes import AxisRule, EffectAxis, axis_of_all, label_width, set_axes
from groupinf.reporting.words.formats import coefficient
from groupinf.reporting.words.style import GRID, IDENTITY, SMALL, KindStyle

# sizes, here and below, were chosen by eye
ALPHA = 0.8
_POINT_AREA = 16  # square points
_USUAL_LABEL = 0.36  # inches: of a label such as −0.02
POINT_EDGE = 0.25  # width of the white edge, which tells points apart where they crowd
_ABOVE = 15.0  # points between the axes and the line on ρ: room for the power of ten at the end of the y axis


@dataclass(frozen=True)
class Panel:
    """Predicted and actual effects (G,) of all groups for one evaluation and test point.

    ``to_scale``: they are in the same units; else only the order of the predicted ones means anything. ``rule`` gives
    the axis of values that are drawn along it.
    """

    evaluation: str
    test_point: int
    predicted: NDArray[np.float64]
    actual: NDArray[np.float64]
    spearman: float
    to_scale: bool = True
    rule: AxisRule = axis_of_all

    @cached_property
    def axes(self) -> tuple[EffectAxis, EffectAxis]:
        """The x axis, of actual effects, and the y axis, of predicted ones; the same where effects are to scale."""
        if self.to_scale:
            both = self.rule(self.predicted, self.actual)
            return both, both
        return self.rule(self.actual), self.rule(self.predicted)

    @cached_property
    def inside(self) -> NDArray[np.bool_]:
        """Which groups lie within the axes."""
        across, up = self.axes
        return across.contains(self.actual) & up.contains(self.predicted)

    @property
    def hidden(self) -> int:
        """How many groups lie outside the axes."""
        return int(np.count_nonzero(~self.inside))


def tick_room(panels: Sequence[Panel]) -> float:
    """Inches between panels that labels at their ticks need beyond what the usual ones do."""
    widest = max((label_width(axis) for panel in panels for axis in panel.axes), default=0.0)
    return 1.7 * max(0.0, widest - _USUAL_LABEL)  # half a label stands beside the panel at its x axis, too


def count_styles(kinds: NDArray[np.object_], styles: Mapping[str, KindStyle]) -> dict[KindStyle, int]:
    """Number of groups drawn in each style, in the order of the styles."""
    counts: Counter[KindStyle] = Counter()
    for kind, number in Counter(kinds.tolist()).items():
        counts[styles[kind]] += number
    return {style: counts[style] for style in dict.fromkeys(styles.values())}


def draw_panel(
    ax: Axes, panel: Panel, kinds: NDArray[np.object_], styles: Mapping[str, KindStyle], rasterized: bool = False
) -> None:
    """Draw a point per group, its actual effect on x and the predicted one on y, and, to scale, the diagonal.

    Above the axes stand ρ and how many groups are hidden.

    ``kinds`` (G,) names the kind of each group. Kinds with fewer groups are drawn over those with more.
    """
    across, up = panel.axes
    if panel.to_scale:
        ax.plot(across.limits, up.limits, color=IDENTITY, linewidth=1.0, zorder=0.5)
    inside = panel.inside
    shown = panel.actual[inside], panel.predicted[inside], kinds[inside]
    words = f"ρ = {coefficient(panel.spearman)}" + (f" · {panel.hidden:,} hidden" if panel.hidden else "")
    draw_square(ax, *shown, styles, panel.axes, words, rasterized)


def draw_square(
    ax: Axes,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    kinds: NDArray[np.object_],
    styles: Mapping[str, KindStyle],
    axes: tuple[EffectAxis, EffectAxis],
    words: str,
    rasterized: bool = False,
) -> None:
    """Points as ``draw_points`` has them on square axes, with lines at 0 and words above."""
    ax.axhline(0, color=GRID, linewidth=0.6, zorder=0)
    ax.axvline(0, color=GRID, linewidth=0.6, zorder=0)
    draw_points(ax, x, y, kinds, styles, rasterized)
    set_axes(ax, *axes)
    ax.set_box_aspect(1.0)
    write_above(ax, words)


def evenly(along: NDArray[np.float64], most: int) -> NDArray[np.intp]:
    """Places of all values, or of at most so many: those nearest to so many points evenly from the least to the last.

    >>> evenly(np.array([3.0, 0.1, 0.0, 10.0, 5.2]), 3), evenly(np.array([2.0, 1.0]), 3)
    (array([2, 4, 3]), array([1, 0]))
    """
    order = np.argsort(along, kind="stable")
    if order.size <= most:
        return order
    ordered = along[order]
    points = np.linspace(ordered[0], ordered[-1], most)
    right = np.clip(np.searchsorted(ordered, points), 1, order.size - 1)
    nearer = points - ordered[right - 1] <= ordered[right] - points
    return np.asarray(order[np.unique(right - nearer)])


def write_above(ax: Axes, text: str) -> None:
    """A small line between the axes and their title."""
    ax.annotate(
        text,
        xy=(0.5, 1.0),
        xycoords="axes fraction",
        xytext=(0.0, _ABOVE),
        textcoords="offset points",
        ha="center",
        va="baseline",
        size=SMALL,
    )


def draw_points(
    ax: Axes,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    kinds: NDArray[np.object_],
    styles: Mapping[str, KindStyle],
    rasterized: bool = False,
) -> None:
    """A point (x, y) for each group (G,) in the style of its kind; those of kinds with fewer groups are drawn later."""
    counts = count_styles(kinds, styles)
    drawn = sorted(counts, key=counts.__getitem__, reverse=True)
    position = {kind: drawn.index(style) for kind, style in styles.items()}
    position_of = np.array([position[kind] for kind in kinds], dtype=np.intp)
    for i, style in enumerate(drawn):
        of_style = position_of == i
        outline = MarkerStyle(style.marker)
        points = PathCollection(
            [outline.get_path().transformed(outline.get_transform())],
            sizes=[_POINT_AREA],
            offsets=np.column_stack([x[of_style], y[of_style]]),
            offset_transform=ax.transData,
            facecolors=style.colour,
            edgecolors="white",
            alpha=ALPHA,
            linewidths=POINT_EDGE,
            zorder=1 + 0.4 * (i + 1) / len(drawn),  # below ticks and axes, so that rasterized points make one image
            rasterized=rasterized,
        )
        points.set_transform(IdentityTransform())
        ax.add_collection(points, autolim=False)  # unlike ax.scatter, which looks at each point several times
