"""Groups of points that are alike in one feature."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from groupinf.groups.builders.builder import Builder, Kind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from groupinf.datasets.dataset import Features
    from groupinf.groups.groups import Built
    from groupinf.groups.source import GroupSource


class SharedFeature(Builder):
    """Points closest to a random point in a random feature's value."""

    name: ClassVar = "shared_feature"
    kinds: ClassVar = (Kind("shared_feature", "Shared feature", ("#CC79A7", "s")),)

    builder: Literal["shared_feature"] = "shared_feature"

    def build(self, source: GroupSource, rng: np.random.Generator) -> Built:
        """For each size s: a feature j and a training row i, both uniform; the s rows with the smallest |x_j − x_ij|.

        Ties are broken at random (Koh et al. 2019, Appendix A.2).
        """
        from groupinf.groups.groups import Built, Group

        dataset = source.dataset
        groups = []
        for size in source.group_sizes():
            feature, row = int(rng.integers(dataset.d)), int(rng.integers(dataset.n))
            members = _closest(_column(dataset.X_train, feature), row, size, rng)
            made_from = f"feature {dataset.feature_names[feature]} near row {row}"
            groups.append(Group(self.name, members, made_from))
        return Built(tuple(groups))


def _column(X: Features, feature: int) -> NDArray[np.float64]:
    if isinstance(X, np.ndarray):
        return X[:, feature]
    at = X.indices == feature
    rows = np.searchsorted(X.indptr, np.flatnonzero(at), side="right") - 1
    return np.bincount(rows, weights=X.data[at], minlength=X.shape[0]).astype(np.float64)


def _closest(values: NDArray[np.float64], row: int, size: int, rng: np.random.Generator) -> NDArray[np.int64]:
    shuffled = rng.permutation(values.size)  # a stable sort of shuffled rows leaves ties in random order
    by_distance = np.argsort(np.abs(values[shuffled] - values[row]), kind="stable")
    return np.sort(shuffled[by_distance[:size]]).astype(np.int64)
