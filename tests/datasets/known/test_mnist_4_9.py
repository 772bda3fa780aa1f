"""Fours and nines are the first of MNIST's files, and the features of the network are of the same rows."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.svm import LinearSVC

from groupinf.datasets.dataset import Dataset
from groupinf.datasets.known import mnist, mnist_4_9, mnist_4_9_network
from groupinf.datasets.known.mnist import RawImages
from groupinf.datasets.known.registry import KNOWN
from groupinf.datasets.row_kinds.images import Images

NAMES = ("mnist_4_9", "mnist_4_9_network")


@cache
def load(name: str, home: Path) -> Dataset:
    return KNOWN[name].load(home, 5)


def made_images(rows: int = 400) -> RawImages:
    rng = np.random.default_rng(2)
    digits = rng.integers(0, 10, rows)
    pixels = (rng.uniform(0, 90, (rows, 784)) + 12 * digits[:, None]).astype(np.uint8)
    return RawImages(pixels, digits, pixels, digits, {})


def test_rows_are_the_first_fours_and_nines_of_the_files(real_home: Callable[..., Path]) -> None:
    home = real_home("mnist_4_9")
    data = load("mnist_4_9", home)
    pixels, labels, test_pixels, test_labels = (
        gzip.decompress((home / source.path).read_bytes()) for source in mnist.FILES
    )
    parts = (
        (data.X_train, data.y_train, pixels, labels[8:], 5_000, 900),
        (data.X_test, data.y_test, test_pixels, test_labels[8:], 0, 300),
    )
    for X, y, images, digits, first, each in parts:
        seen = {4: 0, 9: 0}
        expected = []
        for at in range(first, len(digits)):
            if digits[at] in seen and seen[digits[at]] < each:
                seen[digits[at]] += 1
                expected.append(at)
        assert [(4, 9)[code] for code in y] == [digits[at] for at in expected]
        assert np.bincount(y).tolist() == [each, each]
        for row in (0, 1, each, 2 * each - 1):
            at = 16 + 784 * expected[row]
            assert X[row].tolist() == [value / 255 for value in images[at : at + 784]]


@pytest.mark.parametrize("name", NAMES)
def test_facts_are_what_is_loaded(name: str, real_home: Callable[..., Path]) -> None:
    data, facts = load(name, real_home(name)), KNOWN[name].facts
    assert (data.name, data.classes) == (name, (4, 9))
    assert facts.rows_are == Images(shape=(28, 28))
    assert (data.X_train.shape, data.X_test.shape) == ((facts.n, facts.d), (facts.n_test, facts.d))
    assert len(set(data.feature_names)) == facts.d
    assert set(data.sources) == {source.path for source in facts.files}
    for X in (data.X_train, data.X_test):
        assert X.dtype == np.float64
        assert X.flags.c_contiguous


def test_both_have_the_same_rows_and_a_model_of_either_gets_96_in_100_right(real_home: Callable[..., Path]) -> None:
    """scikit-learn's models of the study: λ/n = 0.001, an RBF SVM with γ of 10 over the median squared distance.

    Neither has an intercept; the kernel's features are a Cholesky factor of all rows, as Koh and Liang's code has it.
    """
    home = real_home(*NAMES)
    pixels, features = (load(name, home) for name in NAMES)
    for part in ("y_train", "y_test"):
        assert getattr(pixels, part).tolist() == getattr(features, part).tolist()
    for mine, known in zip((pixels.X_train, pixels.X_test, pixels.feature_names), features.known_by, strict=True):
        assert np.array_equal(mine, known)
    C = 1 / (1e-3 * pixels.n)
    linear = LogisticRegression(C=C, fit_intercept=False, max_iter=2_000).fit(features.X_train, features.y_train)
    assert linear.score(features.X_test, features.y_test) == pytest.approx(0.96, abs=0.005)
    rows = np.vstack([pixels.X_train, pixels.X_test])
    root = np.linalg.cholesky(rbf_kernel(rows, gamma=0.12015) + 1e-10 * np.eye(len(rows)))
    kernel = LinearSVC(C=C, loss="hinge", fit_intercept=False, tol=1e-6, max_iter=100_000)
    kernel.fit(root[: pixels.n], pixels.y_train)
    assert kernel.score(root[pixels.n :], pixels.y_test) == pytest.approx(0.96, abs=0.005)


def test_features_are_the_last_hidden_layer_of_the_network() -> None:
    """The output layer makes of them the probabilities that scikit-learn predicts; digits 4 and 9 are never seen."""
    images = made_images()
    network = mnist_4_9_network.network_of_other_digits(images)
    assert network.classes_.tolist() == [0, 1, 2, 3, 5, 6, 7, 8]
    X = images.test[:40] / 255
    features = mnist_4_9_network.hidden_features(network, X)
    assert features.shape == (40, 256)
    assert features.min() == 0
    scores = features @ network.coefs_[-1] + network.intercepts_[-1]
    assert softmax(scores, axis=1) == pytest.approx(network.predict_proba(X), abs=1e-5)


def test_the_network_is_the_same_at_every_training_and_blind_to_fours_and_nines() -> None:
    images = made_images()
    first = mnist_4_9_network.network_of_other_digits(images)
    train = images.train.copy()
    train[np.isin(images.digits, (4, 9))] = 0
    other = RawImages(train, images.digits, images.test, images.test_digits, {})
    for again in (images, other):
        network = mnist_4_9_network.network_of_other_digits(again)
        assert [w.tobytes() for w in network.coefs_] == [w.tobytes() for w in first.coefs_]


def test_each_digit_has_its_first_rows() -> None:
    digits = np.array([9, 1, 4, 4, 9, 4, 9])
    assert mnist_4_9.first_of_each(digits, 2).tolist() == [0, 2, 3, 4]
