"""Groups of points of one cluster of the per-point loss gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from groupinf.groups.builders.builder import Kind
from groupinf.groups.clustering.clusters import Clusters

if TYPE_CHECKING:
    from groupinf.groups.clustering.points import Points


if TYPE_CHECKING:
    from groupinf.groups.source import GroupSource


class GradientClusters(Clusters):
    """Points of one cluster of the per-point loss gradients."""

    name: ClassVar = "gradient_clusters"
    kinds: ClassVar = (Kind("gradient_clusters", "Gradient clusters", ("#0072B2", "^")),)

    builder: Literal["gradient_clusters"] = "gradient_clusters"

    def points(self, source: GroupSource) -> Points:
        """The gradients s_i ∇ℓ_i(θ̂) = [x_i, 1] ⊗ residuals[i], or x_i ⊗ residuals[i] without an intercept."""
        from groupinf.groups.clustering.points import gradient_points

        return gradient_points(source.dataset.X_train, source.residuals, source.has_intercept)
