"""How well does the prediction rank the groups; does it underestimate, and by how much?"""

from __future__ import annotations

from collections.abc import Sequence

from groupinf.reporting.html.parts.agreement_tables import (
    RHO,
    SLOPE,
    UNDER,
    Statistic,
    evaluations_of,
    legend,
    overall,
    statistic_table,
)
from groupinf.reporting.html.parts.markup import Html, element, joined
from groupinf.reporting.html.parts.scales import SLOPE_SCALE, rho_scale, slope_scale
from groupinf.reporting.html.sections.against_lambda import against_lambda, is_series
from groupinf.reporting.html.sections.answers import ranking_answer, underestimation_answer
from groupinf.reporting.words.entries import Entry, Looks
from groupinf.reporting.words.formats import one_line
from groupinf.reporting.words.summary import SLOPE_WORDS
from groupinf.wording import number


def ranking(entries: Sequence[Entry], looks: Looks) -> Html:
    """Spearman's ρ with its interval, per evaluation and test point."""
    scale = rho_scale(_values(entries, RHO, lowest=True))
    heading = f"ρ from {scale.low:g} to 1; the line is at 1".replace("-", "−")
    tables = [
        statistic_table(entries, evaluation, looks.methods, (RHO,), scale, heading)
        for evaluation in _with_values(entries, RHO)
    ]
    drawn = [against_lambda(entries, looks)] if is_series(entries) else []
    answer = element("p", {}, element("strong", {}, ranking_answer(entries)))
    return joined(
        [answer, legend(looks.methods), *drawn, *tables, element("p", {"class": "quiet"}, _rho_words(entries))]
    )


def _rho_words(entries: Sequence[Entry]) -> str:
    """What ρ is, and what stands beside it: intervals for one run, test points for several."""
    words = "ρ: Spearman's rank correlation of predicted with actual effects over the groups; 1 is the same order."
    if len(entries) > 1:
        return (
            f"{words} A mark for each test point; numbers are those of the lowest and of the highest test point, "
            "of a single one with its 95 % interval."
        )
    table = entries[0].run.spearman
    if table["spearman_low"].isna().all():
        return words
    return f"{words} Interval: {one_line(entries[0].run.manifest.agreement_interval)}."


def underestimation(entries: Sequence[Entry], looks: Looks) -> Html:
    """Slope and share of underestimated groups, per evaluation and test point."""
    scale = slope_scale(_values(entries, SLOPE))
    heading = f"slope from {number(scale.low, 2)} to {number(scale.high, 2)}; the line is at 1"
    tables = [
        statistic_table(entries, evaluation, looks.methods, (SLOPE, UNDER), scale, heading)
        for evaluation in _with_values(entries, SLOPE)
    ]
    answer = element("p", {}, element("strong", {}, underestimation_answer(entries)))
    words = element("p", {"class": "quiet"}, f"{SLOPE_WORDS} {SLOPE_SCALE}")
    return joined([answer, words, legend(looks.methods), *tables])


def _with_values(entries: Sequence[Entry], statistic: Statistic) -> list[str]:
    """The evaluations on which some run has the statistic."""
    return [
        evaluation
        for evaluation in evaluations_of(entries)
        if any(overall(entry, evaluation)[statistic.column].notna().any() for entry in entries)
    ]


def _values(entries: Sequence[Entry], statistic: Statistic, lowest: bool = False) -> list[float]:
    rows = [row for e in entries for name in evaluations_of([e]) for row in overall(e, name).to_dict("records")]
    values = [float(row[statistic.column]) for row in rows]
    return values + ([float(statistic.limits(row)[0]) for row in rows] if lowest else [])
