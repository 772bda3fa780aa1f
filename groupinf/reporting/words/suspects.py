"""Rows whose labels or targets may be wrong, in sentences."""

from __future__ import annotations

import pandas as pd

from groupinf.analysis.suspects import retrained_suspects
from groupinf.groups.builders.single_rows import SUSPECT
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted

MEANING = (
    "Rise, which gives the order: by how much the row's own loss, times its weight, is larger by the model that was "
    "retrained without it than by the one that has seen it. Left out: the loss itself without it, by the Newton step "
    "and by retraining, which is exact. Self-influence predicts the rise to first order; the gap is what it misses, "
    "rise − self-influence."
)


def suspects_of(run: Run) -> pd.DataFrame:
    """The table, as ``analysis.suspects`` has it, of a run with points."""
    assert run.points is not None
    return retrained_suspects(run.points)


def is_of_suspects(run: Run) -> bool:
    """Whether every group of the run is a suspect, retrained alone."""
    if run.points is None or not (run.groups["kind"] == SUSPECT.name).all():
        return False
    return bool(run.points["self_actual"].notna().any())


def suspects_sentence(run: Run) -> str:
    """How many suspects there are, and of how many the model says another class, which has seen them with theirs."""
    found = suspects_of(run)
    count = len(found)
    rows, whose = counted(count, "training row"), "their own loss rises" if count > 1 else "its own loss rises"
    if not run.manifest.classes:
        return f"{rows} whose target is most likely wrong: {whose} most without {'them' if count > 1 else 'it'}."
    opening = f"{rows} most likely mislabelled: {whose} most without {'them' if count > 1 else 'it'}."
    wrong = int((found["predicted"].to_numpy(dtype=object) != found["label"].to_numpy(dtype=object)).sum())
    if count == 1:
        return (
            f"{opening} The model, which has seen it, gives {'another' if wrong else 'no other'} class than its label."
        )
    which = f"all {count:,}" if wrong == count else f"{wrong:,} of them" if wrong else "none of them"
    return f"{opening} The model, which has seen them, gives another class than their label to {which}."
