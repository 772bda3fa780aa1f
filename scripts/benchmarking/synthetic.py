"""Seeded data of a given shape, for the machine that has no real data."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from benchmarking.shapes import Shape
from groupinf.datasets.dataset import Dataset, Features

TEST_ROWS = 500
# common factors behind dense features, which make them correlated
FACTORS = 10
MOST_VOTES = 5


def make_dataset(name: str, shape: Shape, seed: int = 0) -> Dataset:
    """Features, labels of a noisy linear model, and weights: training rows first, then TEST_ROWS test rows."""
    rng = np.random.default_rng(seed)
    n, rows = shape.n, shape.n + TEST_ROWS
    X = _counts(shape, rows, rng) if shape.row_entries else _dense(shape, rows, rng)
    y = _labels(X, shape.classes, rng)
    weight = 1.0 / rng.integers(1, MOST_VOTES + 1, size=n) if shape.weighted else np.ones(n)
    return Dataset(
        name=name,
        task="classification",
        X_train=X[:n],
        y_train=y[:n],
        X_test=X[n:],
        y_test=y[n:],
        classes=tuple(range(shape.classes)),
        sample_weight_train=weight,
        feature_names=tuple(f"x{j}" for j in range(shape.d)),
    )


def _dense(shape: Shape, rows: int, rng: np.random.Generator) -> NDArray[np.float64]:
    X = rng.standard_normal((rows, shape.d))
    X += rng.standard_normal((rows, FACTORS)) @ rng.standard_normal((FACTORS, shape.d)) / np.sqrt(FACTORS)
    X *= np.logspace(0.0, -np.log10(shape.spread), shape.d)
    return X


def _counts(shape: Shape, rows: int, rng: np.random.Generator) -> sparse.csr_array:
    """Counts of features that are the rarer the higher their number, as words are (Zipf)."""
    lengths = 1 + rng.poisson(shape.row_entries - 1, size=rows)
    share = 1.0 / np.arange(5, 5 + shape.d)
    columns = rng.choice(shape.d, size=int(lengths.sum()), p=share / share.sum())
    counts = 1.0 + rng.poisson(0.5, size=columns.size)
    placed = (np.repeat(np.arange(rows), lengths), columns)
    return sparse.csr_array(sparse.coo_array((counts, placed), shape=(rows, shape.d)))


def _labels(X: Features, classes: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """The class of largest score; scores have unit variance, and Gumbel noise of half that scale."""
    z = np.asarray(X @ rng.standard_normal((X.shape[1], classes)))
    z = (z - z.mean(axis=0)) / z.std(axis=0)
    noisy = z + 0.5 * rng.gumbel(size=z.shape)
    return np.asarray(noisy.argmax(axis=1), dtype=np.int64)
