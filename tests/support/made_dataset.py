"""A made-up dataset with values of every kind, and what it is for two datasets to be the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np
from scipy import sparse

from groupinf.datasets.dataset import Dataset
from groupinf.datasets.facts import DatasetFacts, SourceFile


def assert_same(a: Any, b: Any, where: str = "") -> None:
    """Equal to the last bit, in dtype, shape and order, and of the same types; a memory map is an array."""
    if isinstance(a, Dataset):
        for field in fields(Dataset):
            assert_same(getattr(a, field.name), getattr(b, field.name), field.name)
    elif isinstance(a, np.ndarray):
        assert (a.dtype, a.shape, b.flags.c_contiguous) == (b.dtype, b.shape, True), where
        if a.dtype == object:
            assert_same(a.tolist(), b.tolist(), where)
        else:
            assert a.tobytes() == b.tobytes(), where
    elif isinstance(a, sparse.csr_array):
        assert (type(b), a.shape) == (sparse.csr_array, b.shape), where
        for part in ("data", "indices", "indptr"):
            assert_same(getattr(a, part), getattr(b, part), f"{where}.{part}")
    elif isinstance(a, Mapping):
        assert_same(list(a.items()), list(b.items()), where)
    elif isinstance(a, tuple | list):
        assert (type(a), len(a)) == (type(b), len(b)), where
        for x, y in zip(a, b, strict=True):
            assert_same(x, y, where)
    else:
        assert (type(a), repr(a)) == (type(b), repr(b)), where


def objects(*values: object) -> np.ndarray:
    return np.array(values, dtype=object)


MIXED = objects("a", "ü\udcff\n", 3, 10**40, -0.0, float("nan"), float("inf"), True, None, "3")


def dataset(n: int = 10, d: int = 3, as_sparse: bool = False, **changed: Any) -> Dataset:
    rng = np.random.default_rng(n + d)
    X = rng.normal(size=(n, d)) * (rng.random((n, d)) < 0.6)
    made = Dataset(
        name="made",
        task="classification",
        X_train=sparse.csr_array(X) if as_sparse else X,
        y_train=rng.integers(2, size=n),
        X_test=sparse.csr_array(X[:4]) if as_sparse else X[:4],
        y_test=rng.integers(2, size=4),
        classes=("no", "yes"),
        sample_weight_train=rng.random(n),
        feature_names=tuple(f"x{j}" for j in range(d)),
        columns={"mixed": np.resize(MIXED, n), "city/ü": np.resize(objects("Paris", "Rome"), n)},
        sources={"made/a.npy": "0" * 64},
    )
    return replace(made, **changed)


FAKE = DatasetFacts(
    name="made",
    title="made",
    n=10,
    n_test=4,
    d=3,
    n_classes=2,
    licence="none",
    citation="none",
    url="none",
    files=(SourceFile("made/a.npy", None, origin="a"), SourceFile("made/b.npy", None, origin="b")),
    cached=True,
)
