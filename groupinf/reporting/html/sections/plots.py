"""Every group: predicted against actual effect, with plotly where it is installed, else as the static figures."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groupinf.analysis.agreement import ALL_KINDS
from groupinf.reporting.drawing.figures import figure_bytes, scatter_figure
from groupinf.reporting.drawing.scatter import ALPHA, axis_limits, count_styles
from groupinf.reporting.html.parts.marks import symbol
from groupinf.reporting.html.parts.markup import Html, element, joined, png_figure
from groupinf.reporting.words.entries import Entry, Look, Looks
from groupinf.reporting.words.formats import coefficient, shorten
from groupinf.reporting.words.style import (
    LONGEST_NAME,
    MOST_TEST_POINTS,
    PLOTLY_SYMBOLS,
    evaluation_name,
    kind_name,
    method_name,
    on_dark,
    panel_name,
)
from groupinf.studies.group_effects.result import Run

_LONGEST_ORIGIN = 120
_AXES = (
    "The axes of a plot leave out groups that lie farther out than the middle 98 % of its values are wide; its title "
    "says how many. To mark such a group widens the axes."
)
_PLAIN_POWERS = 60  # float32 reaches from 2⁻¹²⁶ to 2¹²⁸


PngOf = Callable[[Run, str], bytes]


def drawn_png(run: Run, method: str) -> bytes:
    """The figure of one prediction as the report has it."""
    return figure_bytes(scatter_figure(run, method), "png")


def static_figures(entries: Sequence[Entry], png: PngOf) -> Html:
    """The figures of the report, put into the page; ``png`` gives that of a run and method."""
    figures = []
    for entry in entries:
        for method in entry.pairs.methods:
            words = " · ".join(filter(None, [entry.label, f"{method_name(method)} against the actual effect"]))
            figures.append(png_figure(png(entry.run, method), words))
    return joined(figures)


def interactive_plots(entries: Sequence[Entry], looks: Looks) -> Html:
    """Controls, and a place for each plot, which the page's script fills from :func:`plot_data`."""
    shown = _shown(entries)
    grids = []
    for evaluation in dict.fromkeys(name for places in shown for _, name, _ in places):
        figures = [
            _figure(entry, run, position, evaluation, point)
            for run, (entry, places) in enumerate(zip(entries, shown, strict=True))
            for position, name, point in places
            if name == evaluation
        ]
        grids.append(element("h3", {}, evaluation_name(evaluation)))
        grids.append(element("div", {"class": "grid"}, *figures))
    return joined([_controls(entries, looks), element("p", {"class": "quiet"}, _AXES), _limits(entries, shown), *grids])


def plot_data(entries: Sequence[Entry], looks: Looks) -> dict[str, Any]:
    """All that the script draws; equal arrays stand in ``arrays`` once."""
    styles = list(dict.fromkeys(looks.kinds.values()))
    arrays = _Arrays({})
    groups = [_groups(entry, looks, styles) for entry in entries]
    distinct = [one for i, one in enumerate(groups) if one not in groups[:i]]
    counts = count_styles(
        np.concatenate([e.pairs.kinds for e in entries]), {kind: look.style for kind, look in looks.kinds.items()}
    )
    drawn = sorted(range(len(styles)), key=lambda i: -counts.get(styles[i].style, 0))
    shown = zip(entries, _shown(entries), strict=True)
    return {
        "alpha": ALPHA,
        "drawn": drawn,
        "styles": [_style(look) for look in styles],
        "methods": {method: look.style.name for method, look in looks.methods.items()},
        "groups": distinct,
        "runs": [
            _run(entry, distinct.index(one), places, arrays) for (entry, places), one in zip(shown, groups, strict=True)
        ],
        "units": [unit for unit, _ in arrays.places],
        "arrays": [text for _, text in arrays.places],
    }


@dataclass(frozen=True)
class _Arrays:
    """Arrays as a unit and the values in it, as base64 of little-endian float32; each of them once.

    Values of a size that float32 holds with all its digits, about seven, have the unit 1. Elsewhere it is
    a power of two, at which the largest value is 1 to 2.
    """

    places: dict[tuple[float, str], int]

    def place(self, values: NDArray[np.float64]) -> int:
        """Where the array stands in the list, at whose end it is put if it is new."""
        largest = float(np.abs(values).max(initial=0.0))
        power = math.frexp(largest)[1] - 1
        if abs(power) <= _PLAIN_POWERS:
            power = 0
        text = base64.b64encode(np.ldexp(values, -power).astype("<f4").tobytes()).decode()
        return self.places.setdefault((math.ldexp(1.0, power), text), len(self.places))


def _shown(entries: Sequence[Entry]) -> list[list[tuple[int, str, int]]]:
    """(position, evaluation, test point) of each run's plots: the first test point alone where runs are compared."""
    most = MOST_TEST_POINTS if len(entries) == 1 else 1
    shown = []
    for entry in entries:
        by_evaluation: dict[str, list[tuple[int, str, int]]] = {}
        for i, (name, point) in enumerate(entry.pairs.measures):
            by_evaluation.setdefault(name, []).append((i, name, point))
        shown.append([place for places in by_evaluation.values() for place in places[:most]])
    return shown


def _limits(entries: Sequence[Entry], shown: Sequence[Sequence[tuple[int, str, int]]]) -> Html:
    left_out = any(len(places) < len(entry.pairs.measures) for entry, places in zip(entries, shown, strict=True))
    if not left_out:
        return Html("")
    which = "The first test point" if len(entries) > 1 else f"The first {MOST_TEST_POINTS} test points"
    return element("p", {"class": "quiet"}, f"{which} of each evaluation: the plots show no more.")


def _figure(entry: Entry, run: int, position: int, evaluation: str, point: int) -> Html:
    on = panel_name(evaluation, point, entry.sets)
    title = entry.label or f"{on[:1].upper()}{on[1:]}"
    words = " · ".join(filter(None, [entry.label, _measured_on(entry, evaluation, point)]))
    attributes = {
        "class": "plot",
        "role": "img",
        "aria-label": f"{words}: predicted effect (across) against actual effect (up) of every group",
        "data-run": f"{run}",
        "data-panel": f"{evaluation} {point}",
        "data-position": f"{position}",
    }
    rho = element("span", {"class": "rho"})
    caption = element("figcaption", {}, element("strong", {}, title), " ", rho)
    return element("figure", {}, caption, element("div", attributes))


def _measured_on(entry: Entry, evaluation: str, point: int) -> str:
    return f"{evaluation_name(evaluation)}, {panel_name(evaluation, point, entry.sets)}"


def _controls(entries: Sequence[Entry], looks: Looks) -> Html:
    predictions = [
        element(
            "label",
            {},
            element("input", {"type": "radio", "name": "method", "value": method, **({} if i else {"checked": ""})}),
            look.style.name,
        )
        for i, (method, look) in enumerate(looks.methods.items())
    ]
    counts = count_styles(
        np.concatenate([e.pairs.kinds for e in entries]), {kind: look.style for kind, look in looks.kinds.items()}
    )
    kinds = [
        element(
            "label",
            {},
            element("input", {"type": "checkbox", "name": "kind", "value": f"{i}", "checked": ""}),
            symbol(look.css, look.style.marker),
            f" {look.style.name} ({counts[look.style]:,})",
        )
        for i, look in enumerate(dict.fromkeys(looks.kinds.values()))
    ]
    find = element("input", {"type": "search", "id": "find", "autocomplete": "off", "size": "12"})
    return element(
        "div",
        {"class": "controls"},
        element("fieldset", {}, element("legend", {}, "Prediction"), *predictions),
        element("fieldset", {}, element("legend", {}, "Kinds of groups (number of groups)"), *kinds),
        element(
            "form",
            {"id": "finder"},
            element("label", {"for": "find"}, "Mark the group named "),
            find,
            element("button", {"type": "submit"}, "Mark"),
            element("button", {"type": "button", "id": "unmark"}, "Unmark"),
        ),
        element("output", {"id": "marked", "for": "find"}, "No group is marked."),
        element(
            "div",
            {
                "id": "marked-effects",
                "class": "scroll",
                "role": "region",
                "aria-label": "Effects of the marked group",
                "hidden": "",
            },
        ),
    )


def _style(look: Look) -> dict[str, str]:
    style = look.style
    return {
        "name": style.name,
        "colour": style.colour,
        "dark": on_dark(style.colour),
        "symbol": PLOTLY_SYMBOLS[style.marker],
    }


def _run(entry: Entry, groups: int, places: Sequence[tuple[int, str, int]], arrays: _Arrays) -> dict[str, Any]:
    return {
        "label": entry.label,
        "groups": groups,
        "panels": {f"{name} {point}": _panel(entry, i, arrays) for i, name, point in places},
    }


def _groups(entry: Entry, looks: Looks, styles: Sequence[Look]) -> dict[str, Any]:
    """What is said of the groups of a run; runs on the same groups share it."""
    about = entry.run.groups.set_index("group").loc[entry.pairs.groups]
    kinds = list(dict.fromkeys(entry.pairs.kinds))
    return {
        "kinds": [{"name": kind_name(kind), "style": styles.index(looks.kinds[kind])} for kind in kinds],
        "kind": [kinds.index(kind) for kind in entry.pairs.kinds],
        "size": [int(size) for size in entry.sizes],
        "name": [shorten(name, LONGEST_NAME) for name in about["name"]],
        "made": [shorten(words, _LONGEST_ORIGIN) for words in about["made_from"]],
    }


def _panel(entry: Entry, i: int, arrays: _Arrays) -> dict[str, Any]:
    evaluation, point = entry.pairs.measures[i]
    spearman = _overall_rho(entry.run, evaluation, point)
    actual = entry.pairs.actual[i]
    words = _measured_on(entry, evaluation, point)
    panel: dict[str, Any] = {"words": words, "actual": arrays.place(actual), "predicted": {}, "limits": {}, "rho": {}}
    for m, method in enumerate(entry.pairs.methods):
        predicted = entry.pairs.predicted[m, i]
        panel["predicted"][method] = arrays.place(predicted)
        panel["limits"][method] = list(axis_limits(predicted, actual))
        panel["rho"][method] = coefficient(spearman[method])
    return panel


def _overall_rho(run: Run, evaluation: str, point: int) -> dict[str, float]:
    table = run.spearman
    rows = table[(table["kind"] == ALL_KINDS) & (table["evaluation"] == evaluation) & (table["test_point"] == point)]
    return {str(method): float(rho) for method, rho in zip(rows["method"], rows["spearman"], strict=True)}
