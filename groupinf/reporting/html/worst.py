"""Which kind of group, and which range of sizes, a prediction ranks worst, in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from groupinf.analysis.breakdown import by_kind, by_size, ranked_worst
from groupinf.analysis.extent import extents
from groupinf.analysis.intervals import FEWEST_GROUPS
from groupinf.reporting.formats import coefficient, counted, interval, listed, size_words
from groupinf.reporting.html.entries import Entry
from groupinf.reporting.style import evaluation_name, kind_name, method_name

# below this many groups chance may well decide which part is worst
FEW = 30
_MOST_NAMED = 3
_INTERVAL = "in brackets the 95 % interval of a ρ of that size over so many groups"

_PartsOf = Callable[[Entry], pd.DataFrame]


def worst_line(entries: Sequence[Entry]) -> str:
    """The kind and the sizes of lowest median ρ for the prediction that the page singles out, and what is not ranked.

    Of several runs, the run where it is lowest is named.
    """
    kinds = _worst(entries, lambda entry: by_kind(entry.run.spearman), _kind_words)
    sizes = _worst(entries, lambda entry: by_size(entry.pairs, entry.sizes), _sizes_words)
    found = [words for words in (kinds, sizes) if words]
    names = listed(list(dict.fromkeys(method_name(entry.method) for entry in entries)))
    missing = [words for words, row in (("kinds", kinds), ("ranges of sizes", sizes)) if not row]
    parts = (
        [f"{names} ranks worst {', and '.join(found)}; by the median ρ over test points, {_INTERVAL}."] if found else []
    )
    parts += [f"There are not two {words} with {FEWEST_GROUPS} groups or more to compare." for words in missing]
    return " ".join([*parts, *_unranked(entries)])


def _worst(entries: Sequence[Entry], parts_of: _PartsOf, words: Callable[[Mapping[Any, Any]], str]) -> str:
    found = [(entry, row) for entry in entries if (row := ranked_worst(parts_of(entry), entry.method)) is not None]
    if not found:
        return ""
    entry, row = min(found, key=lambda one: float(one[1]["spearman_median"]))
    where = f" at {entry.label}" if entry.label else ""
    n_groups = int(row["n_groups"])
    few = ", so few that chance may decide" if n_groups < FEW else ""
    return (
        f"{words(row)} on {evaluation_name(row['evaluation']).lower()}{where}, with ρ = "
        f"{coefficient(row['spearman_median'])} {interval(row['low'], row['high'])} over "
        f"{counted(n_groups, 'group')}{few} ({coefficient(_overall(entry, row['evaluation']))} over all groups)"
    )


def _kind_words(row: Mapping[Any, Any]) -> str:
    return f"in groups of the kind {kind_name(row['kind'])}"


def _sizes_words(row: Mapping[Any, Any]) -> str:
    return f"in groups of {size_words(int(row['smallest']), int(row['largest']))}"


def _overall(entry: Entry, evaluation: str) -> float:
    table = extents(entry.run.spearman)
    row = table[(table["method"] == entry.method) & (table["evaluation"] == evaluation)]
    return float(row["spearman_median"].iloc[0])


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
