"""The answers to two questions of the page beyond its first sentences: where, for how many, and who decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from groupinf.analysis.agreement import ALL_KINDS
from groupinf.analysis.ratios import decisive
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.reporting.words.asked import Asked, asked, told
from groupinf.reporting.words.entries import Entry
from groupinf.reporting.words.formats import coefficient, extent, interval, percent, ratio, shorten, size_words
from groupinf.reporting.words.style import LONGEST_NAME, method_in_text, panel_name
from groupinf.reporting.words.summary import measure_name
from groupinf.wording import counted, listed


def ranking_answers(entries: Sequence[Entry]) -> list[str]:
    """Where ρ of the prediction that the page singles out is lowest and highest, a sentence for each evaluation."""
    return _answers(_ranking, entries)


def underestimation_answers(entries: Sequence[Entry]) -> list[str]:
    """For how many groups that prediction is too small, and its slope over all groups and by size.

    A sentence for each evaluation, and one more where a few groups decide its slope.
    """
    return _answers(_underestimation, entries)


def _answers(of: Callable[[Asked, Mapping[Any, Any]], str], entries: Sequence[Entry]) -> list[str]:
    known = [(one, one.row) for one in asked(entries)]
    return told((one, of(one, row)) for one, row in known if row is not None)


def _ranking(one: Asked, row: Mapping[Any, Any]) -> str:
    found = [(rho, entry, point) for entry in one.entries for point, rho in _rhos(one, entry)]
    if not found:
        return "there is no ρ: it needs two groups or more, with effects that differ."
    low, high = row["spearman_low"], row["spearman_high"]
    lowest, highest = (of(found, key=lambda each: each[0]) for of in (min, max))
    if coefficient(lowest[0]) == coefficient(highest[0]):
        ends = "" if low != low else f" {interval(low, high)}"
        return f"ρ is {coefficient(lowest[0])}{ends}{' everywhere' if len(found) > 1 else ''}."
    least, most = (f"{coefficient(rho)}{_place(one, entry, point)}" for rho, entry, point in (lowest, highest))
    return f"ρ is from {least} to {most}."


def _rhos(one: Asked, entry: Entry) -> list[tuple[int, float]]:
    table, points = entry.run.spearman, one.points_of(entry)
    rows = table[
        (table["kind"] == ALL_KINDS) & (table["evaluation"] == one.evaluation) & table["test_point"].isin(points)
    ]
    rows = rows[(rows["method"] == one.method) & rows["spearman"].notna()]
    return [(int(point), float(rho)) for point, rho in zip(rows["test_point"], rows["spearman"], strict=True)]


def _place(one: Asked, entry: Entry, point: int) -> str:
    """Where a value is, in brackets: on what, and of several runs in which."""
    on = "" if EVALUATIONS[one.evaluation].measured_on else panel_name(one.evaluation, point, entry.sets)
    return f" ({', '.join(filter(None, [on, '' if one.label else entry.label]))})"


def _underestimation(one: Asked, row: Mapping[Any, Any]) -> str:
    name = method_in_text(one.method)
    if any(one.method in entry.pairs.ranks_only for entry in one.entries):
        return f"there is no slope, as of {name} only the order of groups means anything."
    if row["slope_median"] != row["slope_median"]:
        return f"there is no slope, as {name} predicts no effect at all."
    share = extent(row["underestimated_least"], row["underestimated_most"], percent)
    slope = extent(row["slope_least"], row["slope_most"], ratio)
    sentence = (
        f"{name} has the right sign and is too small for {share} of the groups; the slope (actual ÷ predicted) is "
        f"{slope}{one.over}{_sizes(one)}."
    )
    return " ".join([sentence, *_deciders(one)])


def _sizes(one: Asked) -> str:
    """The slopes of the smallest and the largest groups of a run; nothing where groups are of about one size."""
    [entry, *others] = one.entries
    if others or one.left:
        return ""
    table = entry.by_size
    rows = table[(table["evaluation"] == one.evaluation) & (table["method"] == one.method)]
    rows = rows[rows["slope_median"].notna()]
    if len(rows) < 2:
        return ""
    medians = " (medians)" if rows["test_points"].iloc[0] > 1 else ""
    first, last = (
        f"{ratio(end['slope_median'])} in groups of {size_words(int(end['smallest']), int(end['largest']))}"
        for end in (rows.iloc[0], rows.iloc[-1])
    )
    return f"; it is {first} and {last}{medians}"


def _deciders(one: Asked) -> list[str]:
    """A sentence on the few groups that decide the slope, where they hold most of its weight."""
    found = [
        (of, entry)
        for entry in one.entries
        for of in decisive(entry.pairs, one.method, one.evaluation, entry.unresolved)
    ]
    if not found:
        return []
    most, entry = max(found, key=lambda each: each[0].share)
    names = entry.run.groups.set_index("group")["name"]
    groups = [shorten(names.loc[entry.pairs.groups[place]], LONGEST_NAME) for place in most.places]
    who = f"group {groups[0]}, which holds" if len(groups) == 1 else f"groups {listed(groups)}, which hold"
    at = f" at {entry.label}" if entry.label else ""
    others = f"; few groups decide it on {counted(len(found) - 1, 'other')} as well" if len(found) > 1 else ""
    on = measure_name(*most.measure, entry.sets)
    return [f"The slope of {on}{at} is decided by {who} {percent(most.share)} of Σp²{others}."]
