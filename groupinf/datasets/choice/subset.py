"""Some of the training rows, drawn at random."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from groupinf.datasets.choice.every_class import check_training_rows
from groupinf.datasets.config_error import DatasetConfigError
from groupinf.wording import counted

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset


KEY = ("dataset", "subset")

# spawns a stream of random numbers that nothing else of the same seed shares
STREAM = tuple(b"subset")


def subset_of(dataset: Dataset, rows: int, seed: int) -> Dataset:
    """Return the dataset with so many training rows, drawn uniformly without replacement, in their old order.

    Raises DatasetConfigError where there are fewer, or those drawn lack a class.
    """
    from groupinf.datasets.rows.rearranged import parts_of, rearranged

    if rows > dataset.n:
        expected = f"expected at most the {counted(dataset.n, 'training row')} that there are"
        raise DatasetConfigError(f"{expected}, found {rows:,}", (*KEY, "rows"))
    stream = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=STREAM))
    drawn = np.sort(stream.choice(dataset.n, rows, replace=False)).astype(np.int64)
    check_training_rows(dataset, drawn, KEY)
    _, test, pool = parts_of(dataset)
    return rearranged(dataset, drawn, test, pool)
