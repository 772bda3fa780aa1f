"""rows.parquet: which line of the data is training row 17 or test point 8."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.datasets.dataset import Dataset
from groupinf.numerics.losses.loss import Array

ROWS = "rows.parquet"


def rows_frame(dataset: Dataset, new_labels: Array | None = None) -> pd.DataFrame:
    """One row for each training row and, below them, each test row, then each of the pool.

    Columns are file, line, split, row, label, new_label, weight and key. file is empty and line missing where it is not
    known where rows come from; weight is missing for test rows; the column key is there where the data have row keys.
    new_label is there where ``new_labels`` are what a change gives the rows that may be changed: the training rows,
    then those of the pool that groups are drawn from; it is missing for others.
    """
    sizes, origins = (dataset.n, dataset.n_test, dataset.n_pool), dataset.origins
    pools = [rows for rows in (dataset.pool, dataset.set_aside) if rows is not None]
    rows = sum(sizes)
    y = np.concatenate([dataset.y_train, dataset.y_test, *(pool.y for pool in pools)])
    weights = [dataset.sample_weight_train, np.full(dataset.n_test, np.nan), *(pool.sample_weight for pool in pools)]
    frame = pd.DataFrame(
        {
            "file": np.full(rows, "", dtype=object) if origins is None else origins.file,
            "line": pd.array([None] * rows if origins is None else origins.line, dtype="Int64"),
            "split": np.repeat(np.array(["train", "test", "pool"], dtype=object), sizes),
            "row": np.concatenate([np.arange(size) for size in sizes]).astype(np.int64),
            "label": _in_words(y, dataset),
            **({} if new_labels is None else {"new_label": _new(new_labels, dataset, rows)}),
            "weight": np.concatenate(weights),
        }
    )
    return frame if origins is None or origins.key is None else frame.assign(key=origins.key)


def _in_words(y: NDArray[Any], dataset: Dataset) -> NDArray[Any]:
    """The classes that codes stand for; targets as they are."""
    return np.array(dataset.classes)[y.astype(np.int64)] if dataset.classes else y


def _new(labels: Array, dataset: Dataset, rows: int) -> pd.Series[Any]:
    """The new labels at their rows, nothing at the others."""
    place = np.r_[: dataset.n, dataset.n + dataset.n_test : dataset.n_test + labels.size]
    told = pd.Series(pd.array(_in_words(labels, dataset).tolist()), index=place)
    return told.reindex(range(rows))
