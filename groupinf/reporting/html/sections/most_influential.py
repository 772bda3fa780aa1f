"""How far the most influential rows move what is measured, and how far predictions keep up as they grow."""

from __future__ import annotations

from groupinf.reporting.drawing.figures import figure_bytes
from groupinf.reporting.growing_groups.growth import first_growth_figure
from groupinf.reporting.growing_groups.reading import found_in
from groupinf.reporting.growing_groups.words import growth_lines
from groupinf.reporting.html.parts.markup import joined, leading, png_figure
from groupinf.reporting.html.section import Answer, Material, Section, one_run


def _answer(material: Material) -> Answer:
    """The picture, then what it says in sentences."""
    run = material.entries[0].run
    picture = png_figure(figure_bytes(first_growth_figure(run), "png"), "Actual and predicted effects by size")
    return Answer(joined([picture, leading(growth_lines(found_in(run)))]))


def _applies(material: Material) -> bool:
    """Of one run with such groups."""
    return one_run(material) and bool(found_in(material.entries[0].run))


MOST_INFLUENTIAL = Section(
    "most-influential", "Most influential rows", "How far do the most influential rows move it?", _answer, _applies
)
