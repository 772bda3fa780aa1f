"""Effects of single rows on coefficients are DFBETAS and Cook's distances of statsmodels where λ all but vanishes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import statsmodels.api as sm
from statsmodels.stats.outliers_influence import GLMInfluence, MLEInfluence, OLSInfluence
from support.runs import unreported

N = 40


def effects_of_single_rows(folder: Path, X: np.ndarray, y: np.ndarray, task: str, method: str) -> np.ndarray:
    """(rows, features and intercept)."""
    np.savez(folder / "rows.npz", X_train=X, y_train=y, X_test=X[:3], y_test=y[:3])
    config: dict[str, Any] = {
        "name": "diagnostics",
        "dataset": {"npz": str(folder / "rows.npz"), "task": task},
        "regularization": {"lambda_over_n": 1e-10},
        "groups": {"builders": ["single_rows"]},
        "evaluations": [{"evaluation": "coefficient", "of": "all"}],
        "methods": ["newton"],
        "test_points": {"indices": [0]},
    }
    effects = unreported(config, folder).effects
    table = effects[effects["method"] == method].pivot(index="group", columns="test_point", values="effect")
    return np.asarray(table[sorted(table.columns, reverse=True)])


def problem(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(N, 3))
    return X, X @ [1.0, -0.5, 0.3] + rng.normal(size=N)


def test_of_least_squares_they_are_dfbetas_and_cooks_distances(tmp_path: Path) -> None:
    X, y = problem(0)
    design = np.column_stack([X, np.ones(N)])
    peer = OLSInfluence(sm.OLS(y, design).fit())
    for method in ("actual", "newton"):
        found = effects_of_single_rows(tmp_path, X, y, "regression", method)
        # statsmodels states what a row adds: with it − without it
        np.testing.assert_allclose(found, -peer.dfbeta, rtol=1e-6, atol=1e-9)
        covariance = np.linalg.inv(design.T @ design)
        scaled = found / np.sqrt(np.diag(covariance)) / np.sqrt(peer.sigma2_not_obsi)[:, None]
        np.testing.assert_allclose(scaled, -peer.dfbetas, rtol=1e-6, atol=1e-8)
        variance = peer.results.mse_resid
        distance = np.einsum("ij,jk,ik->i", found, design.T @ design, found) / (4 * variance)
        np.testing.assert_allclose(distance, peer.cooks_distance[0], rtol=1e-6)


def test_of_logistic_regression_newton_is_the_one_step_change(tmp_path: Path) -> None:
    X, y = problem(1)
    labels = (y > 0).astype(int)
    design = np.column_stack([X, np.ones(N)])
    results = sm.GLM(labels, design, family=sm.families.Binomial()).fit(tol=1e-14, maxiter=200)
    found = effects_of_single_rows(tmp_path, X, labels, "classification", "newton")
    logit = sm.Logit(labels, design).fit(disp=False, tol=1e-14, maxiter=200, method="newton")
    np.testing.assert_allclose(found, -MLEInfluence(logit).d_params, rtol=1e-5, atol=1e-8)
    H = -logit.model.hessian(logit.params)
    distance = np.einsum("ij,jk,ik->i", found, H, found) / 4
    np.testing.assert_allclose(distance, GLMInfluence(results).cooks_distance[0], rtol=1e-5)
    refits = [
        sm.GLM(np.delete(labels, i), np.delete(design, i, axis=0), family=sm.families.Binomial())
        .fit(tol=1e-14, maxiter=200)
        .params
        for i in range(N)
    ]
    actual = effects_of_single_rows(tmp_path, X, labels, "classification", "actual")
    np.testing.assert_allclose(actual, np.array(refits) - results.params, rtol=1e-5, atol=1e-7)
    assert (np.sign(found) == np.sign(actual)).mean() > 0.95
