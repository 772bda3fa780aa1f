"""What the page needs of a run: agreement by kind of group, and what each method costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from groupinf.reproduction.papers.which_prediction.costs import Cost, method_costs
from groupinf.reproduction.results import Facts, facts_of
from groupinf.studies.group_effects.result import Run


@dataclass(frozen=True)
class MethodFacts(Facts):
    """A run, with agreement over each ``kinds`` of group and over all, and ``costs`` by the method's name."""

    by_kind: pd.DataFrame
    costs: Mapping[str, Cost]

    def median(self, statistic: str, evaluation: str, method: str, kind: str) -> float:
        """The median over test points of a statistic of the agreement; NaN where it has none."""
        table = self.by_kind
        chosen = (table["evaluation"] == evaluation) & (table["method"] == method) & (table["kind"] == kind)
        return float(table.loc[chosen, statistic].median())


def method_facts(run: Run) -> MethodFacts:
    """What the page needs of a run."""
    facts = facts_of(run)
    return MethodFacts(
        manifest=facts.manifest,
        spearman=facts.spearman,
        point=facts.point,
        sets=facts.sets,
        by_kind=run.spearman,
        costs=method_costs(run),
    )
