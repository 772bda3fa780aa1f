"""MNIST, 4 or 9, as a network sees it that was trained on the eight other digits and then frozen."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from groupinf.datasets.facts import KnownDataset
from groupinf.datasets.known import mnist, mnist_4_9
from groupinf.datasets.known.mnist import WHITE, RawImages

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from sklearn.neural_network import MLPClassifier

    from groupinf.datasets.dataset import Dataset


LAYERS = (512, 256)
# by then 98.5 % of the test images of the eight digits are told apart
EPOCHS = 5
NETWORK_SEED = 0

FACTS = replace(
    mnist_4_9.FACTS,
    name="mnist_4_9_network",
    title="MNIST, 4 or 9, from 256 features of a network that was trained on the eight other digits",
    d=LAYERS[-1],
)


def load(home: Path, seed: int) -> Dataset:
    """Return the rows of mnist_4_9 with what the last hidden layer of the network makes of each; ``seed`` is not used.

    Rows are known by their pixels. The network has a seed of its own and is trained with one thread of BLAS, so that it
    is the same at every load.
    Raises DataError where a file is not below the data home, or is not the one that is meant.
    """
    import numpy as np
    from threadpoolctl import threadpool_limits

    images = mnist.read_images(FACTS, home)
    pixels = mnist_4_9.fours_and_nines(images)
    assert isinstance(pixels.X_train, np.ndarray)
    assert isinstance(pixels.X_test, np.ndarray)
    with threadpool_limits(limits=1):
        network = network_of_other_digits(images)
        train, test = (hidden_features(network, X) for X in (pixels.X_train, pixels.X_test))
    names = tuple(f"unit_{j}" for j in range(FACTS.d))
    return replace(pixels.with_features(train, test, None), name=FACTS.name, feature_names=names)


def network_of_other_digits(images: RawImages) -> MLPClassifier:
    """Return a network of 512 and 256 rectified units that tells the eight digits apart that are not 4 or 9."""
    import numpy as np
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    others = ~np.isin(images.digits, mnist_4_9.DIGITS)
    network = MLPClassifier(LAYERS, max_iter=EPOCHS, random_state=NETWORK_SEED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # so many epochs are what is meant
        # single precision takes half of the time
        network.fit((images.train[others] / WHITE).astype(np.float32), images.digits[others])
    return network


def hidden_features(network: MLPClassifier, pixels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return max(0, Wᵀa + b) of the last hidden layer, a the same of the layer below: (rows, 784) -> (rows, 256)."""
    import numpy as np

    a = pixels
    for weights, bias in zip(network.coefs_[:-1], network.intercepts_[:-1], strict=True):
        a = np.maximum(a @ weights.astype(np.float64) + bias, 0.0)
    return np.ascontiguousarray(a)


KNOWN = KnownDataset(FACTS, load)
