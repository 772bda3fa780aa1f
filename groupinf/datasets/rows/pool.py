"""A pool: rows that are neither trained nor tested on, of which groups may be added to the training rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from groupinf.datasets.dataset import Dataset
from groupinf.datasets.rows.rearranged import Rows, parts_of, rearranged


def with_pool(dataset: Dataset, rows: Rows) -> Dataset:
    """Move the training rows ``rows`` below those that are in the pool."""
    train, test, pool = parts_of(dataset)
    return rearranged(dataset, np.setdiff1d(train, rows), test, np.concatenate([pool, rows]))


def without_pool(dataset: Dataset) -> Dataset:
    """The dataset with its pool set aside, for a study that has no use for it."""
    return dataset if dataset.pool is None else replace(dataset, pool=None, set_aside=dataset.pool)


def pool_as_training_rows(dataset: Dataset) -> Dataset:
    """The rows of the pool as training rows beside the same test rows: what builders draw from; without one, itself.

    They are called rows of the pool; the training rows stand below the test rows in ``origins``.
    """
    pool = dataset.pool
    if pool is None:
        return dataset
    trained, tested, pooled = parts_of(dataset)
    return replace(
        dataset,
        X_train=pool.X,
        plain_train=pool.plain,
        plain_test=None if pool.plain is None else dataset.plain_test,
        y_train=pool.y,
        sample_weight_train=pool.sample_weight,
        columns=pool.columns,
        origins=None if dataset.origins is None else dataset.origins.at(np.concatenate([pooled, tested, trained])),
        pool=None,
        rows_left=tuple(replace(left, n=left.n_pool, n_pool=left.n) for left in dataset.rows_left),
        of_pool=True,
    )
