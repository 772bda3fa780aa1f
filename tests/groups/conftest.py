"""A small data set to draw groups from, dense or sparse, with two classes, columns and an intercept's gradients."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from groupinf.datasets.dataset import Dataset
from groupinf.groups.sizes import Sizes
from groupinf.groups.source import GroupSource

SIZES = Sizes(min=0.02, max=0.25, num=12)
MakeSource = Callable[..., GroupSource]


@pytest.fixture
def make_source() -> MakeSource:
    def make(
        n: int = 200,
        d: int = 5,
        outputs: int = 1,
        sizes: Sizes | None = SIZES,
        task: str = "classification",
        as_sparse: bool = False,
        seed: int = 0,
    ) -> GroupSource:
        rng = np.random.default_rng(seed)
        X = rng.normal(size=(n, d)) * (rng.random((n, d)) < 0.7)
        y = (np.arange(n) < n // 10).astype(np.int64)
        dataset = Dataset(
            name="made",
            task=task,
            X_train=sparse.csr_array(X) if as_sparse else X,
            y_train=y if task == "classification" else y.astype(np.float64),
            X_test=X[:4],
            y_test=y[:4],
            classes=("no", "yes") if task == "classification" else (),
            sample_weight_train=np.ones(n),
            feature_names=tuple(f"f{j}" for j in range(d)),
            columns={"ward": np.array([f"w{i % 7}" for i in range(n)], dtype=object)},
        )
        residuals, influence = rng.normal(size=(n, outputs)), rng.normal(size=(n, 2))
        return GroupSource(dataset, sizes, residuals, influence, (3, -1), seed)

    return make


@pytest.fixture(scope="session")
def diabetes_rows() -> np.ndarray:
    name = "checks/diabetes_paper_split.npz"
    home = os.environ.get("GROUPINF_DATA")
    path = Path(home or ".") / name
    if home is None or not path.exists():
        if home is not None and os.environ.get("CI") == "true":
            pytest.fail(f"GROUPINF_DATA is set but lacks {name}")
        pytest.skip(f"needs {name} in the folder GROUPINF_DATA")
    with np.load(path) as split:
        return split["X_train"].astype(np.float64)
