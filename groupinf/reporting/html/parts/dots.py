"""A scatter of many points as inline SVG: thousands of dots, of which some are singled out and say what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groupinf.reporting.drawing.axes import EffectAxis, axis_of_all, linear_axis
from groupinf.reporting.html.parts.marks import symbol
from groupinf.reporting.html.parts.markup import Html, element
from groupinf.wording import number

Array = NDArray[np.float64]

# units of the drawing, which a wide window shows as so many pixels; what is left for ticks and labels
_WIDTH, _HEIGHT = 440.0, 300.0
_LEFT, _RIGHT, _ABOVE, _BELOW = 64.0, 10.0, 10.0, 44.0
_TICK = 4.0
# so many characters of a label take about the distance between ticks across
_CHARACTER = 7.0


@dataclass(frozen=True)
class Dots:
    """Points of one look: a CSS class that has its colour, and squares where they are not round."""

    name: str
    css: str
    x: Array
    y: Array
    square: bool = False


@dataclass(frozen=True)
class Singled:
    """A point that is drawn larger, in the look of its dots, and what it says."""

    x: float
    y: float
    css: str
    words: str


@dataclass(frozen=True)
class Scatter:
    """What is drawn; ``diagonal``: y is a prediction of x, and both axes are alike."""

    dots: Sequence[Dots]
    singled: Sequence[Singled]
    x_label: str
    y_label: str
    diagonal: bool = False


def scatter(of: Scatter, words: str) -> Html:
    """The drawing with its legend; ``words`` tell what it shows. It has one point or more."""
    x, y = (np.concatenate([getattr(dots, axis) for dots in of.dots]) for axis in ("x", "y"))
    up = axis_of_all(x, y) if of.diagonal else axis_of_all(y)
    across = up if of.diagonal else linear_axis(x)
    parts = [
        *_frame(across, up, of),
        *(_path(dots, across, up) for dots in of.dots if dots.x.size),
        *(_single(one, across, up) for one in of.singled),
    ]
    about = {"class": "dots", "viewBox": f"0 0 {_WIDTH:g} {_HEIGHT:g}", "role": "img", "aria-label": words}
    named = [element("li", {}, symbol(dots.css, "s" if dots.square else "o"), dots.name) for dots in of.dots]
    legend = [element("ul", {"class": "legend"}, *named)] if len(named) > 1 else []
    return element("div", {"class": "scatter"}, *legend, element("svg", about, *parts))


def _places(axis: EffectAxis, values: Array, start: float, end: float) -> Array:
    return np.asarray(start + (end - start) * axis.fractions(values))


def _across(axis: EffectAxis, values: Array) -> Array:
    return _places(axis, values, _LEFT, _WIDTH - _RIGHT)


def _up(axis: EffectAxis, values: Array) -> Array:
    return _places(axis, values, _HEIGHT - _BELOW, _ABOVE)


def _path(dots: Dots, across: EffectAxis, up: EffectAxis) -> Html:
    """All of them as one path of lines without length, whose caps are the dots."""
    places = np.round(np.column_stack([_across(across, dots.x), _up(up, dots.y)]), 1)
    steps = "".join(f"M{x:g} {y:g}h0" for x, y in np.unique(places, axis=0))
    return element("path", {"class": f"{'square ' if dots.square else ''}many {dots.css}", "d": steps})


def _single(one: Singled, across: EffectAxis, up: EffectAxis) -> Html:
    x, y = _across(across, np.array([one.x]))[0], _up(up, np.array([one.y]))[0]
    place = {"class": f"singled {one.css}", "cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": "4.5"}
    return element("circle", place, element("title", {}, one.words))


def _frame(across: EffectAxis, up: EffectAxis, of: Scatter) -> list[Html]:
    """Lines at 0, the diagonal, ticks and labels."""
    left, right, top, bottom = _LEFT, _WIDTH - _RIGHT, _ABOVE, _HEIGHT - _BELOW
    parts = [_line("axis", left, bottom, right, bottom), _line("axis", left, top, left, bottom)]
    for axis, place, zero in ((up, _up, False), (across, _across, True)):
        if axis.low < 0.0 < axis.high:
            at = float(place(axis, np.zeros(1))[0])
            parts.append(_line("zero", at, top, at, bottom) if zero else _line("zero", left, at, right, at))
    if of.diagonal:
        parts.append(_line("reference", left, bottom, right, top))
    for value, label in _apart(across):
        at = float(_across(across, np.array([value]))[0])
        parts += [_line("axis", at, bottom, at, bottom + _TICK), _text(at, bottom + 17, label, "middle")]
    for value, label in up.ticks_apart(_HEIGHT - _ABOVE - _BELOW, lambda _: 16.0):
        at = float(_up(up, np.array([value]))[0])
        parts += [_line("axis", left - _TICK, at, left, at), _text(left - 7, at + 4, _label(value, label, up), "end")]
    parts.append(_text((left + right) / 2, _HEIGHT - 6, of.x_label, "middle"))
    turned = {"transform": f"translate(12 {(top + bottom) / 2:g}) rotate(-90)", "text-anchor": "middle"}
    return [*parts, element("text", turned, of.y_label)]


def _apart(axis: EffectAxis) -> list[tuple[float, str]]:
    """The ticks across whose labels have room, each with its label."""
    every = [(value, _label(value, label, axis)) for value, label in axis.ticks()]
    wide = max((len(label) for _, label in every), default=0) * _CHARACTER
    kept = axis.ticks_apart(_WIDTH - _LEFT - _RIGHT, lambda _: wide)
    return [(value, label) for value, label in every if value in {place for place, _ in kept}]


def _label(value: float, label: str, axis: EffectAxis) -> str:
    """Ticks of a linear axis say their whole value."""
    return label if axis.linear_to is not None else number(value)


def _line(look: str, x1: float, y1: float, x2: float, y2: float) -> Html:
    ends = zip(("x1", "y1", "x2", "y2"), (x1, y1, x2, y2), strict=True)
    return element("line", {"class": look, **{key: f"{round(value, 1):g}" for key, value in ends}})


def _text(x: float, y: float, words: str, anchor: str) -> Html:
    return element("text", {"x": f"{round(x, 1):g}", "y": f"{round(y, 1):g}", "text-anchor": anchor}, words)


def thinned(y: Array, most: int) -> NDArray[np.int64]:
    """Places of at most ``most`` of the values y (n,): half of them the largest |y|, the others at even steps through
    the rest in their order.
    """
    if y.size <= most:
        return np.arange(y.size)
    order = np.argsort(-np.abs(y), kind="stable")
    largest, others = order[: most // 2], np.sort(order[most // 2 :])
    steps = np.linspace(0, others.size - 1, most - largest.size).astype(np.int64)
    return np.sort(np.concatenate([largest, others[steps]]))
