"""Runs whose groups were not all retrained, made from one that retrained all and one that retrained none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from groupinf.analysis.agreement import agreement_table
from groupinf.studies.group_effects.result import Run
from groupinf.studies.group_effects.retrain.section import TopGroups
from groupinf.theory.screening.registry import RETRAINED

KEYS = ["group", "evaluation", "test_point"]


def top_run(whole: Run, none: Run, asked: TopGroups, retrained: list[int]) -> Run:
    """What a run of ``asked`` says that has retrained these groups of ``whole``; the intervals of the others are those
    of ``none``, the run of the same groups that retrained nothing.
    """
    assert none.intervals is not None
    effects = whole.effects[whole.effects["group"].isin(retrained)].reset_index(drop=True)
    intervals = none.intervals[none.intervals["evaluation"] == asked.by]
    actual = effects[effects["method"] == "actual"][[*KEYS, "effect", "error_estimate"]]
    both = intervals.merge(actual, on=KEYS, how="left", validate="one_to_one")
    own = both["effect"].notna()
    both.loc[own, "level"] = RETRAINED
    for name, error in (("prediction", 0.0), ("low", -both["error_estimate"]), ("high", both["error_estimate"])):
        both[name] = np.where(own, both["effect"] + error, both[name])
    levels = pd.Series(both.drop_duplicates("group")["level"]).value_counts().to_dict()
    ordered = {level: count for level, count in levels.items() if level != RETRAINED} | {RETRAINED: len(retrained)}
    return replace(
        whole,
        manifest=replace(whole.manifest, retrain=asked, levels=ordered),
        effects=effects,
        retrains=whole.retrains[whole.retrains["group"].isin(retrained)].reset_index(drop=True),
        spearman=agreement_table(effects, 0).table,
        intervals=both[list(intervals.columns)],
    )
