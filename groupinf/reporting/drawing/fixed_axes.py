"""Axes whose ticks are fixed: matplotlib's own, drawn without looking several times for ticks and for room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.axis import Axis, XAxis, YAxis
from matplotlib.backend_bases import RendererBase
from matplotlib.lines import Line2D
from matplotlib.markers import TICKDOWN, TICKLEFT
from matplotlib.text import Text
from matplotlib.transforms import Bbox, Transform

_POINTS_PER_INCH = 72


class FixedAxes(Axes):
    """Axes with ticks below and on the left, out of the box, whose locators name places on the axis alone.

    What is asked of them and set is matplotlib's, and so is what they look like.
    """

    def _init_axis(self) -> None:
        self.xaxis, self.yaxis = _Across(self, clear=False), _Up(self, clear=False)
        for axis, sides in ((self.xaxis, ("bottom", "top")), (self.yaxis, ("left", "right"))):
            for side in sides:
                self.spines[side].register_axis(axis)


class _Across(XAxis):
    def draw(self, renderer: RendererBase) -> None:
        axes = self.axes
        where = axes.get_xaxis_text1_transform(_pad("xtick"))
        extents = _draw_ticks(
            self, renderer, "xtick", TICKDOWN, axes.get_xaxis_transform("tick1"), where, lambda place: (place, 0.0)
        )
        below = min((extent.y0 for extent in extents), default=axes.bbox.y0)
        self.label.set_y(below - _pixels(self, self.labelpad))
        self.offsetText.set_y(below - _pixels(self, self.OFFSETTEXTPAD))
        _draw_words(self, renderer)


class _Up(YAxis):
    def draw(self, renderer: RendererBase) -> None:
        axes = self.axes
        where = axes.get_yaxis_text1_transform(_pad("ytick"))
        extents = _draw_ticks(
            self, renderer, "ytick", TICKLEFT, axes.get_yaxis_transform("tick1"), where, lambda place: (0.0, place)
        )
        beside = min((extent.x0 for extent in extents), default=axes.bbox.x0)
        self.label.set_x(beside - _pixels(self, self.labelpad))
        self.offsetText.set_y(axes.bbox.y1 + _pixels(self, self.OFFSETTEXTPAD))
        _draw_words(self, renderer)


def _draw_ticks(
    axis: Axis,
    renderer: RendererBase,
    settings: str,
    marker: Any,
    at_edge: Transform,
    where: tuple[Transform, Any, Any],
    point: Callable[[float], tuple[float, float]],
) -> list[Bbox]:
    """Draw the ticks as one line of markers, and their labels; what room each takes, where anything depends on that.

    ``point`` gives where on the edge a place of the axis is, in the coordinates of ``at_edge``.
    """
    rc: Any = matplotlib.rcParams
    figure, places = axis.get_figure(), [float(place) for place in axis.get_majorticklocs()]
    assert figure is not None
    for kind, of_kind in (("major", places), ("minor", axis.get_minorticklocs())):
        x, y = zip(*map(point, of_kind), strict=True) if len(of_kind) else ((), ())
        ticks = Line2D(
            x,
            y,
            linestyle="",
            marker=marker,
            color=rc[f"{settings}.color"],
            markersize=rc[f"{settings}.{kind}.size"],
            markeredgewidth=rc[f"{settings}.{kind}.width"],
            transform=at_edge,
        )
        ticks.set_figure(figure)
        ticks.draw(renderer)
    transform, vertical, horizontal = where
    extents = []
    for place, label in zip(places, axis.get_major_formatter().format_ticks(places), strict=True):
        text = Text(
            *point(place),
            label,
            size=rc[f"{settings}.labelsize"],
            color=rc[f"{settings}.color"],
            va=vertical,
            ha=horizontal,
            transform=transform,
        )
        text.set_figure(figure)
        text.draw(renderer)
        if axis.get_label_text() or axis.get_major_formatter().get_offset():
            extents.append(text.get_window_extent(renderer))
    return extents


def _draw_words(axis: Axis, renderer: RendererBase) -> None:
    axis.label.draw(renderer)
    axis.get_offset_text().set_text(axis.get_major_formatter().get_offset())
    axis.get_offset_text().draw(renderer)


def _pad(settings: str) -> float:
    """Points between the axes and the labels of the ticks."""
    rc: Any = matplotlib.rcParams
    return float(rc[f"{settings}.major.size"] + rc[f"{settings}.major.pad"])


def _pixels(axis: Axis, points: float) -> float:
    figure = axis.get_figure()
    assert figure is not None
    return points * figure.dpi / _POINTS_PER_INCH
