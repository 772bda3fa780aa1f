"""What a plot is measured on, and where that can be chosen."""

from __future__ import annotations

from collections.abc import Sequence

from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.reporting.html.parts.markup import Content, Html, element
from groupinf.reporting.html.parts.plot_data import Place
from groupinf.reporting.words.entries import Named
from groupinf.reporting.words.style import each_value, evaluation_name, panel_title


def figure_caption(entry: Named, run: int, places: Sequence[Place], *beside: Html) -> Html:
    """The evaluation of a figure, or the run's label where there are others, and its test point, of several a choice.

    ``places`` are those of one evaluation; the figure is that of run number ``run``.
    """
    name = element("strong", {}, entry.label or evaluation_name(places[0][1]))
    line = (part for each in (name, *_points(entry, run, places), *beside) for part in (each, " "))
    return element("figcaption", {"class": "measured"}, *line)


def _points(entry: Named, run: int, places: Sequence[Place]) -> list[Content]:
    evaluation = places[0][1]
    if len(places) == 1:
        fixed = EVALUATIONS[evaluation].measured_on is not None or entry.label
        return [] if fixed else [panel_title(*places[0][1:], entry.sets)]
    words = f"{evaluation_name(evaluation)}: {each_value(place[1:] for place in places)}"
    options = []
    for i, (_, name, point) in enumerate(places):
        chosen = f", {entry.choices[point]}" if point in entry.choices else ""
        attributes = {"value": f"{name} {point}", **({"selected": ""} if i == 0 else {})}
        options.append(element("option", attributes, f"{panel_title(name, point, entry.sets)}{chosen}"))
    # the browser would keep a choice when the page is loaded again, of which the page knows nothing
    about = {
        "class": "chooses",
        "aria-label": words,
        "data-run": f"{run}",
        "data-of": evaluation,
        "autocomplete": "off",
    }
    return [element("select", about, *options)]
