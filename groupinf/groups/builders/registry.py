"""The builders, one line each, in the order in which tables and plots list their kinds."""

from __future__ import annotations

from collections.abc import Iterable

from groupinf.groups.builders.builder import Builder, Kind
from groupinf.groups.builders.column import Column
from groupinf.groups.builders.copies import Copies
from groupinf.groups.builders.feature_clusters import FeatureClusters
from groupinf.groups.builders.file import GroupFile
from groupinf.groups.builders.gradient_clusters import GradientClusters
from groupinf.groups.builders.influence_tails import InfluenceTails
from groupinf.groups.builders.most_influential import MostInfluential
from groupinf.groups.builders.pairs import Pairs
from groupinf.groups.builders.random import Random
from groupinf.groups.builders.random_within_class import RandomWithinClass
from groupinf.groups.builders.ranked_rows import RankedRows
from groupinf.groups.builders.shared_feature import SharedFeature
from groupinf.groups.builders.single_rows import SingleRows
from groupinf.registry import Registry

BUILDERS: Registry[type[Builder]] = Registry(
    "builder",
    (
        SharedFeature,
        FeatureClusters,
        GradientClusters,
        RandomWithinClass,
        Random,
        InfluenceTails,
        MostInfluential,
        RankedRows,
        GroupFile,
        Column,
        SingleRows,
        Pairs,
        Copies,
    ),
)


def natural_kinds(kinds: Iterable[str]) -> list[str]:
    """Those of the kinds that no builder draws: what data or users say that belongs together."""
    drawn = {kind.name for builder in BUILDERS.values() if not builder.natural for kind in builder.kinds}
    return [kind for kind in dict.fromkeys(kinds) if kind not in drawn]


def known_kinds() -> dict[str, Kind]:
    """The kinds of groups of all builders by their names, in the order of the builders."""
    return {kind.name: kind for builder in BUILDERS.values() for kind in builder.kinds}
