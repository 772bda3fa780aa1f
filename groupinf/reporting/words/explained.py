"""Which attribute of the groups goes together most with their effects, in a sentence for each evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from groupinf.analysis.attributes import SIZE
from groupinf.analysis.pairs import ACTUAL
from groupinf.reporting.words.entries import Entry
from groupinf.reporting.words.formats import coefficient, interval
from groupinf.reporting.words.style import evaluation_name, panel_name
from groupinf.wording import counted

CHOSEN = (
    "Each is the largest of many correlations, and its interval does not count that: of twenty that mean nothing, one "
    "or so is told from 0."
)


def explained(entry: Entry) -> list[str]:
    """A sentence for each evaluation: the attribute with the largest |ρ| with actual effects, over all groups, beside
    what size says of them, and the attribute that goes most with their sizes; of several test points, where that is.
    """
    table = entry.correlations
    chosen = table[(table["method"] == ACTUAL) & (table["among"] == "")]
    evaluations = dict.fromkeys(name for name, _ in entry.pairs.measures)
    parts = {name: chosen[chosen["evaluation"] == name] for name in evaluations}
    return [_sentence(entry, name, rows) for name, rows in parts.items() if not rows.empty]


def _sentence(entry: Entry, evaluation: str, rows: pd.DataFrame) -> str:
    plain, given = rows[rows["given"] == ""], rows[rows["given"] == SIZE]
    effects, sizes = (_strongest(plain[plain["magnitude"] == magnitude]) for magnitude in (False, True))
    several = plain["test_point"].nunique() > 1
    parts = []
    if effects:
        parts.append(f"effects go most with {_words(entry, effects, several)}{_beside_size(rows, effects, given)}")
    if sizes and (effects is None or sizes["spearman"] != effects["spearman"]):
        parts.append(f"their magnitudes with {_words(entry, sizes, several)}{_given(given, sizes)}")
    attributes, points = plain["attribute"].nunique(), plain["test_point"].nunique()
    of = counted(attributes, "attribute") + (f" on {points:,} test points or sets" if several else "")
    return f"{evaluation_name(evaluation)}, {of}: {'; '.join(parts)}."


def _strongest(rows: pd.DataFrame) -> Mapping[Any, Any] | None:
    if rows.empty:
        return None
    found: Mapping[Any, Any] = rows.loc[[rows["spearman"].abs().idxmax()]].iloc[0].to_dict()
    return found


def _words(entry: Entry, row: Mapping[Any, Any], several: bool) -> str:
    on = f" on {panel_name(row['evaluation'], row['test_point'], entry.sets)}" if several else ""
    return f"{row['attribute']} (ρ {_rho(row)}){on}"


def _rho(row: Mapping[Any, Any]) -> str:
    if row["spearman_low"] != row["spearman_low"]:
        return coefficient(row["spearman"])
    apart = "" if not row["spearman_low"] <= 0 <= row["spearman_high"] else ", not told from 0"
    return f"{coefficient(row['spearman'])} {interval(row['spearman_low'], row['spearman_high'])}{apart}"


def _beside_size(rows: pd.DataFrame, effects: Mapping[Any, Any], given: pd.DataFrame) -> str:
    """What size says of effects on the same test point, where another attribute says more, and what that says given
    size."""
    here = (rows["test_point"] == effects["test_point"]) & (rows["attribute"] == SIZE) & ~rows["magnitude"]
    found = rows[here].to_dict("records")
    if not found or effects["attribute"] == SIZE:
        return ""
    return f"{_given(given, effects)}, ρ with size {_rho(found[0])}"


def _given(given: pd.DataFrame, row: Mapping[Any, Any]) -> str:
    """ρ of the same attribute and effects with size taken out."""
    same = (given["attribute"] == row["attribute"]) & (given["test_point"] == row["test_point"])
    found = given[same & (given["magnitude"] == row["magnitude"])].to_dict("records")
    return f", {_rho(found[0])} given size" if found else ""
