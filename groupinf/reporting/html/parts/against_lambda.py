"""What changes with λ as inline SVGs: a panel for each statistic of an evaluation, a line for each prediction."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from groupinf.reporting.html.parts.marks import Scale, marker_path
from groupinf.reporting.html.parts.markup import Content, Html, element
from groupinf.reporting.html.parts.scales import rho_scale
from groupinf.reporting.words.entries import Entry, Look, Looks
from groupinf.reporting.words.formats import coefficient, percent, ratio
from groupinf.reporting.words.style import KindStyle
from groupinf.wording import number, power_of_ten

# units of the drawing, which is as wide as its place
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BELOW = 340, 250, 48, 14, 10, 38
_STEPS = 5
_APART = 5  # between the marks of two predictions at one λ/n
_MOST_TICKS = 6
# what a logarithmic axis of slopes may be labelled with, times powers of ten
_ROUND = (1.0, 2.0, 5.0)
_MOST_ROUND = 8
# one test point among many may have a slope a thousand times that of the others, of which nothing would be seen
_FARTHEST = 3.0

_FITS = {
    "train": Look(KindStyle("training rows", "#8c8c8c", "o"), "plain"),
    "test": Look(KindStyle("test rows", "#1a1a1a", "s"), "dark"),
}


@dataclass(frozen=True)
class Value:
    """A statistic at one λ/n: its median over test points, the lowest and the highest."""

    lam_over_n: float
    median: float
    least: float
    most: float


Lines = Mapping[Look, Sequence[Value]]


@dataclass(frozen=True)
class UpAxis:
    """The scale of a panel with its labels; ``reference`` says whether the scale's own has a line."""

    scale: Scale
    labels: Sequence[tuple[float, str]]
    reference: bool = False


@dataclass(frozen=True)
class Drawn:
    """A statistic that is drawn: the column that :func:`extents` has it in, what it is called, and its axis."""

    column: str
    title: str
    written: Callable[[float], str]
    axis_of: Callable[[Sequence[Value]], UpAxis]


def rho_axis(values: Sequence[Value]) -> UpAxis:
    """Up to 1, from below the lowest value."""
    return _even(rho_scale([value.least for value in values]), lambda value: number(value, 4))


def share_axis(values: Sequence[Value]) -> UpAxis:
    """From none to all."""
    return _even(Scale(0.0, 1.0, 1.0), percent)


def slope_axis(values: Sequence[Value]) -> UpAxis:
    """Logarithmic, with a line at 1, from a round number to another that hold all medians.

    They hold the lowest and highest test points as well, as far as these are within a factor of _FARTHEST of all
    medians; slopes of 0 or below stand at the foot.
    """
    medians = [value.median for value in values if value.median > 0]
    lowest, highest = min([0.99, *medians]), max([1.01, *medians])
    low = min([lowest, *(value.least for value in values if value.least > lowest / _FARTHEST)])
    high = max([highest, *(value.most for value in values if value.most < highest * _FARTHEST)])
    powers = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 2)
    round_numbers = [digit * 10.0**power for power in powers for digit in _ROUND]
    first = max(value for value in round_numbers if value <= low)
    last = min(value for value in round_numbers if value >= high)
    inside = [value for value in round_numbers if first <= value <= last]
    if len(inside) > _MOST_ROUND:
        inside = [value for value in inside if math.isclose(math.log10(value) % 1, 0, abs_tol=1e-9)]
    return UpAxis(Scale(first, last, 1.0, logarithmic=True), [(v, number(v)) for v in inside], reference=True)


def _even(scale: Scale, written: Callable[[float], str]) -> UpAxis:
    steps = [scale.low + (scale.high - scale.low) * i / _STEPS for i in range(_STEPS + 1)]
    return UpAxis(scale, [(value, written(value)) for value in steps])


STATISTICS = (
    Drawn("spearman", "ρ", coefficient, rho_axis),
    Drawn("slope", "Slope (actual ÷ predicted)", ratio, slope_axis),
    Drawn("underestimated", "Share too small", percent, share_axis),
)


def is_series(entries: Sequence[Entry]) -> bool:
    """Whether the runs are one study on one dataset, each at a λ/n of its own."""
    studies = {(entry.run.manifest.name, entry.run.manifest.dataset) for entry in entries}
    return len(entries) > 1 and len(studies) == 1 and len({_lam(entry) for entry in entries}) == len(entries)


def statistic_panels(entries: Sequence[Entry], looks: Looks, evaluation: str) -> list[Html]:
    """A panel for each of the STATISTICS that an evaluation has; ``entries`` are a series."""
    panels = []
    for drawn in STATISTICS:
        lines = _values(entries, looks, evaluation, drawn.column)
        values = [value for line in lines.values() for value in line]
        if values:
            panels.append(_panel(drawn.title, drawn.written, drawn.axis_of(values), lines, entries))
    return panels


def fit_panel(entries: Sequence[Entry]) -> Html:
    """How well the models fit: accuracy on training and test rows, of regression the mean losses."""
    about = [(_lam(entry), entry.run.manifest) for entry in sorted(entries, key=_lam)]
    accuracies = [(lam, manifest.accuracies) for lam, manifest in about if manifest.accuracies is not None]
    if accuracies:
        title, written, pairs = "Accuracy", lambda value: percent(value, 1), accuracies
    else:
        title, written = "Mean loss", lambda value: number(value, 3)
        pairs = [(lam, (manifest.train_loss, manifest.test_loss)) for lam, manifest in about]
    lines = {
        look: [Value(lam, both[i], both[i], both[i]) for lam, both in pairs] for i, look in enumerate(_FITS.values())
    }
    ends = [value for _, both in pairs for value in both]
    margin = 0.05 * (max(ends) - min(ends)) or 0.01 * max(ends) or 1.0
    scale = Scale(min(ends) - margin, max(ends) + margin, 1.0)
    return _panel(title, written, _even(scale, written), lines, entries, named=True)


def _lam(entry: Entry) -> float:
    return float(entry.run.manifest.lam_over_n)


def _values(entries: Sequence[Entry], looks: Looks, evaluation: str, column: str) -> dict[Look, list[Value]]:
    """Of each method its values by rising λ/n; undefined ones are left out."""
    lines: dict[str, list[Value]] = {method: [] for method in looks.methods}
    for entry in sorted(entries, key=_lam):
        for row in entry.extents.to_dict("records"):
            ends = [float(row[f"{column}_{end}"]) for end in ("median", "least", "most")]
            if row["evaluation"] == evaluation and math.isfinite(ends[0]):
                lines[row["method"]].append(Value(_lam(entry), *ends))
    return {looks.methods[method]: line for method, line in lines.items() if line}


def _panel(
    title: str,
    written: Callable[[float], str],
    up: UpAxis,
    lines: Lines,
    entries: Sequence[Entry],
    named: bool = False,
) -> Html:
    """The panel; ``named`` says in its title what its lines are."""
    lams = sorted(map(_lam, entries))
    across = Scale(lams[0], lams[-1], 1.0, logarithmic=True)
    drawn = [
        part
        for i, (look, line) in enumerate(lines.items())
        for part in _line(title, line, look, across, up.scale, _APART * (i - (len(lines) - 1) / 2), written)
    ]
    told = "; ".join(
        f"{look.style.name}: " + ", ".join(f"{written(value.median)} at {number(value.lam_over_n)}" for value in line)
        for look, line in lines.items()
    )
    attributes = {
        "viewBox": f"0 0 {_WIDTH} {_HEIGHT}",
        "role": "img",
        "aria-label": f"{title} against λ/n. {told}",
        "style": "width:100%;height:auto;font-size:11px",
    }
    svg = element("svg", attributes, *_axes(across, up, lams), *drawn)
    words = [part for look in lines for part in (" ", _key(look), f" {look.style.name}")] if named else []
    caption = element("figcaption", {}, element("strong", {}, title), *words)
    return element("figure", {}, caption, svg)


def _key(look: Look) -> Content:
    shape = element("path", {"d": marker_path(look.style.marker)})
    attributes = {"class": f"symbol {look.css}", "viewBox": "-6 -6 12 12", "width": "14", "height": "14"}
    return element("svg", {**attributes, "aria-hidden": "true"}, shape)


def _x(lam_over_n: float, across: Scale) -> float:
    return _LEFT + across.place(lam_over_n) / 100 * (_WIDTH - _LEFT - _RIGHT)


def _y(value: float, up: Scale) -> float:
    return _HEIGHT - _BELOW - up.place(value) / 100 * (_HEIGHT - _TOP - _BELOW)


def _axes(across: Scale, up: UpAxis, lams: Sequence[float]) -> list[Html]:
    bottom, right = _HEIGHT - _BELOW, _WIDTH - _RIGHT
    parts = []
    for value, label in up.labels:
        y = f"{_y(value, up.scale):.1f}"
        parts.append(_stroke({"x1": f"{_LEFT}", "x2": f"{right}", "y1": y, "y2": y}, "--rule"))
        parts.append(_text({"x": f"{_LEFT - 6}", "y": y, "text-anchor": "end", "dominant-baseline": "middle"}, label))
    if up.reference:
        y = f"{_y(up.scale.reference, up.scale):.1f}"
        parts.append(element("line", {"class": "reference", "x1": f"{_LEFT}", "x2": f"{right}", "y1": y, "y2": y}))
    for lam, label in _ticks(lams):
        x = f"{_x(lam, across):.1f}"
        parts.append(_stroke({"x1": x, "x2": x, "y1": f"{bottom}", "y2": f"{bottom + 4}"}, "--line"))
        parts.append(_text({"x": x, "y": f"{bottom + 16}", "text-anchor": "middle"}, label))
    middle = f"{(_LEFT + right) / 2:.0f}"
    parts.append(_text({"x": middle, "y": f"{_HEIGHT - 6}", "text-anchor": "middle"}, "λ/n, logarithmic"))
    return parts


def _ticks(lams: Sequence[float]) -> list[tuple[float, str]]:
    """Powers of ten in reach, every second or further one where there are many; else the ends of the series."""
    low, high = math.ceil(math.log10(lams[0]) - 1e-9), math.floor(math.log10(lams[-1]) + 1e-9)
    powers = range(low, high + 1)
    if len(powers) < 2:
        return [(lam, number(lam)) for lam in (lams[0], lams[-1])]
    return [(10.0**power, power_of_ten(power)) for power in powers[:: -(-len(powers) // _MOST_TICKS)]]


def _line(
    title: str,
    line: Sequence[Value],
    look: Look,
    across: Scale,
    up: Scale,
    shift: float,
    written: Callable[[float], str],
) -> list[Html]:
    places = [(_x(v.lam_over_n, across) + shift, _y(v.median, up)) for v in line]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    style = "fill:none;stroke:var(--ink);stroke-width:1.5"
    parts = [element("polyline", {"class": look.css, "points": points, "style": style})]
    for value, (x, y) in zip(line, places, strict=True):
        words = f"{look.style.name} at λ/n = {number(value.lam_over_n)}: {title} {written(value.median)}"
        ends = {"y1": f"{_y(value.least, up):.1f}", "y2": f"{_y(value.most, up):.1f}"}
        parts.append(element("line", {"class": f"interval {look.css}", "x1": f"{x:.1f}", "x2": f"{x:.1f}", **ends}))
        place = {"x": f"{x:.1f}", "y": f"{y:.1f}", "class": f"mark {look.css}", "overflow": "visible"}
        shape = element("path", {"d": marker_path(look.style.marker)})
        parts.append(element("svg", place, element("title", {}, words), shape))
    return parts


def _stroke(ends: Mapping[str, str], colour: str) -> Html:
    return element("line", {**ends, "style": f"stroke:var({colour})"})


def _text(place: Mapping[str, str], words: str) -> Html:
    return element("text", {**place, "style": "fill:var(--quiet)"}, words)
