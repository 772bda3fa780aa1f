"""Which kind of group, and which range of sizes, a prediction ranks worst and underestimates most, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from groupinf.analysis.breakdown import by_kind, by_size, comparable, most_underestimated, ranked_worst
from groupinf.analysis.extent import extents
from groupinf.analysis.intervals import FEWEST_GROUPS
from groupinf.reporting.words.entries import Entry
from groupinf.reporting.words.formats import coefficient, interval, ratio, size_words
from groupinf.reporting.words.style import evaluation_in_text, kind_name, method_name
from groupinf.wording import counted, listed

# below this many groups chance may well decide which part is worst
FEW = 30
_MOST_NAMED = 3

_Row = Mapping[Any, Any]
_PartsOf = Callable[[Entry], pd.DataFrame]
_Chosen = Callable[[pd.DataFrame, pd.DataFrame], _Row | None]


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
        lambda entry: by_kind(entry.run.spearman),
        lambda row: f"in groups of the kind {kind_name(row['kind'])}",
    ),
    _Division(
        "range of sizes",
        "ranges of sizes",
        lambda entry: by_size(entry.pairs, entry.sizes),
        lambda row: f"in groups of {size_words(int(row['smallest']), int(row['largest']))}",
    ),
)


def worst_line(entries: Sequence[Entry]) -> str:
    """The kind and the sizes that the prediction singled out by the page ranks worst, and underestimates most.

    Of several runs, the run where that is so is named; then what is not ranked.
    """
    name = listed(dict.fromkeys(method_name(entry.method) for entry in entries))
    compared = [division for division in _DIVISIONS if any(not _rows(entry, division).empty for entry in entries)]
    missing = [division for division in _DIVISIONS if division not in compared]
    worst = {division.one: _worst(entries, division) for division in compared}
    found = [words for words in worst.values() if words]
    quiet = [one for one, words in worst.items() if not words]
    sentences = [f"{name} ranks worst {', and '.join(found)}."] if found else []
    sentences += [f"No {' and no '.join(quiet)} stands out: ρ is close to that over all groups."] if quiet else []
    steep = [words for division in compared if (words := _steepest(entries, division))]
    sentences += [f"It underestimates most {', and '.join(steep)}."] if steep else []
    sentences += [f"There are not two {d.many} with {FEWEST_GROUPS} groups or more to compare." for d in missing]
    return " ".join([*sentences, *_unranked(entries)])


def _rows(entry: Entry, division: _Division) -> pd.DataFrame:
    return comparable(division.parts_of(entry), entry.method)


def _chosen(entries: Sequence[Entry], division: _Division, choose: _Chosen) -> list[tuple[Entry, _Row]]:
    """The row that is chosen of each run that has one."""
    found = [(entry, choose(_rows(entry, division), extents(entry.run.spearman))) for entry in entries]
    return [(entry, row) for entry, row in found if row is not None]


def _worst(entries: Sequence[Entry], division: _Division) -> str:
    found = _chosen(entries, division, ranked_worst)
    if not found:
        return ""
    entry, row = min(found, key=lambda one: float(one[1]["spearman_median"]))
    n_groups = int(row["n_groups"])
    few = ", so few that chance may decide" if n_groups < FEW else ""
    low, high = row["spearman_low"], row["spearman_high"]
    ends = "" if low != low else f" {interval(low, high)}"
    return (
        f"{division.words(row)} on {_where(entry, row)}, with {_of_points(row)}ρ = "
        f"{coefficient(row['spearman_median'])}{ends} over {counted(n_groups, 'group')}{few} "
        f"({coefficient(_overall(entry, row, 'spearman_median'))} over all groups)"
    )


def _steepest(entries: Sequence[Entry], division: _Division) -> str:
    found = _chosen(entries, division, most_underestimated)
    if not found:
        return ""
    entry, row = max(found, key=lambda one: float(one[1]["slope_median"]))
    return (
        f"{division.words(row)} on {_where(entry, row)}, with {_of_points(row)}slope {ratio(row['slope_median'])} "
        f"({ratio(_overall(entry, row, 'slope_median'))} over all groups)"
    )


def _where(entry: Entry, row: _Row) -> str:
    return evaluation_in_text(row["evaluation"]) + (f" at {entry.label}" if entry.label else "")


def _of_points(row: _Row) -> str:
    return "median " if row["test_points"] > 1 else ""


def _overall(entry: Entry, row: _Row, column: str) -> float:
    table = extents(entry.run.spearman)
    return float(table[(table["method"] == entry.method) & (table["evaluation"] == row["evaluation"])][column].iloc[0])


def _unranked(entries: Sequence[Entry]) -> list[str]:
    """A sentence on the kinds that have too few groups to be ranked, where there are any."""
    tables = [by_kind(entry.run.spearman) for entry in entries]
    small = [kind_name(kind) for table in tables for kind in table[table["n_groups"] < FEWEST_GROUPS]["kind"]]
    names = list(dict.fromkeys(small))
    if not names:
        return []
    hidden = len(names) - _MOST_NAMED
    shown = [*names[:_MOST_NAMED], *([f"{hidden:,} more"] if hidden > 0 else [])]
    return [f"Not ranked, for fewer than {FEWEST_GROUPS} groups: {listed(shown)}."]
