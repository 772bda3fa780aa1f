"""What changes with λ, where runs are one study at several λ/n."""

from __future__ import annotations

from collections.abc import Sequence

from groupinf.reporting.html.parts.against_lambda import fit_panel, is_series, statistic_panels
from groupinf.reporting.html.parts.agreement_tables import evaluations_of, legend, measures_of
from groupinf.reporting.html.parts.markup import Html, element, joined
from groupinf.reporting.html.section import Answer, Material, Section
from groupinf.reporting.words.entries import Entry
from groupinf.reporting.words.style import each_value, each_values, evaluation_name


def _answer(material: Material) -> Answer:
    """Of each evaluation ρ, slope and share too small against λ/n; then how well the models fit."""
    entries, looks = material.entries, material.looks
    parts = [legend(looks.methods)]
    for evaluation in evaluations_of(entries):
        parts += _row(evaluation_name(evaluation), statistic_panels(entries, looks, evaluation))
    parts += _row("The model", [fit_panel(entries)])
    return Answer(joined([*parts, element("p", {"class": "quiet"}, _words(entries))]))


def _row(heading: str, panels: Sequence[Html]) -> list[Html]:
    return [element("h3", {}, heading), element("div", {"class": "grid"}, *panels)] if panels else []


def _words(entries: Sequence[Entry]) -> str:
    each, many = (of(measures_of(entries)) for of in (each_value, each_values))
    return (
        f"Each mark is the median over {many} at one λ/n, its bar reaches from the lowest to the highest {each}. "
        "ρ is Spearman's rank correlation of predicted with actual effects, 1 where the order is the same. Slopes are "
        "drawn on a logarithmic scale: above the dashed line at 1 predictions are too small; bars that reach too far "
        "end at the edge. Too small is a prediction with the right sign that is smaller than the actual effect."
    )


OVER_LAMBDA = Section(
    "lambda", "Against λ", "How does it depend on λ?", _answer, lambda material: is_series(material.entries)
)
