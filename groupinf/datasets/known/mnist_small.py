"""MNIST (small): a tenth of the training rows of MNIST, the paper's choice of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from groupinf.datasets.facts import KnownDataset
from groupinf.datasets.known import mnist

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset


# Table 1 has no row for it.
FACTS = replace(
    mnist.FACTS,
    name="mnist_small",
    title="MNIST (small): ten handwritten digits from 784 pixels, a tenth of MNIST's training rows",
    n=5_500,
    lambda_over_n=None,
    test_accuracy=None,
)

CHOICE_SEED = 0


def load(home: Path, seed: int) -> Dataset:
    """Return the first 5,500 of the shuffled training rows and all test rows of MNIST.

    ``seed`` is not used: the shuffle is the paper's, ``RandomState(0)``.
    Raises DataError where a file is not below the data home, or is not the one that is meant.
    """
    import numpy as np

    rows = np.arange(mnist.FACTS.n)
    np.random.RandomState(CHOICE_SEED).shuffle(rows)
    return mnist.load_rows(FACTS, home, rows[: FACTS.n])


KNOWN = KnownDataset(FACTS, load)
