"""Groups of points of one cluster of the features."""

from __future__ import annotations

import numpy as np

from groupinf.config.schema import FeatureClusters
from groupinf.groups.clustering.clusters import draw_from_clusters
from groupinf.groups.clustering.points import FeaturePoints
from groupinf.groups.groups import Built
from groupinf.groups.source import GroupSource


def build(source: GroupSource, options: FeatureClusters, rng: np.random.Generator) -> Built:
    """Clusters of the rows of X_train (n, d), as they are; the rule and the errors of ``draw_from_clusters``."""
    return draw_from_clusters(FeaturePoints(source.dataset.X_train), source.group_sizes(), options, rng)
