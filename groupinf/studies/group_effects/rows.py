"""rows.parquet: which line of the data is training row 17 or test point 8."""

from __future__ import annotations

import numpy as np
import pandas as pd

from groupinf.datasets.dataset import Dataset

ROWS = "rows.parquet"


def rows_frame(dataset: Dataset) -> pd.DataFrame:
    """One row for each training row and, below them, each test row: file, line, split, row, label, weight and key.

    file is empty and line missing where it is not known where rows come from; weight is missing for test rows; the
    column key is there where the data have row keys.
    """
    n, m, origins = dataset.n, int(dataset.y_test.size), dataset.origins
    y = np.concatenate([dataset.y_train, dataset.y_test])
    frame = pd.DataFrame(
        {
            "file": np.full(n + m, "", dtype=object) if origins is None else origins.file,
            "line": pd.array([None] * (n + m) if origins is None else origins.line, dtype="Int64"),
            "split": np.repeat(np.array(["train", "test"], dtype=object), [n, m]),
            "row": np.concatenate([np.arange(n), np.arange(m)]).astype(np.int64),
            "label": np.array(dataset.classes)[y] if dataset.classes else y,
            "weight": np.concatenate([dataset.sample_weight_train, np.full(m, np.nan)]),
        }
    )
    return frame if origins is None or origins.key is None else frame.assign(key=origins.key)
