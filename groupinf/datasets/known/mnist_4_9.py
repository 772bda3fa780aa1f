"""MNIST, 4 or 9: as many images of either, two digits that are alike."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from groupinf.datasets.facts import KnownDataset
from groupinf.datasets.known import mnist
from groupinf.datasets.known.mnist import WHITE, RawImages

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from groupinf.datasets.dataset import Dataset


DIGITS = (4, 9)
# so many rows of each digit, as the dogs and the fish of Koh and Liang (2017), section 5.1
TRAIN_PER_DIGIT, TEST_PER_DIGIT = 900, 300

FACTS = replace(
    mnist.FACTS,
    name="mnist_4_9",
    title="MNIST, 4 or 9: handwritten fours (0) and nines (1) from 784 pixels, each divided by 255",
    n=TRAIN_PER_DIGIT * len(DIGITS),
    n_test=TEST_PER_DIGIT * len(DIGITS),
    n_classes=len(DIGITS),
    lambda_over_n=None,
    test_accuracy=None,
)


def load(home: Path, seed: int) -> Dataset:
    """Return the first 900 fours and 900 nines of MNIST's training rows and the first 300 + 300 of its test rows, in
    the order of the files; ``seed`` is not used.

    Raises DataError where a file is not below the data home, or is not the one that is meant.
    """
    return fours_and_nines(mnist.read_images(FACTS, home))


def fours_and_nines(images: RawImages) -> Dataset:
    """Return these rows of MNIST's images."""
    import numpy as np

    from groupinf.datasets.dataset import Dataset

    train = first_of_each(images.digits, TRAIN_PER_DIGIT)
    test = first_of_each(images.test_digits, TEST_PER_DIGIT)
    return Dataset(
        name=FACTS.name,
        task="classification",
        X_train=images.train[train] / WHITE,
        y_train=np.searchsorted(DIGITS, images.digits[train]),
        X_test=images.test[test] / WHITE,
        y_test=np.searchsorted(DIGITS, images.test_digits[test]),
        classes=DIGITS,
        sample_weight_train=np.ones(train.size),
        feature_names=mnist.PIXELS,
        sources=images.sources,
    )


def first_of_each(digits: NDArray[np.int64], rows: int) -> NDArray[np.int64]:
    """Return where the first so many rows of each of the two digits stand, in rising order."""
    import numpy as np

    return np.sort(np.concatenate([np.flatnonzero(digits == digit)[:rows] for digit in DIGITS]))


KNOWN = KnownDataset(FACTS, load)
