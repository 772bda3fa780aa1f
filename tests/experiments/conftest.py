"""A small study that runs in a fraction of a second; figures are looked at elsewhere and not drawn here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.undrawn import leave_pictures_out


@pytest.fixture(autouse=True, scope="module")
def undrawn() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        leave_pictures_out(patch)
        yield


@pytest.fixture(scope="session")
def small_arrays() -> dict[str, Any]:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 3))
    y = np.where(X[:, 0] + 0.8 * rng.normal(size=120) > 0, "yes", "no")
    return {"X_train": X[:90], "y_train": y[:90], "X_test": X[90:], "y_test": y[90:]}


@pytest.fixture
def small_npz(tmp_path: Path, small_arrays: dict[str, Any]) -> Path:
    path = tmp_path / "small.npz"
    np.savez(path, **small_arrays)
    return path


@pytest.fixture
def small_config(small_npz: Path) -> dict[str, Any]:
    return {
        "name": "small",
        "dataset": {"npz": str(small_npz)},
        "regularization": {"lambda_over_n": 0.01},
        "groups": {
            "sizes": {"min": 0.02, "max": 0.25, "num": 6},
            "builders": [
                "shared_feature",
                {"builder": "feature_clusters", "k": [3, 5]},
                {"builder": "gradient_clusters", "k": [3, 5]},
                "random_within_class",
                "random",
                "influence_tails",
            ],
        },
        "test_points": {"random": 1, "highest_loss": 1},
    }
