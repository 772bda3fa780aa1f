"""Dogfish reads the authors' two files, element for element, and refuses arrays that are not theirs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from groupinf.datasets.known import dogfish, dogfish_efficientnet
from groupinf.errors import DataError

X = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)
Y = np.array([0.0, 1, 1, 0, 1, 0])
FEATURES = "inception_features_val"


def write(home: Path, train: dict[str, np.ndarray], test: dict[str, np.ndarray]) -> None:
    (home / "dogfish").mkdir(exist_ok=True)
    for source, arrays in zip(dogfish.FACTS.files, (train, test), strict=True):
        np.savez(home / source.path, **arrays)


def test_authors_files(tmp_path: Path) -> None:
    write(tmp_path, {FEATURES: X, "labels": Y, "other": X}, {FEATURES: X[:3], "labels": Y[:3].astype(np.uint8)})
    data = dogfish.load(tmp_path, 0)
    np.testing.assert_array_equal(data.X_train, X)
    np.testing.assert_array_equal(data.X_test, X[:3])
    assert data.X_train.dtype == np.float64
    assert (data.y_train.tolist(), data.y_test.tolist()) == ([0, 1, 1, 0, 1, 0], [0, 1, 1])
    assert list(data.sources) == [source.path for source in dogfish.FACTS.files]


@pytest.mark.parametrize(
    ("train", "test", "message"),
    [
        ({"labels": Y}, {}, r"train\.npz: expected an array inception_features_val, found labels"),
        ({FEATURES: X}, {}, r"train\.npz: expected an array labels, found inception_features_val"),
        ({FEATURES: X[0], "labels": Y}, {}, r"train\.npz: inception_features_val: expected shape"),
        ({FEATURES: X, "labels": Y[:5]}, {}, r"train\.npz: labels: expected 6 numbers, one per row"),
        ({FEATURES: X, "labels": Y + 1}, {}, r"train\.npz: labels: expected 0 or 1, found 2\.0"),
        ({FEATURES: X, "labels": Y * np.nan}, {}, r"train\.npz: labels: expected 0 or 1, found nan"),
        ({FEATURES: X, "labels": 0 * Y}, {}, r"train\.npz: labels: expected both 0 and 1, found only 0"),
        ({FEATURES: X * np.inf, "labels": Y}, {}, r"train\.npz: inception_features_val: expected finite values"),
        ({}, {FEATURES: X[:, 1:], "labels": Y}, r"test\.npz: inception_features_val: expected 4 columns as in dogfish"),
    ],
)
def test_faults(tmp_path: Path, train: dict[str, np.ndarray], test: dict[str, np.ndarray], message: str) -> None:
    good = {FEATURES: X, "labels": Y}
    write(tmp_path, train or good, test or good)
    with pytest.raises(DataError, match=message):
        dogfish.load(tmp_path, 0)


def test_other_features_of_the_real_files(real_home: Callable[..., Path]) -> None:
    home = real_home("dogfish_efficientnet")
    data = dogfish_efficientnet.load(home, 0)
    with np.load(home / "dogfish_features" / "train.npz") as arrays:
        np.testing.assert_array_equal(data.X_train, arrays["features"])
        np.testing.assert_array_equal(data.y_train, arrays["labels"])
