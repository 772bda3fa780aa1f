"""The builders, one line each, in the order in which tables and plots list their kinds."""

from __future__ import annotations

from collections.abc import Iterable

from groupinf.groups.builders.builder import Builder, Kind
from groupinf.registry import Registry

BUILDERS: Registry[type[Builder]] = Registry(
    "builder",
    {
        "shared_feature": "groupinf.groups.builders.shared_feature:SharedFeature",
        "feature_clusters": "groupinf.groups.builders.feature_clusters:FeatureClusters",
        "gradient_clusters": "groupinf.groups.builders.gradient_clusters:GradientClusters",
        "random_within_class": "groupinf.groups.builders.random_within_class:RandomWithinClass",
        "random": "groupinf.groups.builders.random:Random",
        "influence_tails": "groupinf.groups.builders.influence_tails:InfluenceTails",
        "most_influential": "groupinf.groups.builders.most_influential:MostInfluential",
        "ranked_rows": "groupinf.groups.builders.ranked_rows:RankedRows",
        "file": "groupinf.groups.builders.file:GroupFile",
        "column": "groupinf.groups.builders.column:Column",
        "single_rows": "groupinf.groups.builders.single_rows:SingleRows",
        "pairs": "groupinf.groups.builders.pairs:Pairs",
        "copies": "groupinf.groups.builders.copies:Copies",
    },
)


def natural_kinds(kinds: Iterable[str]) -> list[str]:
    """Those of the kinds that no builder draws: what data or users say that belongs together."""
    drawn = {kind.name for builder in BUILDERS.values() if not builder.natural for kind in builder.kinds}
    return [kind for kind in dict.fromkeys(kinds) if kind not in drawn]


def known_kinds() -> dict[str, Kind]:
    """The kinds of groups of all builders by their names, in the order of the builders."""
    return {kind.name: kind for builder in BUILDERS.values() for kind in builder.kinds}
