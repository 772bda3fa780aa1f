"""Groups of points of one cluster of the features."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from groupinf.groups.builders.builder import Kind
from groupinf.groups.clustering.clusters import Clusters

if TYPE_CHECKING:
    from groupinf.groups.clustering.points import Points


if TYPE_CHECKING:
    from groupinf.groups.source import GroupSource


class FeatureClusters(Clusters):
    """Points of one cluster of the features."""

    name: ClassVar = "feature_clusters"
    kinds: ClassVar = (Kind("feature_clusters", "Feature clusters", ("#56B4E9", "D")),)

    builder: Literal["feature_clusters"] = "feature_clusters"

    def points(self, source: GroupSource) -> Points:
        """The rows of X_train (n, d), as they are."""
        from groupinf.groups.clustering.points import FeaturePoints

        return FeaturePoints(source.dataset.X_train)
