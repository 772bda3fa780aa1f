"""How well does the prediction rank the groups?"""

from __future__ import annotations

from collections.abc import Sequence

from groupinf.reporting.html.parts.agreement_tables import (
    RHO,
    evaluations_of,
    legend,
    measures_of,
    statistic_table,
    values_of,
    with_values,
)
from groupinf.reporting.html.parts.markup import answers, element, joined
from groupinf.reporting.html.parts.scales import rho_scale
from groupinf.reporting.html.section import Answer, Material, Section, compared_runs
from groupinf.reporting.words.answers import ranking_answers
from groupinf.reporting.words.entries import Entry
from groupinf.reporting.words.style import each_value


def _answer(material: Material) -> Answer:
    """Spearman's ρ with its interval, per evaluation and test point."""
    entries, looks = material.entries, material.looks
    scale = rho_scale(values_of(entries, RHO, evaluations_of(entries), lowest=True))
    heading = f"ρ from {scale.low:g} to 1; the line is at 1".replace("-", "−")
    tables = [
        statistic_table(entries, evaluation, looks.methods, (RHO,), scale, heading)
        for evaluation in with_values(entries, RHO)
    ]
    answer = answers(ranking_answers(entries))
    words = element("p", {"class": "quiet"}, _rho_words(entries))
    return Answer(joined([answer, legend(looks.methods), *tables, words]))


def _rho_words(entries: Sequence[Entry]) -> str:
    """What ρ is, and what stands beside it."""
    each = each_value(measures_of(entries))
    return (
        "ρ: Spearman's rank correlation of predicted with actual effects over the groups; 1 is the same order. "
        f"A mark for each {each}; numbers are those of the lowest and of the highest {each}, "
        "of a single one with its 95 % interval."
    )


RANKING = Section("rank", "Ranking", "How well does the prediction rank the groups?", _answer, compared_runs)
