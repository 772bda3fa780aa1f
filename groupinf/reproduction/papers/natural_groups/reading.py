"""What the page needs of a run: who matters most, and how attributes go together with effects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from groupinf.analysis.attributes import attribute_table
from groupinf.analysis.pairs import ACTUAL, pair_effects
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.reporting.words.attributes import aligned_attributes
from groupinf.reproduction.results import Facts, facts_of
from groupinf.studies.group_effects.result import Run


@dataclass(frozen=True)
class NaturalFacts(Facts):
    """A run, with its ``kind`` of groups, their ``ranking`` on the test loss, ρ of ``attributes`` with actual effects
    there over all groups, and ``label_shares``, by the class its share of training and of test rows.
    """

    kind: str
    ranking: pd.DataFrame
    attributes: pd.DataFrame
    label_shares: Mapping[str, tuple[float, float]]


def natural_facts(run: Run) -> NaturalFacts:
    """What the page needs of a run."""
    facts, pairs = facts_of(run), pair_effects(run.effects)
    table = attribute_table(pairs, aligned_attributes(run, pairs))
    on_test_loss = (table["evaluation"] == TEST_LOSS.name) & (table["method"] == ACTUAL) & (table["among"] == "")
    return NaturalFacts(
        manifest=facts.manifest,
        spearman=facts.spearman,
        point=facts.point,
        sets=facts.sets,
        kind=str(run.groups["kind"].iloc[0]),
        ranking=run.ranking(TEST_LOSS.name),
        attributes=table[on_test_loss].reset_index(drop=True),
        label_shares=_label_shares(run),
    )


def _label_shares(run: Run) -> dict[str, tuple[float, float]]:
    assert run.rows is not None
    labels = run.rows["label"].astype(str)
    train, test = (labels[run.rows["split"] == split] for split in ("train", "test"))
    return {name: (float((train == name).mean()), float((test == name).mean())) for name in run.manifest.classes}
