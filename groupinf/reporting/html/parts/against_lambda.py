"""Spearman's ρ against λ/n as an inline SVG: a panel for each evaluation, a line for each prediction."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from groupinf.analysis.extent import extents
from groupinf.reporting.html.parts.agreement_tables import evaluations_of
from groupinf.reporting.html.parts.marks import Scale, marker_path
from groupinf.reporting.html.parts.markup import Html, element, joined
from groupinf.reporting.html.parts.scales import rho_scale
from groupinf.reporting.words.entries import Entry, Look, Looks
from groupinf.reporting.words.formats import coefficient
from groupinf.reporting.words.style import each_value, each_values, evaluation_name
from groupinf.wording import number, power_of_ten

# units of the drawing, which is as wide as its place
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BELOW = 340, 250, 48, 14, 10, 38
_STEPS = 5
_APART = 5  # between the marks of two predictions at one λ/n
_MOST_TICKS = 6


@dataclass(frozen=True)
class _Value:
    """ρ over the test points of a run: median, lowest and highest."""

    lam_over_n: float
    median: float
    least: float
    most: float


def is_series(entries: Sequence[Entry]) -> bool:
    """Whether the runs are one study on one dataset, each at a λ/n of its own."""
    studies = {(entry.run.manifest.name, entry.run.manifest.dataset) for entry in entries}
    return len(entries) > 1 and len(studies) == 1 and len({_lam(entry) for entry in entries}) == len(entries)


def against_lambda(entries: Sequence[Entry], looks: Looks) -> Html:
    """The panels and what they show; ``entries`` are a series."""
    found = {evaluation: _values(entries, looks, evaluation) for evaluation in evaluations_of(entries)}
    of_rho = [v.least for lines in found.values() for line in lines.values() for v in line]
    lams = sorted(_lam(entry) for entry in entries)
    across, up = Scale(lams[0], lams[-1], 1.0, logarithmic=True), rho_scale(of_rho)
    if not of_rho:
        return joined([])
    panels = [_panel(evaluation, lines, looks, across, up, lams) for evaluation, lines in found.items() if lines]
    words = element("p", {"class": "quiet"}, _words(entries))
    return joined([element("div", {"class": "grid"}, *panels), words])


def _words(entries: Sequence[Entry]) -> str:
    each, many = (of(evaluations_of(entries)) for of in (each_value, each_values))
    return (
        f"Each mark is the median over {many} at one λ/n, its bar reaches from the lowest to the highest {each}. "
        "At ρ = 1, the top of a panel, a prediction ranks the groups as the actual effects do."
    )


def _lam(entry: Entry) -> float:
    return float(entry.run.manifest.lam_over_n)


def _values(entries: Sequence[Entry], looks: Looks, evaluation: str) -> dict[str, list[_Value]]:
    """Of each method its values by rising λ/n; undefined ones are left out."""
    lines: dict[str, list[_Value]] = {method: [] for method in looks.methods}
    for entry in sorted(entries, key=_lam):
        for row in extents(entry.run.spearman).to_dict("records"):
            if row["evaluation"] == evaluation and math.isfinite(row["spearman_median"]):
                value = _Value(_lam(entry), row["spearman_median"], row["spearman_least"], row["spearman_most"])
                lines[row["method"]].append(value)
    return {method: line for method, line in lines.items() if line}


def _panel(
    evaluation: str,
    lines: Mapping[str, Sequence[_Value]],
    looks: Looks,
    across: Scale,
    up: Scale,
    lams: Sequence[float],
) -> Html:
    name = evaluation_name(evaluation)
    drawn = [
        part
        for i, (method, line) in enumerate(lines.items())
        for part in _line(line, looks.methods[method], across, up, _APART * (i - (len(lines) - 1) / 2))
    ]
    told = "; ".join(
        f"{looks.methods[method].style.name}: "
        + ", ".join(f"{coefficient(v.median)} at {number(v.lam_over_n)}" for v in line)
        for method, line in lines.items()
    )
    attributes = {
        "viewBox": f"0 0 {_WIDTH} {_HEIGHT}",
        "role": "img",
        "aria-label": f"{name}: median ρ against λ/n. {told}",
        "style": "width:100%;height:auto;font-size:11px",
    }
    svg = element("svg", attributes, *_axes(across, up, lams), *drawn)
    return element("figure", {}, element("figcaption", {}, element("strong", {}, f"{name}: ρ against λ/n")), svg)


def _x(lam_over_n: float, across: Scale) -> float:
    return _LEFT + across.place(lam_over_n) / 100 * (_WIDTH - _LEFT - _RIGHT)


def _y(rho: float, up: Scale) -> float:
    return _HEIGHT - _BELOW - up.place(rho) / 100 * (_HEIGHT - _TOP - _BELOW)


def _axes(across: Scale, up: Scale, lams: Sequence[float]) -> list[Html]:
    bottom, right = _HEIGHT - _BELOW, _WIDTH - _RIGHT
    parts = []
    for i in range(_STEPS + 1):
        rho = up.low + (up.high - up.low) * i / _STEPS
        y = f"{_y(rho, up):.1f}"
        parts.append(_stroke({"x1": f"{_LEFT}", "x2": f"{right}", "y1": y, "y2": y}, "--rule"))
        label = number(rho, 4)
        parts.append(_text({"x": f"{_LEFT - 6}", "y": y, "text-anchor": "end", "dominant-baseline": "middle"}, label))
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


def _line(line: Sequence[_Value], look: Look, across: Scale, up: Scale, shift: float) -> list[Html]:
    places = [(_x(v.lam_over_n, across) + shift, _y(v.median, up)) for v in line]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    style = "fill:none;stroke:var(--ink);stroke-width:1.5"
    parts = [element("polyline", {"class": look.css, "points": points, "style": style})]
    for value, (x, y) in zip(line, places, strict=True):
        words = f"{look.style.name} at λ/n = {number(value.lam_over_n)}: median ρ {coefficient(value.median)}"
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
