"""rows.parquet: which line of the data is training row 17 or test point 8."""

from __future__ import annotations

import numpy as np
import pandas as pd

from groupinf.datasets.dataset import Dataset

ROWS = "rows.parquet"


def rows_frame(dataset: Dataset) -> pd.DataFrame:
    """One row for each training row, below them each test row and each of the pool: file, line, split, row, label,
    weight and key.

    file is empty and line missing where it is not known where rows come from; weight is missing for test rows; the
    column key is there where the data have row keys.
    """
    origins, pool = dataset.origins, dataset.pool
    sizes = [dataset.n, int(dataset.y_test.size), 0 if pool is None else int(pool.y.size)]
    y = [dataset.y_train, dataset.y_test, *([] if pool is None else [pool.y])]
    weight = [dataset.sample_weight_train, np.full(sizes[1], np.nan), *([] if pool is None else [pool.sample_weight])]
    labels = np.concatenate(y)
    frame = pd.DataFrame(
        {
            "file": np.full(sum(sizes), "", dtype=object) if origins is None else origins.file,
            "line": pd.array([None] * sum(sizes) if origins is None else origins.line, dtype="Int64"),
            "split": np.repeat(np.array(["train", "test", "pool"], dtype=object), sizes),
            "row": np.concatenate([np.arange(size) for size in sizes]).astype(np.int64),
            "label": np.array(dataset.classes)[labels] if dataset.classes else labels,
            "weight": np.concatenate(weight),
        }
    )
    return frame if origins is None or origins.key is None else frame.assign(key=origins.key)
