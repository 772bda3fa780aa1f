"""Every group: predicted against actual effect, with plotly where it is installed, else as the static figures."""

from __future__ import annotations

from collections.abc import Sequence

from groupinf.reporting.drawing.figures import figure_bytes, scatter_figure
from groupinf.reporting.html.parts.assets import asset, plotly_script
from groupinf.reporting.html.parts.markup import Html, element, joined, png_figure
from groupinf.reporting.html.parts.plot_controls import plot_controls
from groupinf.reporting.html.parts.plot_data import measured_on, plot_data, shown_plots
from groupinf.reporting.html.section import Answer, Material, PngOf, Section
from groupinf.reporting.words.entries import Entry, Looks
from groupinf.reporting.words.style import (
    MOST_TEST_POINTS,
    each_value,
    each_values,
    evaluation_name,
    method_name,
    panel_title,
)
from groupinf.studies.group_effects.result import Run

_AXES = (
    "The axes of a plot leave out groups that lie farther out than the middle 98 % of its values are wide; its title "
    "says how many. To mark such a group widens the axes."
)
_SCRIPTS = ("plots.js", "hover.js", "marking.js", "start.js")


def _answer(material: Material) -> Answer:
    """Plots with their data and scripts, or the static figures."""
    entries, looks = material.entries, material.looks
    if not material.plotted:
        return Answer(static_figures(entries, material.png))
    scripts = (plotly_script(), *map(asset, _SCRIPTS))
    return Answer(interactive_plots(entries, looks), {"plot-data": plot_data(entries, looks)}, scripts)


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
    shown = shown_plots(entries)
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
    about = [_AXES]
    if any(len(places) < len(entry.pairs.measures) for entry, places in zip(entries, shown, strict=True)):
        names = [name for entry in entries for name, _ in entry.pairs.measures]
        several = f"The first {MOST_TEST_POINTS} {each_values(names)}"
        which = f"The first {each_value(names)}" if len(entries) > 1 else several
        about.append(f"{which} of each evaluation: the plots show no more.")
    quiet = [element("p", {"class": "quiet"}, line) for line in about]
    return joined([plot_controls(entries, looks), *quiet, *grids])


def _figure(entry: Entry, run: int, position: int, evaluation: str, point: int) -> Html:
    title = entry.label or panel_title(evaluation, point, entry.sets)
    words = " · ".join(filter(None, [entry.label, measured_on(entry, evaluation, point)]))
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


EVERY_GROUP = Section("groups", "Every group", "Every group: predicted against actual effect", _answer)
