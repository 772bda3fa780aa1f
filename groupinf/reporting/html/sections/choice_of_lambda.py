"""How was λ chosen, where cross-validation chose it?"""

from __future__ import annotations

from groupinf.reporting.drawing.figures import figure_bytes
from groupinf.reporting.drawing.lambda_figure import lambda_figure
from groupinf.reporting.html.parts.markup import Html, element, joined, png_figure
from groupinf.reporting.html.parts.overview import CHOICE
from groupinf.reporting.html.section import Answer, Material, Section
from groupinf.reporting.words.choices import score_name
from groupinf.studies.group_effects.result import Run


def _answer(material: Material) -> Answer:
    """The figure of each run whose λ was chosen; it says what was chosen, and by what."""
    parts = []
    for entry in material.runs:
        heading = [element("h3", {}, entry.label)] if entry.label else []
        parts += [*heading, *_figure(entry.run)]
    return Answer(joined(parts))


def _figure(run: Run) -> list[Html]:
    if run.cross_validation is None:
        return []
    drawn = figure_bytes(lambda_figure(run, run.cross_validation), "png")
    return [png_figure(drawn, f"{score_name(run)} on rows left out, against λ/n")]


def _applies(material: Material) -> bool:
    return any(entry.run.cross_validation is not None for entry in material.runs)


CHOICE_OF_LAMBDA = Section(CHOICE, "Choice of λ", "How was λ chosen?", _answer, _applies)
