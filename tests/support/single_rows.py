"""Tables of single rows by brute force, of a small logistic model without an intercept, and runs that have them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, log_expit
from support.theory_frames import Model, fitted

from groupinf.points.shown_rows import ShownRows
from groupinf.studies.group_effects.result import Run

Array = np.ndarray
NAMES = ("no", "yes")
FEATURES = ("age", "dose", "ward=b")
ROWS, TESTS = 60, 8


def small_model(seed: int = 4) -> Model:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(ROWS + TESTS, len(FEATURES)))
    X[:, 2] = X[:, 2] > 0
    X[5] *= 6.0  # a row of high leverage
    y = (X @ [1.0, -0.6, 0.3] + rng.normal(size=len(X)) > 0).astype(int)
    return fitted(X[:ROWS], y[:ROWS], X[ROWS:], y[ROWS:], 1.5, False)


def _loss(z: Array, y: Array) -> Array:
    return -(y * log_expit(z) + (1 - y) * log_expit(-z))


def points_of(model: Model, test_points: tuple[int, ...], retrain: int) -> pd.DataFrame:
    """The table of all rows; the ``retrain`` first are retrained without."""
    everything = np.arange(len(model.y))
    P = model.lam * np.eye(model.X.shape[1])
    H = model.hessian(everything, model.theta) + P
    z = model.X @ model.theta
    p = expit(z)
    inverse = np.linalg.inv(H)
    leverage = p * (1 - p) * np.einsum("ij,jk,ik->i", model.X, inverse, model.X)
    frames = []
    for evaluation in ("test_prediction", "test_loss"):
        for t in test_points:
            x, label = model.X_test[t], model.y_test[t]
            value = (lambda theta, x=x, label=label: _loss(x @ theta, label)) if evaluation == "test_loss" else x.dot
            slope = expit(x @ model.theta) - label if evaluation == "test_loss" else 1.0
            gradients = (p - model.y)[:, None] * model.X
            steps = [
                np.linalg.solve(H - p[i] * (1 - p[i]) * np.outer(model.X[i], model.X[i]), gradients[i])
                for i in everything
            ]
            actual = np.full(len(everything), np.nan)
            for i in everything[:retrain]:
                kept = np.delete(everything, i)
                without = fitted(model.X[kept], model.y[kept], model.X_test, model.y_test, model.lam, False).theta
                actual[i] = value(without) - value(model.theta)
            own = np.array([_loss(model.X[i] @ (model.theta + steps[i]), model.y[i]) for i in everything])
            frames.append(
                pd.DataFrame(
                    {
                        "row": everything,
                        "label": np.array(NAMES, dtype=object)[model.y.astype(int)],
                        "weight": 1.0,
                        "loss": _loss(z, model.y),
                        "score": z,
                        "residual": p - model.y,
                        "predicted": np.array(NAMES, dtype=object)[(z > 0).astype(int)],
                        "leverage": leverage,
                        "self_influence": np.einsum("ij,jk,ik->i", gradients, inverse, gradients),
                        "self_newton": own - _loss(z, model.y),
                        "self_actual": np.nan,
                        "leave_one_out_loss": own,
                        "cooks_distance": [s @ H @ s / len(FEATURES) for s in steps],
                        "evaluation": evaluation,
                        "test_point": t,
                        "influence": slope * gradients @ inverse @ x,
                        "newton": [value(model.theta + s) - value(model.theta) for s in steps],
                        "actual": actual,
                        "error_estimate": np.where(np.isnan(actual), np.nan, 1e-9),
                        "distance": np.linalg.norm(model.X - x, axis=1),
                    }
                )
            )
    return pd.concat(frames, ignore_index=True)


def with_points(run: Run, test_points: tuple[int, ...] = (7, 3), retrain: int = 12, **changed: Any) -> Run:
    """The run with the points of the small model, whose rows are all kept for showing."""
    model = small_model()
    rows = [
        pd.DataFrame({"split": split, "row": np.arange(len(y)), "label": np.array(NAMES, dtype=object)[y.astype(int)]})
        for split, y in (("train", model.y), ("test", model.y_test))
    ]
    shown = ShownRows(np.arange(ROWS), model.X, np.arange(TESTS), model.X_test, FEATURES)
    points = points_of(model, test_points, retrain)
    about = replace(run.manifest, n=ROWS)
    return replace(run, manifest=about, points=points, rows=pd.concat(rows, ignore_index=True), shown=shown, **changed)
