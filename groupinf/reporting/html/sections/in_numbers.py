"""Of one run ρ, slope and share underestimated, in numbers: in short, and of every test point."""

from __future__ import annotations

from groupinf.reporting.html.parts.agreement_tables import (
    RHO,
    SLOPE,
    UNDER,
    evaluations_of,
    measures_of,
    overall,
    statistic_table,
    values_of,
)
from groupinf.reporting.html.parts.in_short import in_short
from groupinf.reporting.html.parts.markup import Html, answers, element, folded, joined
from groupinf.reporting.html.parts.scales import SLOPE_SCALE, rho_scale, slope_scale
from groupinf.reporting.html.section import Answer, Material, Section, one_run
from groupinf.reporting.words.answers import ranking_answers, underestimation_answers
from groupinf.reporting.words.formats import one_line
from groupinf.reporting.words.style import each_value, evaluation_name
from groupinf.reporting.words.summary import SLOPE_WORDS
from groupinf.wording import number

_RHO_WORDS = "ρ: Spearman's rank correlation of predicted with actual effects over the groups; 1 is the same order."
_MORE = (
    "tables/spearman.csv, beside this page, has every statistic of every kind of groups on each {each}: also Pearson's "
    "correlation, the share of effects with the right sign, and the median relative error."
)


def _answer(material: Material) -> Answer:
    """Where ρ is lowest and who decides the slope, the table of the answers in short; folded, every test point."""
    [entry] = material.entries
    evaluations = evaluations_of([entry])
    table = entry.run.spearman
    interval = (
        "" if table["spearman_low"].isna().all() else f" Interval: {one_line(entry.run.manifest.agreement_interval)}."
    )
    several = [name for name in evaluations if overall(entry, name)["test_point"].nunique() > 1]
    drawn = any(value == value for value in values_of([entry], SLOPE, several))
    slope = f"{SLOPE_WORDS} {SLOPE_SCALE}" if drawn else SLOPE_WORDS
    lines = (_RHO_WORDS + interval, slope, _MORE.format(each=each_value(entry.pairs.measures)))
    words = [element("p", {"class": "quiet"}, line) for line in lines]
    told = answers([*ranking_answers([entry]), *underestimation_answers([entry])])
    return Answer(joined([told, *_short(material), *(_each(material, name) for name in several), *words]))


def _short(material: Material) -> list[Html]:
    """The table of the answers in short, where it has more than a row."""
    table = in_short(material.entries, material.looks)
    return [folded("In short: every prediction", table)] if table.text else []


def _each(material: Material, evaluation: str) -> Html:
    """ρ, then slope and share, of every test point of the evaluation."""
    entries, methods = material.entries, material.looks.methods
    tables = []
    if any(value == value for value in values_of(entries, RHO, [evaluation])):
        scale = rho_scale(values_of(entries, RHO, [evaluation], lowest=True))
        heading = f"ρ from {number(scale.low)} to 1; the line is at 1"
        tables.append(statistic_table(entries, evaluation, methods, (RHO,), scale, heading))
    slopes = values_of(entries, SLOPE, [evaluation])
    if any(value == value for value in slopes):
        scale = slope_scale(slopes)
        heading = f"slope from {number(scale.low, 2)} to {number(scale.high, 2)}; the line is at 1"
        tables.append(statistic_table(entries, evaluation, methods, (SLOPE, UNDER), scale, heading))
    return folded(f"{evaluation_name(evaluation)}: each {each_value(measures_of(entries, evaluation))}", joined(tables))


IN_NUMBERS = Section("numbers", "Numbers", "How good is it, in numbers?", _answer, one_run)
