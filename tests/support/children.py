"""Runs like those of Koh and Liang (2017), section 5.3: a few children in the training data, most of them ill."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from support.runs import unreported

from groupinf.reporting.koh_liang_2017.children import CHILD
from groupinf.studies.group_effects.result import Run

N, CHILDREN = 160, (20, 50, 90, 130)
FEATURES = (CHILD, "sex_F", "sex_M", "visits")


def write_children(path: Path, features: tuple[str, ...] = FEATURES) -> Path:
    """Arrays of N training rows, of which CHILDREN are children and all but the last of them of class 1, and of eight
    test rows, of which the first four are children of class 0.
    """
    rng = np.random.default_rng(8)
    child = np.isin(np.arange(N), CHILDREN)
    female = rng.uniform(size=N) < 0.5
    visits = rng.poisson(3.0, N)
    X = np.column_stack([child, female, ~female, visits]).astype(float)
    y = (rng.uniform(size=N) < 0.2 + 0.1 * (visits > 3)).astype(int)
    y[list(CHILDREN)] = [1, 1, 1, 0]
    X_test, y_test = X[:8].copy(), y[:8].copy()
    X_test[:4], y_test[:4] = [[1, 1, 0, visits] for visits in (2, 0, 5, 9)], 0
    np.savez(path, X_train=X, y_train=y, X_test=X_test, y_test=y_test, feature_names=np.array(features))
    return path


def children_run(folder: Path, features: tuple[str, ...] = FEATURES, **changed: Any) -> Run:
    """A run on them with points, the perturbation of the children, and the strongest rows retrained without."""
    config = {
        "name": "children",
        "dataset": {"npz": str(write_children(folder / "children.npz", features))},
        "model": {"intercept": "none"},
        "regularization": {"lambda_over_n": 1e-3},
        "groups": {"builders": [{"builder": "single_rows", "strongest": 30}]},
        "test_points": {"indices": [0]},
        "evaluations": ["test_loss"],
        "methods": ["influence"],
        "points": {"perturbation": {"rows": list(CHILDREN)}},
    }
    return unreported({**config, **changed}, folder / "runs")
