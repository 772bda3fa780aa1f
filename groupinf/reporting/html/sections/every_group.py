"""Every group: predicted against actual effect, with plotly where it is installed, else as the static figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from groupinf.reporting.drawing.figures import figure_bytes, scatter_figure
from groupinf.reporting.html.parts.agreement_tables import evaluations_of, measures_of
from groupinf.reporting.html.parts.assets import asset, plotly_script
from groupinf.reporting.html.parts.markup import Html, element, folded, joined, png_figure
from groupinf.reporting.html.parts.plot_controls import marked_card, plot_controls
from groupinf.reporting.html.parts.plot_data import Place, has_logarithmic, measured_on, plot_data, shown_plots
from groupinf.reporting.html.parts.point_choice import figure_caption
from groupinf.reporting.html.section import Answer, Material, PngOf, Section
from groupinf.reporting.words.entries import Entry
from groupinf.reporting.words.screening import shown_lines
from groupinf.reporting.words.style import each_value, evaluation_name, method_name
from groupinf.reporting.words.summary import adversarial_lines
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted

_SCRIPTS = ("points.js", "plot_data.js", "axes.js", "plots.js", "hover.js", "marking.js", "finding.js", "start.js")


def _answer(material: Material) -> Answer:
    """Plots with their data and scripts, or the static figures."""
    entries, looks = material.entries, material.looks
    told = (*_adversarial(entries), *shown_lines(entries))
    chosen = [element("p", {"class": "quiet"}, line) for line in told]
    if not material.plotted:
        return Answer(joined([static_figures(entries, material.png), *chosen]))
    data = plot_data(entries, looks)
    about = element("p", {"class": "quiet"}, " ".join(_about(entries, has_logarithmic(data))))
    plots = joined([plot_controls(entries, looks), *_grids(entries), about, *chosen, marked_card()])
    return Answer(plots, {"plot-data": data}, (plotly_script(), *map(asset, _SCRIPTS)))


def _adversarial(entries: Sequence[Entry]) -> list[str]:
    """What was chosen adversarially, and of which run where the page has several."""
    told = [(entry.label, line) for entry in entries for line in adversarial_lines(entry.run)]
    return [f"{label}: {line}" if len(entries) > 1 else line for label, line in told]


def drawn_png(run: Run, method: str) -> bytes:
    """The figure of one prediction as the report has it."""
    return figure_bytes(scatter_figure(run, method), "png")


def static_figures(entries: Sequence[Entry], png: PngOf) -> Html:
    """The figures of the report, put into the page; folded are those of other predictions than the one singled out."""
    figures = []
    for entry in entries:
        for method in sorted(entry.pairs.methods, key=lambda method: method != entry.method):
            words = " · ".join(filter(None, [entry.label, f"{method_name(method)} against the actual effect"]))
            figure = png_figure(png(entry.run, method), words, entry.label)
            figures.append(figure if method == entry.method else folded(words, figure))
    return joined(figures)


def _grids(entries: Sequence[Entry]) -> list[Html]:
    """A place for each plot, which the page's script fills from :func:`plot_data`.

    Of one run the evaluations stand side by side; of several the runs do, evaluation by evaluation.
    """
    shown = shown_plots(entries)
    by_evaluation = {
        evaluation: [
            _figure(entry, run, own)
            for run, (entry, places) in enumerate(zip(entries, shown, strict=True))
            if (own := [place for place in places if place[1] == evaluation])
        ]
        for evaluation in evaluations_of(entries)
    }
    if len(entries) == 1:
        return [
            element("div", {"class": "grid"}, *(figure for figures in by_evaluation.values() for figure in figures))
        ]
    return [
        joined([element("h3", {}, evaluation_name(name)), element("div", {"class": "grid"}, *figures)])
        for name, figures in by_evaluation.items()
    ]


def _about(entries: Sequence[Entry], logarithmic: bool) -> list[str]:
    """How to read the plots, and what they leave out."""
    words = []
    if any(set(entry.pairs.methods) - entry.pairs.ranks_only for entry in entries):
        words.append(
            "On the diagonal a prediction is exact; below it, nearer to the axis of actual effects, it is too small."
        )
    if logarithmic:
        words.append("Where a few groups dominate, axes are linear around 0 and logarithmic farther out.")
    shown = shown_plots(entries)
    if any(len(places) < len(entry.pairs.measures) for entry, places in zip(entries, shown, strict=True)):
        each = each_value(measures_of(entries))
        most = max(Counter(name for _, name, _ in places).most_common(1)[0][1] for places in shown)
        words.append(f"The plots show the first {each if most == 1 else counted(most, each)} of each evaluation.")
    return words


def _figure(entry: Entry, run: int, places: Sequence[Place]) -> Html:
    """The plot of one evaluation, first on its first test point."""
    _, evaluation, point = places[0]
    words = " · ".join(filter(None, [entry.label, measured_on(entry, evaluation, point)]))
    attributes = {
        "class": "plot",
        "role": "img",
        "aria-label": f"{words}: actual effect (across) and predicted effect (up) of every group",
        "data-run": f"{run}",
        "data-panel": f"{evaluation} {point}",
    }
    caption = figure_caption(entry, run, places, element("span", {"class": "rho"}))
    return element("figure", {}, caption, element("span", {"class": "drawn"}), element("div", attributes))


EVERY_GROUP = Section("groups", "Every group", "Every group: predicted against actual effect", _answer)
