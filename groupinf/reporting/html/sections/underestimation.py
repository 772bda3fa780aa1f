"""Does the prediction underestimate, and by how much?"""

from __future__ import annotations

from groupinf.reporting.html.parts.agreement_tables import (
    SLOPE,
    UNDER,
    evaluations_of,
    legend,
    statistic_table,
    values_of,
    with_values,
)
from groupinf.reporting.html.parts.markup import answers, element, joined
from groupinf.reporting.html.parts.scales import SLOPE_SCALE, slope_scale
from groupinf.reporting.html.section import Answer, Material, Section, compared_runs
from groupinf.reporting.words.answers import underestimation_answers
from groupinf.reporting.words.summary import SLOPE_WORDS
from groupinf.wording import number


def _answer(material: Material) -> Answer:
    """Slope and share of underestimated groups, per evaluation and test point."""
    entries, looks = material.entries, material.looks
    scale = slope_scale(values_of(entries, SLOPE, evaluations_of(entries)))
    heading = f"slope from {number(scale.low, 2)} to {number(scale.high, 2)}; the line is at 1"
    tables = [
        statistic_table(entries, evaluation, looks.methods, (SLOPE, UNDER), scale, heading)
        for evaluation in with_values(entries, SLOPE)
    ]
    answer = answers(underestimation_answers(entries))
    words = element("p", {"class": "quiet"}, f"{SLOPE_WORDS} {SLOPE_SCALE}")
    return Answer(joined([answer, words, legend(looks.methods), *tables]))


UNDERESTIMATION = Section("slope", "Underestimation", "Does it underestimate, and by how much?", _answer, compared_runs)
