"""Small drawings inside table cells: values on a scale, as inline SVG that is as wide as its cell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from matplotlib.markers import MarkerStyle
from matplotlib.path import Path

from groupinf.reporting.html.parts.markup import Html, element
from groupinf.reporting.words.formats import ends
from groupinf.wording import number

# pixels, chosen by eye: the height for each of several values below one another, what is left above and below them, and
# the radius of a mark
_LANE, _EDGE = 11, 2
_RADIUS = 4.0
_INSET = 3.0  # per cent of the width left free at either end of a scale, so that marks at its ends are whole


@dataclass(frozen=True)
class Scale:
    """From ``low`` at the left edge to ``high`` at the right, by logarithms where ``logarithmic``; values outside
    stand at the edge. ``reference`` has a line of its own."""

    low: float
    high: float
    reference: float
    logarithmic: bool = False

    def place(self, value: float) -> float:
        """Where a value stands, in per cent of the width."""
        low, high = self._at(self.low), self._at(self.high)
        share = (self._at(value) - low) / (high - low)
        return _INSET + (100 - 2 * _INSET) * min(1.0, max(0.0, share))

    def _at(self, value: float) -> float:
        if not self.logarithmic:
            return value
        return math.log(value) if value > 0 else -math.inf


@dataclass(frozen=True)
class Mark:
    """One value with its interval (NaN: none), how it is drawn (a CSS class, a matplotlib marker), what it says."""

    value: float
    low: float
    high: float
    look: str
    marker: str
    words: str
    lane: int = 0


@dataclass(frozen=True)
class Bar:
    """A bar from the reference to where ``value`` is, and the ends of its interval (NaN: none)."""

    value: float
    low: float = math.nan
    high: float = math.nan

    @property
    def words(self) -> str:
        """What it says."""
        interval = f", 95 % interval {ends(self.low, self.high)}" if math.isfinite(self.low) else ""
        return f"actual {number(self.value)}{interval}"


def drawing(marks: Sequence[Mark], scale: Scale, bar: Bar | None = None) -> Html:
    """The marks on the scale, those of a higher lane below, over the ``bar``; undefined values are left out."""
    defined = [mark for mark in marks if math.isfinite(mark.value)]
    lanes = 1 + max((mark.lane for mark in marks), default=0)
    height = _LANE * lanes + 2 * _EDGE
    at = f"{scale.place(scale.reference):.1f}%"
    line = element("line", {"class": "reference", "x1": at, "x2": at, "y1": "0", "y2": f"{height}"})
    words = "; ".join([*([] if bar is None else [bar.words]), *(mark.words for mark in defined)]) or "undefined"
    attributes = {"class": "marks", "height": f"{height}", "role": "img", "aria-label": words}
    below = [] if bar is None else _bar(bar, scale, height, words)
    return element("svg", attributes, *below, line, *(part for mark in defined for part in _drawn(mark, scale)))


def _bar(bar: Bar, scale: Scale, height: int, words: str) -> list[Html]:
    left, right = sorted((scale.place(bar.value), scale.place(scale.reference)))
    place = {"x": f"{left:.2f}%", "width": f"{right - left:.2f}%", "y": f"{_EDGE}", "height": f"{height - 2 * _EDGE}"}
    drawn = element("rect", {"class": "bar", **place}, element("title", {}, words))
    if not math.isfinite(bar.low):
        return [drawn]
    reach = {"x1": f"{scale.place(bar.low):.2f}%", "x2": f"{scale.place(bar.high):.2f}%"}
    middle = f"{height / 2:g}"
    return [drawn, element("line", {"class": "bar-ends", **reach, "y1": middle, "y2": middle})]


def _drawn(mark: Mark, scale: Scale) -> list[Html]:
    y = _LANE * mark.lane + _LANE / 2 + _EDGE
    parts = []
    if math.isfinite(mark.low) and math.isfinite(mark.high):
        reach = {"x1": f"{scale.place(mark.low):.2f}%", "x2": f"{scale.place(mark.high):.2f}%"}
        parts.append(element("line", {"class": f"interval {mark.look}", **reach, "y1": f"{y:g}", "y2": f"{y:g}"}))
    place = {"x": f"{scale.place(mark.value):.2f}%", "y": f"{y:g}", "class": f"mark {mark.look}"}
    shape = element("path", {"d": marker_path(mark.marker)})
    parts.append(element("svg", {**place, "overflow": "visible"}, element("title", {}, mark.words), shape))
    return parts


def symbol(look: str, marker: str) -> Html:
    """One marker by itself, as a legend shows it."""
    shape = element("path", {"d": marker_path(marker)})
    attributes = {"class": f"symbol {look}", "viewBox": "-6 -6 12 12", "width": "14", "height": "14"}
    return element("svg", {**attributes, "aria-hidden": "true"}, shape)


@cache
def marker_path(marker: str) -> str:
    """A matplotlib marker around (0, 0) as the path of an SVG, of the size that the other markers have."""
    style = MarkerStyle(marker)
    path = style.get_path().transformed(style.get_transform())
    letters = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C"}
    parts = []
    for vertices, code in path.iter_segments(simplify=False):
        if code == Path.CLOSEPOLY:
            parts.append("Z")
        elif code in letters:
            pairs = [f"{sign * 2 * _RADIUS * v:.2f}" for sign, v in zip((1, -1) * 3, vertices, strict=False)]
            parts.append(letters[code] + " ".join(pairs))
    return "".join(parts)
