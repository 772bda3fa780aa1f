"""One page of one or several runs, which opens from disk without network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from groupinf.reporting.html.parts.assets import asset, colours, plotly_is_installed, plotly_script
from groupinf.reporting.html.parts.markup import Html, element, json_element
from groupinf.reporting.html.sections.breakdown import breakdown
from groupinf.reporting.html.sections.farthest import farthest
from groupinf.reporting.html.sections.numbers import every_number
from groupinf.reporting.html.sections.overview import overview
from groupinf.reporting.html.sections.plots import PngOf, drawn_png, interactive_plots, plot_data, static_figures
from groupinf.reporting.html.sections.ranking import ranking, underestimation
from groupinf.reporting.html.sections.short import in_short
from groupinf.reporting.html.sections.trust import trust
from groupinf.reporting.words.entries import Entry, Looks, entries_of, looks_of
from groupinf.studies.group_effects.result import Run

_SCRIPTS = ("tables.js",)
_PLOT_SCRIPTS = ("plots.js", "hover.js", "marking.js", "start.js")


@dataclass(frozen=True)
class Section:
    """A question of the page and its answer."""

    identifier: str
    short: str
    question: str
    answer: Html


def page_html(
    runs: Sequence[Run],
    title: str,
    plotly: bool | None = None,
    png: PngOf = drawn_png,
    notes: Sequence[str] = (),
) -> str:
    """The page of the runs, in the order given; with one run its report, with several their comparison.

    ``plotly`` (default: where it is installed) draws the groups with plotly.js, which the page then holds;
    else the static figures stand there, as ``png`` gives them. ``notes`` stand below what was run. The same runs give
    the same text.
    """
    plotted = plotly_is_installed() if plotly is None else plotly
    entries = entries_of(runs)
    looks = looks_of(entries)
    scripts = [asset(name) for name in _SCRIPTS]
    if plotted:
        scripts += [plotly_script(), *map(asset, _PLOT_SCRIPTS)]
    data = [json_element("plot-data", plot_data(entries, looks))] if plotted else []
    sections = _sections(entries, looks, plotted, png)
    body = element(
        "body",
        {},
        _header(title, entries, looks, sections, notes),
        element("main", {}, *map(_section, sections)),
        *data,
        *(Html(f"<script>{script}</script>") for script in scripts),
    )
    page = element("html", {"lang": "en"}, _head(title, looks, scripts), body)
    return f"<!DOCTYPE html>\n{page.text}\n"


def _sections(entries: Sequence[Entry], looks: Looks, plotted: bool, png: PngOf) -> list[Section]:
    plots = interactive_plots(entries, looks) if plotted else static_figures(entries, png)
    return [
        Section("rank", "Ranking", "How well does the prediction rank the groups?", ranking(entries, looks)),
        Section("slope", "Underestimation", "Does it underestimate, and by how much?", underestimation(entries, looks)),
        Section(
            "break", "Kinds and sizes", "Which kinds of groups and which sizes break it?", breakdown(entries, looks)
        ),
        Section(
            "far",
            "Farthest off",
            "Which single groups are farthest off?",
            farthest(entries, looks, plotted),
        ),
        Section("groups", "Every group", "Every group: predicted against actual effect", plots),
        Section("trust", "Trust", "Can the numbers be trusted?", trust(entries)),
        Section("numbers", "Every number", "Every number", every_number(entries)),
    ]


def _section(section: Section) -> Html:
    heading = element("h2", {"id": f"{section.identifier}-heading"}, section.question)
    attributes = {"id": section.identifier, "aria-labelledby": f"{section.identifier}-heading"}
    return element("section", attributes, heading, section.answer)


def _header(
    title: str, entries: Sequence[Entry], looks: Looks, sections: Sequence[Section], notes: Sequence[str]
) -> Html:
    items = [element("a", {"href": f"#{section.identifier}"}, section.short) for section in sections]
    nav = element("nav", {"aria-label": "Questions"}, *items)
    told = [element("p", {}, note) for note in notes]
    return element("header", {}, element("h1", {}, title), overview(entries), *told, in_short(entries, looks), nav)


def _head(title: str, looks: Looks, scripts: Sequence[str]) -> Html:
    """Nothing may be loaded, and no script may run but those of the page, whose hashes are named."""
    hashes = " ".join(f"'sha256-{_sha256(script)}'" for script in scripts)
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )
    style = asset("page.css") + colours([*looks.kinds.values(), *looks.methods.values()])
    return element(
        "head",
        {},
        element("meta", {"charset": "utf-8"}),
        element("meta", {"http-equiv": "Content-Security-Policy", "content": policy}),
        element("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        element("meta", {"name": "color-scheme", "content": "light dark"}),
        element("title", {}, title),
        element("style", {}, Html(style)),
    )


def _sha256(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
