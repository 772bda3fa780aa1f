"""How good the prediction is on each evaluation, in a sentence each: what the page begins with."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from groupinf.analysis.extent import joint_extents
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.reporting.words.entries import Entry
from groupinf.reporting.words.formats import coefficient, extent, interval, percent, ratio
from groupinf.reporting.words.style import evaluation_name, method_in_text
from groupinf.wording import counted


def evaluation_answers(entries: Sequence[Entry]) -> list[str]:
    """Of each evaluation ρ, the share of groups for which the prediction is too small, and the slope.

    The prediction is the one that the page singles out; what it does not predict has no sentence.
    """
    rows = joint_extents([entry.run.spearman for entry in entries]).to_dict("records")
    shown = {entry.method for entry in entries}
    return [_sentence(row) for row in rows if row["method"] in shown]


def _sentence(row: Mapping[Any, Any]) -> str:
    points, each = row["test_points"], EVALUATIONS[row["evaluation"]].each
    over = f" over {counted(points, each)}" if points > 1 else ""
    ends = "" if math.isnan(row["spearman_low"]) else f" {interval(row['spearman_low'], row['spearman_high'])}"
    parts = [f"ρ = {_reach(row, 'spearman', coefficient)}{ends}"]
    if not math.isnan(row["slope_median"]):
        parts.append(f"too small for {_reach(row, 'underestimated', percent)} of the groups")
        parts.append(f"actual ÷ predicted = {_reach(row, 'slope', ratio)} by slope")
    return f"{evaluation_name(row['evaluation'])}, {method_in_text(row['method'])}{over}: {'; '.join(parts)}."


def _reach(row: Mapping[Any, Any], statistic: str, written: Any) -> str:
    return extent(row[f"{statistic}_least"], row[f"{statistic}_most"], written)
