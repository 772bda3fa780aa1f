"""Training and test rows as one, as they were before a split."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from groupinf.datasets.dataset import Dataset
from groupinf.datasets.rows.rearranged import parts_of, rearranged


def unsplit(dataset: Dataset) -> Dataset:
    """Return the dataset without test rows: all are training rows, in the order of the file that they were drawn from.

    Rows of several files, or of which nobody knows where they stood, are the training rows and then the test rows.
    Columns that test rows have no values of are left out.
    """
    train, test, pool = parts_of(dataset)
    both = np.concatenate([train, test])
    if dataset.origins is not None and dataset.origins.one_numbering:
        both = both[np.argsort(dataset.origins.line[both], kind="stable")]
    kept = {name: values for name, values in dataset.columns.items() if name in dataset.test_columns}
    return rearranged(replace(dataset, columns=kept), both, test[:0], pool)
