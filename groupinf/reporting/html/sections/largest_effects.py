"""Which groups matter most, where they are natural ones: bars of actual effects, with predictions as marks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groupinf.reporting.html.parts.agreement_tables import legend
from groupinf.reporting.html.parts.assets import asset
from groupinf.reporting.html.parts.bars import MOST_BARS, bar_chart, beyond
from groupinf.reporting.html.parts.markup import Html, element, joined
from groupinf.reporting.html.parts.plot_data import Place, measured_on, shown_plots
from groupinf.reporting.html.parts.point_choice import figure_caption
from groupinf.reporting.html.section import Answer, Material, Section, one_run
from groupinf.reporting.words.entries import Entry, Looks
from groupinf.reporting.words.gaps import signs_line
from groupinf.reporting.words.summary import doing_to_groups
from groupinf.wording import counted


def _answer(material: Material) -> Answer:
    """A chart for each evaluation, side by side, whose test point can be chosen."""
    [entry], looks = material.entries, material.looks
    shown = entry.natural
    [places] = shown_plots([entry])
    evaluations = dict.fromkeys(name for _, name, _ in places)
    charts = [_chart(material, shown, [place for place in places if place[1] == name]) for name in evaluations]
    methods = {m: look for m, look in looks.methods.items() if m not in entry.pairs.ranks_only}
    words = element("p", {"class": "quiet"}, _words(entry, shown, places))
    content = joined([legend(methods), element("div", {"class": "grid fitted"}, *charts), words])
    return Answer(content, scripts=(asset("points.js"),))


def _applies(material: Material) -> bool:
    """Of one run with natural groups that were all retrained."""
    if not one_run(material) or material.entries[0].run.left_aside:
        return False
    return bool(material.entries[0].natural.any())


def _chart(material: Material, shown: NDArray[np.bool_], places: list[Place]) -> Html:
    """The bars on every test point, of which the page shows the one that is chosen."""
    [entry] = material.entries
    panels = [
        _bars(entry, place, shown, material.looks, material.plotted, hidden=i > 0) for i, place in enumerate(places)
    ]
    return element("figure", {}, figure_caption(entry, 0, places), *panels)


def _bars(entry: Entry, place: Place, shown: NDArray[np.bool_], looks: Looks, plotted: bool, hidden: bool) -> Html:
    measure, evaluation, point = place
    attributes = {
        "data-chosen": f"{evaluation} {point}",
        "role": "group",
        "aria-label": f"{measured_on(entry, evaluation, point)}: largest actual effects",
    }
    chart = bar_chart(entry, 0, measure, shown, looks, plotted)
    return element("div", attributes | ({"hidden": ""} if hidden else {}), chart)


def _words(entry: Entry, shown: NDArray[np.bool_], places: list[Place]) -> str:
    groups = int(shown.sum())
    which = f"The {MOST_BARS} of {groups:,} groups" if groups > MOST_BARS else counted(groups, "group").capitalize()
    which += " with the largest actual effect, whatever its sign" if groups > MOST_BARS else ", by actual effect"
    edge = any(beyond(entry, measure, shown) for measure, _, _ in places)
    return (
        f"{which}: a bar to the right of 0 where {doing_to_groups([entry.run])} raises what is measured. "
        "Marks are the predictions; a mark at the end of its bar is exact."
        + (" Predictions too far out stand at the edge." if edge else "")
        + "".join(
            f" {line}" for name in dict.fromkeys(of for _, of, _ in places) if (line := signs_line(entry.run, name))
        )
        + _interval_words(entry, places)
    )


def _interval_words(entry: Entry, places: list[Place]) -> str:
    """What lines over bars are, where some have any."""
    table = entry.run.bootstrap
    if table is None or not {name for _, name, _ in places} & set(table["evaluation"]):
        return ""
    return (
        " Lines over bars are 95 % bootstrap intervals over test rows; of two groups, groupinf rank --difference tells "
        "by how much one exceeds the other."
    )


LARGEST_EFFECTS = Section("largest", "Largest effects", "Which groups matter most?", _answer, _applies)
