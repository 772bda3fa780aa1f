"""A pool: rows that are neither trained nor tested on, of which groups may be added to the training rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from groupinf.datasets.dataset import Dataset, PoolRows
from groupinf.datasets.rows.origins import RowOrigins

Rows = NDArray[np.int64]


def with_pool(dataset: Dataset, rows: Rows) -> Dataset:
    """Move the training rows ``rows``, sorted, of a dataset without a pool into one."""
    stays = np.setdiff1d(np.arange(dataset.n), rows)
    tested = np.arange(dataset.n, dataset.n + dataset.y_test.size)
    return replace(
        dataset,
        X_train=dataset.X_train[stays],
        y_train=dataset.y_train[stays],
        sample_weight_train=dataset.sample_weight_train[stays],
        columns={name: values[stays] for name, values in dataset.columns.items()},
        origins=_chosen(dataset.origins, np.concatenate([stays, tested, rows])),
        pool=PoolRows(
            X=dataset.X_train[rows],
            y=dataset.y_train[rows],
            sample_weight=dataset.sample_weight_train[rows],
            columns={name: values[rows] for name, values in dataset.columns.items()},
        ),
    )


def without_pool(dataset: Dataset) -> Dataset:
    """The dataset as if it had no pool."""
    others = np.arange(dataset.n + dataset.y_test.size)
    return dataset if dataset.pool is None else replace(dataset, pool=None, origins=_chosen(dataset.origins, others))


def pool_as_training_rows(dataset: Dataset) -> Dataset:
    """The rows of the pool as training rows beside the same test rows: what builders draw from; without one, itself."""
    pool, m = dataset.pool, dataset.y_test.size
    if pool is None:
        return dataset
    tested, pooled = np.arange(dataset.n, dataset.n + m), np.arange(dataset.n + m, dataset.n + m + pool.y.size)
    return replace(
        dataset,
        X_train=pool.X,
        y_train=pool.y,
        sample_weight_train=pool.sample_weight,
        columns=pool.columns,
        origins=_chosen(dataset.origins, np.concatenate([pooled, tested])),
        pool=None,
    )


def _chosen(origins: RowOrigins | None, rows: Rows) -> RowOrigins | None:
    if origins is None:
        return None
    key = None if origins.key is None else origins.key[rows]
    return RowOrigins(origins.file[rows], origins.line[rows], origins.key_name, key)
