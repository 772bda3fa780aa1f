"""Which kind of group, and which range of sizes, a prediction ranks worst and is most too small for, in sentences."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from groupinf.analysis.breakdown import comparable, most_underestimated, ranked_worst
from groupinf.analysis.intervals import FEWEST_GROUPS
from groupinf.reporting.words.asked import Asked, asked, told
from groupinf.reporting.words.entries import Entry
from groupinf.reporting.words.formats import coefficient, interval, ratio, size_words
from groupinf.reporting.words.style import kind_name, method_in_text
from groupinf.wording import counted, listed

# below this many groups chance may well decide which part is worst
FEW = 30
_MOST_NAMED = 3

_Row = Mapping[Any, Any]
_PartsOf = Callable[[Entry], pd.DataFrame]


@dataclass(frozen=True)
class _Division:
    """A way to part the groups: what a part and the parts are called, and how one is named in a sentence."""

    one: str
    many: str
    parts_of: _PartsOf
    words: Callable[[_Row], str]


_DIVISIONS = (
    _Division(
        "kind",
        "kinds",
        lambda entry: entry.by_kind,
        lambda row: f"groups of the kind {kind_name(row['kind'])}",
    ),
    _Division(
        "range of sizes",
        "ranges of sizes",
        lambda entry: entry.by_size,
        lambda row: f"groups of {size_words(int(row['smallest']), int(row['largest']))}",
    ),
)


@dataclass(frozen=True, eq=False)
class _Parted:
    """The groups of a run in parts: ``rows`` are those parts that can be called better or worse than others on one
    evaluation, at least two.
    """

    entry: Entry
    division: _Division
    rows: pd.DataFrame


def worst_lines(entries: Sequence[Entry]) -> list[str]:
    """The kind and the sizes that the prediction singled out by the page ranks worst, and of the highest slope.

    A sentence for each evaluation, judged by itself; evaluations of which the same is said share one. Of several runs,
    the run where that is so is named; then what is not ranked.
    """
    about = [(one, _parted(one)) for one in asked(entries)]
    compared = {p.division for _, parted in about for p in parted}
    missing = [f"not two {division.many}" for division in _DIVISIONS if division not in compared]
    sentences = told((one, words) for one, parted in about if (words := _of_evaluation(one, parted)))
    if missing:
        sentences.append(f"There are {' and '.join(missing)} with {FEWEST_GROUPS} groups or more to compare.")
    return [*sentences, *_unranked(entries)]


def _parted(one: Asked) -> list[_Parted]:
    """By kind, then by size, the runs that are asked for an evaluation and have parts to compare on it."""
    found = []
    for division in _DIVISIONS:
        for entry in one.entries:
            rows = comparable(division.parts_of(entry), one.method)
            rows = rows[rows["evaluation"] == one.evaluation]
            found += [] if rows.empty else [_Parted(entry, division, rows)]
    return found


def _of_evaluation(one: Asked, parted: Sequence[_Parted]) -> str:
    """What is said of one evaluation; nothing where there are no two parts to compare."""
    by = {division: [p for p in parted if p.division is division] for division in _DIVISIONS}
    worst = {division: _worst(one, of) for division, of in by.items() if of}
    found = [words for words in worst.values() if words]
    quiet = [f"no {division.one}" for division, words in worst.items() if not words]
    parts = [f"{method_in_text(one.method)} ranks {' and '.join(found)}"] if found else []
    parts += [f"{' and '.join(quiet)} is ranked clearly worse than all groups together"] if quiet else []
    steep = [words for of in by.values() if of and (words := _steepest(one, of))]
    parts += [f"the slope (actual ÷ predicted) is highest in {' and in '.join(steep)}"] if steep else []
    return f"{'; '.join(parts)}." if parts else ""


def _worst(one: Asked, parted: Sequence[_Parted]) -> str:
    lowest = min(parted, key=lambda of: float(of.rows["spearman_median"].min()))
    entry, division, row = lowest.entry, lowest.division, ranked_worst(lowest.rows, lowest.entry.extents)
    if row is None:
        return ""
    n_groups = int(row["n_groups"])
    few = ", so few that chance may decide" if n_groups < FEW else ""
    low, high = row["spearman_low"], row["spearman_high"]
    ends = "" if low != low else f" {interval(low, high)}"
    overall = coefficient(_of_all(one, entry, "spearman_median"))
    return (
        f"{division.words(row)} worst of all {division.many} ({_of_points(row)}ρ {coefficient(row['spearman_median'])}"
        f"{ends} over {counted(n_groups, 'group')}{few}; {overall} over all groups{_run(one, entry)})"
    )


def _steepest(one: Asked, parted: Sequence[_Parted]) -> str:
    highest = max(parted, key=lambda of: float(of.rows["slope_median"].fillna(-math.inf).max()))
    entry, row = highest.entry, most_underestimated(highest.rows, highest.entry.extents)
    if row is None:
        return ""
    slope, overall = ratio(row["slope_median"]), ratio(_of_all(one, entry, "slope_median"))
    return f"{highest.division.words(row)} ({_of_points(row)}{slope}; {overall} over all groups{_run(one, entry)})"


def _run(one: Asked, entry: Entry) -> str:
    return f"; {entry.label}" if entry.label and not one.label else ""


def _of_points(row: _Row) -> str:
    return "median " if row["test_points"] > 1 else ""


def _of_all(one: Asked, entry: Entry, column: str) -> float:
    table = entry.extents
    return float(table[(table["method"] == one.method) & (table["evaluation"] == one.evaluation)][column].iloc[0])


def _unranked(entries: Sequence[Entry]) -> list[str]:
    """A sentence on the kinds that have too few groups to be ranked, where there are any."""
    tables = [entry.by_kind for entry in entries]
    small = [kind_name(kind) for table in tables for kind in table[table["n_groups"] < FEWEST_GROUPS]["kind"]]
    names = list(dict.fromkeys(small))
    if not names:
        return []
    hidden = len(names) - _MOST_NAMED
    shown = [*names[:_MOST_NAMED], *([f"{hidden:,} more"] if hidden > 0 else [])]
    return [f"Not ranked, for fewer than {FEWEST_GROUPS} groups: {listed(shown)}."]
