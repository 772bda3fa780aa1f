"""The answers to the first two questions of the page, in a sentence each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from groupinf.analysis.extent import extents, joint_extents, span
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.reporting.words.entries import Entry
from groupinf.reporting.words.formats import coefficient, extent, interval, percent, ratio
from groupinf.reporting.words.style import evaluation_in_text, method_in_text, method_name
from groupinf.wording import counted, listed

# what a ρ of at least so much is called: words are a judgement, and the number stands beside them
_RANKS = ((0.99, "almost perfectly"), (0.95, "very well"), (0.8, "well"), (0.5, "moderately"), (0.2, "poorly"))
_HARDLY = "hardly at all"
_AGAINST = ((-0.2, _HARDLY), (-1.0, "in reverse"))
# slopes between these are called those of a prediction of the right size: 5 % off to either side is hardly seen
_SAME = (0.95, 1.05)
# the answer for such slopes
_ABOUT_RIGHT = "Hardly"


def ranking_answer(entries: Sequence[Entry]) -> str:
    """How well the prediction that the page singles out ranks the groups on each evaluation."""
    return _answer(_ranking, entries)


def underestimation_answer(entries: Sequence[Entry]) -> str:
    """Whether the prediction that the page singles out is too small, for how many groups, and by how much."""
    return _answer(_underestimation, entries)


def _answer(of: Callable[[str, Sequence[Entry]], str], entries: Sequence[Entry]) -> str:
    """A sentence for each prediction that is singled out, and what they leave aside."""
    known = [entry for entry in entries if not _resolved(entry).empty]
    small = sum(len(entry.unresolved) for entry in entries)
    aside = f"Left aside: {counted(small, 'measure')} with effects too small to be told from their errors."
    methods = dict.fromkeys(entry.method for entry in known)
    parts = [of(method, [entry for entry in known if entry.method == method]) for method in methods]
    return " ".join([*parts, *([aside] if small else [])])


def _resolved(entry: Entry) -> pd.DataFrame:
    """The agreement table without measures whose effects are too small to be told from their errors."""
    table = entry.run.spearman
    measures = zip(table["evaluation"], table["test_point"], strict=True)
    return table[[measure not in entry.unresolved for measure in measures]]


def _extents(method: str, entries: Sequence[Entry]) -> pd.DataFrame:
    table = joint_extents([_resolved(entry) for entry in entries])
    return table[table["method"] == method]


def _ranking(method: str, entries: Sequence[Entry]) -> str:
    table = _extents(method, entries)
    known, undefined = table[table["spearman_median"].notna()], table[table["spearman_median"].isna()]
    parts = []
    for row in known.to_dict("records"):
        usual, worst = _rank_words(row["spearman_median"]), _rank_words(row["spearman_least"])
        but = "" if usual == worst else f", {worst} at worst,"
        rho = extent(row["spearman_least"], row["spearman_most"], coefficient)
        low, high = row["spearman_low"], row["spearman_high"]
        ends = "" if low != low else f" {interval(low, high)}"
        where = _over(row, entries) + _lowest(entries, method, row["evaluation"])
        parts.append(f"{usual}{but} on {_name(row['evaluation'])}: ρ {rho}{ends}{where}")
    sentences = [f"{method_name(method)} ranks the groups {'; '.join(parts)}."] if parts else []
    names = listed(map(_name, undefined["evaluation"]))
    none = f"There is no ρ on {names}: it needs two groups or more, with effects that differ."
    return " ".join([*sentences, *([none] if names else [])])


def _rank_words(rho: float) -> str:
    return next(words for least, words in (*_RANKS, *_AGAINST) if rho >= least)


def _over(row: Mapping[Any, Any], entries: Sequence[Entry]) -> str:
    """Over how many test points and runs values reach."""
    points, each = row["test_points"], EVALUATIONS[row["evaluation"]].each
    reach = [f"over {counted(points, each)}"] if points > 1 else []
    reach += [f"in {counted(len(entries), 'run')}"] if len(entries) > 1 else []
    return f" {' '.join(reach)}" if reach else ""


def _lowest(entries: Sequence[Entry], method: str, evaluation: str) -> str:
    """The run of lowest ρ, where there are several."""
    if len(entries) == 1:
        return ""
    found = []
    for entry in entries:
        table = extents(_resolved(entry))
        rows = table[(table["method"] == method) & (table["evaluation"] == evaluation)]
        found += [(float(least), entry.label) for least in rows["spearman_least"].dropna()]
    least, label = min(found, key=lambda one: one[0])
    same = all(coefficient(other) == coefficient(least) for other, _ in found)
    return "" if same else f", lowest at {label}"


def _underestimation(method: str, entries: Sequence[Entry]) -> str:
    table = _extents(method, entries)
    table = table[table["slope_median"].notna()]
    name = method_in_text(method)
    if any(method in entry.pairs.ranks_only for entry in entries):
        return f"There is no slope: of {name} only the order of groups means anything."
    if table.empty:
        return f"There is no slope: {name} predicts no effect at all."
    kinds = {row["evaluation"]: _kind(pd.DataFrame([row])) for row in table.to_dict("records")}
    if len(set(kinds.values())) == 1:
        kind = next(iter(kinds.values()))
        return f"{kind}: {_amount(kind, table, name)}."
    of = {evaluation: table[table["evaluation"] == evaluation] for evaluation in kinds}
    parts = [f"{kind} on {_name(e)}: {_amount(kind, of[e], name)}." for e, kind in kinds.items()]
    return " ".join(parts)


def _kind(row: pd.DataFrame) -> str:
    least, most = span(row, "slope")
    if least > _SAME[1] and float(row["underestimated_median"].iloc[0]) >= 0.5:
        return "Yes"
    if _SAME[0] <= least and most <= _SAME[1]:
        return _ABOUT_RIGHT
    return "No" if most < _SAME[0] else "In part"


def _amount(kind: str, rows: pd.DataFrame, name: str) -> str:
    """By how much, and for how many groups: where it is hardly too small, for these by however little."""
    share, slope = extent(*span(rows, "underestimated"), percent), extent(*span(rows, "slope"), ratio)
    if kind == _ABOUT_RIGHT:
        times = f"actual effects are {slope} times as large as {name} predicts, by slope"
        return f"{times}; it is too small, by however little, for {share} of the groups"
    return f"{name} is too small for {share} of the groups; actual effects are {slope} times as large by slope"


def _name(evaluation: str) -> str:
    return evaluation_in_text(evaluation)
