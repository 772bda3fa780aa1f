"""A target with mean 0 and standard deviation 1 over the training rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from groupinf.datasets.choice.left import TargetScale
from groupinf.datasets.config_error import DatasetConfigError

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset
    from groupinf.datasets.rows.labels import Labels


KEY = ("dataset", "standardise_target")


def with_standardised_target(dataset: Dataset) -> Dataset:
    """Return (y − mean)/sd of every target, mean and sd (ddof 0) over the training rows, which count alike.

    Raises DatasetConfigError where labels are classes, or the training rows have one target.
    """
    if dataset.classes:
        found = f"found {dataset.name}, whose labels are classes"
        raise DatasetConfigError(f"expected standardise_target only of regression, {found}", KEY)
    y, pool, aside = dataset.y_train, dataset.pool, dataset.set_aside
    mean, sd = float(y.mean()), float(y.std())
    if (y == y[0]).all() or not sd > 0:
        raise DatasetConfigError(f"expected training rows whose targets differ, found {y[0]:g} in each", KEY)

    def scaled(y: Labels) -> NDArray[np.float64]:
        return np.asarray((y - mean) / sd, dtype=np.float64)

    return replace(
        dataset,
        y_train=scaled(y),
        y_test=scaled(dataset.y_test),
        pool=None if pool is None else replace(pool, y=scaled(pool.y)),
        set_aside=None if aside is None else replace(aside, y=scaled(aside.y)),
        target_scale=TargetScale(mean, sd),
    )
