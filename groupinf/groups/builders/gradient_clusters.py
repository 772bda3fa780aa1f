"""Groups of points of one cluster of the per-point loss gradients."""

from __future__ import annotations

import numpy as np

from groupinf.config.schema import GradientClusters
from groupinf.groups.clustering.clusters import draw_from_clusters
from groupinf.groups.clustering.points import gradient_points
from groupinf.groups.groups import Built
from groupinf.groups.source import GroupSource


def build(source: GroupSource, options: GradientClusters, rng: np.random.Generator) -> Built:
    """Clusters of the gradients s_i ∇ℓ_i(θ̂) = [x_i, 1] ⊗ residuals[i]; rule and errors of ``draw_from_clusters``."""
    points = gradient_points(source.dataset.X_train, source.residuals)
    return draw_from_clusters(points, source.group_sizes(), options, rng)
