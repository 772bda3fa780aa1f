"""rows.parquet: which line of the data is training row 17 or test point 8."""

from __future__ import annotations

import numpy as np
import pandas as pd

from groupinf.datasets.dataset import Dataset

ROWS = "rows.parquet"


def rows_frame(dataset: Dataset) -> pd.DataFrame:
    """One row for each training row and, below them, each test row, then each of the pool.

    Columns are file, line, split, row, label, weight and key. file is empty and line missing where it is not known
    where rows come from; weight is missing for test rows; the column key is there where the data have row keys.
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
            "label": np.array(dataset.classes)[y] if dataset.classes else y,
            "weight": np.concatenate(weights),
        }
    )
    return frame if origins is None or origins.key is None else frame.assign(key=origins.key)
