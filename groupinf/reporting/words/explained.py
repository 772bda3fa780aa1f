"""Which attribute of the groups goes together most with their effects, in a sentence for each evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from groupinf.analysis.attributes import SIZE, attribute_table
from groupinf.analysis.pairs import ACTUAL
from groupinf.reporting.words.attributes import aligned_attributes
from groupinf.reporting.words.entries import Entry
from groupinf.reporting.words.formats import coefficient, interval
from groupinf.reporting.words.style import evaluation_name, panel_name
from groupinf.wording import counted


def explained(entry: Entry) -> list[str]:
    """A sentence for each evaluation: the attribute with the largest |ρ| with actual effects, over all groups, beside
    what size says of them, and the attribute that goes most with their sizes; of several test points, where that is.
    """
    table = attribute_table(entry.pairs, aligned_attributes(entry.run, entry.pairs))
    chosen = table[(table["method"] == ACTUAL) & (table["among"] == "") & (table["given"] == "")]
    evaluations = dict.fromkeys(name for name, _ in entry.pairs.measures)
    parts = {name: chosen[chosen["evaluation"] == name] for name in evaluations}
    return [_sentence(entry, name, rows) for name, rows in parts.items() if not rows.empty]


def _sentence(entry: Entry, evaluation: str, rows: pd.DataFrame) -> str:
    effects, sizes = (_strongest(rows[rows["magnitude"] == magnitude]) for magnitude in (False, True))
    several = rows["test_point"].nunique() > 1
    parts = []
    if effects:
        parts.append(f"effects go most with {_words(entry, effects, several)}{_number_of_rows(rows, effects)}")
    if sizes and (effects is None or sizes["spearman"] != effects["spearman"]):
        parts.append(f"their sizes without sign with {_words(entry, sizes, several)}")
    name = evaluation_name(evaluation)
    return f"{name}, {counted(rows['attribute'].nunique(), 'attribute')}: {'; '.join(parts)}."


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


def _number_of_rows(rows: pd.DataFrame, effects: Mapping[Any, Any]) -> str:
    """What size says of effects on the same test point, where another attribute says more."""
    here = (rows["test_point"] == effects["test_point"]) & (rows["attribute"] == SIZE) & ~rows["magnitude"]
    found = rows[here].to_dict("records")
    return f", ρ with size {_rho(found[0])}" if found and effects["attribute"] != SIZE else ""
