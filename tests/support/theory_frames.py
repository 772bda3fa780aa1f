"""The theory of a binary logistic model by brute force, as tables of a run, and small runs that have them.

Everything is dense and formed for each group by itself: H, H(w), the eigenvalues of H^-1/2 H(w) H^-1/2, both steps, the
derivatives of what is measured. Proven intervals follow from the generalized self-concordance of the logistic loss
(Bach 2010): with M = max ‖x‖ in the inverse Hessian at the Newton step and ν the decrement there, the way to the
minimum is at most −log(1 − Mν)/M in the norm of that Hessian, if Mν < 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import linalg
from scipy.special import expit, log_expit
from support.runs import members, unreported

from groupinf.studies.group_effects.result import Run

Array = np.ndarray
MOST_EIGENVALUES = 64


@dataclass(frozen=True)
class Model:
    """Training rows X (n, p) with labels 0 and 1, weights 1, test rows, λ, and the fit.

    ``free``: the last column is an intercept that is not penalised.
    """

    X: Array
    y: Array
    X_test: Array
    y_test: Array
    lam: float
    free: bool
    theta: Array

    def hessian(self, rows: Array, theta: Array) -> Array:
        """Σ p(1 − p)xxᵀ over rows."""
        p = expit(self.X[rows] @ theta)
        return (self.X[rows].T * (p * (1 - p))) @ self.X[rows]

    def penalty(self) -> Array:
        return np.diag([self.lam] * (self.X.shape[1] - self.free) + [0.0] * self.free)

    def gradient(self, rows: Array, theta: Array) -> Array:
        """Σ (p − y)x over rows."""
        return self.X[rows].T @ (expit(self.X[rows] @ theta) - self.y[rows])


def fitted(X: Array, y: Array, X_test: Array, y_test: Array, lam: float, intercept: bool) -> Model:
    """The minimum by Newton's method."""
    if intercept:
        X, X_test = (np.column_stack([of, np.ones(len(of))]) for of in (X, X_test))
    model = Model(X, y.astype(float), X_test, y_test.astype(float), lam, intercept, np.zeros(X.shape[1]))
    everything, P = np.arange(len(y)), model.penalty()
    for _ in range(60):
        g = model.gradient(everything, model.theta) + P @ model.theta
        model = replace(model, theta=model.theta - np.linalg.solve(model.hessian(everything, model.theta) + P, g))
    return model


def _losses(X: Array, y: Array, theta: Array) -> Array:
    z = X @ theta
    return -(y * log_expit(z) + (1 - y) * log_expit(-z))


@dataclass(frozen=True)
class _Measured:
    """f and what is asked of it at θ̂: gradient, Hessian, Lipschitz constants of f and of its Hessian; and the factors
    by which scores' errors enter."""

    evaluation: str
    test_point: int
    rows: Array
    labels: Array
    is_loss: bool

    def value(self, theta: Array) -> float:
        return float(_losses(self.rows, self.labels, theta).sum() if self.is_loss else (self.rows @ theta).sum())

    def gradient(self, theta: Array) -> Array:
        r = expit(self.rows @ theta) - self.labels if self.is_loss else np.ones(len(self.rows))
        return np.asarray(self.rows.T @ r)

    def hessian(self, theta: Array) -> Array:
        p = expit(self.rows @ theta) if self.is_loss else np.zeros(len(self.rows))
        return (self.rows.T * (p * (1 - p))) @ self.rows

    @property
    def lipschitz(self) -> float:
        return float(np.linalg.norm(self.rows, axis=1).sum())

    @property
    def third(self) -> float:
        norms = np.linalg.norm(self.rows, axis=1)
        return float((norms**3).sum() / (6 * np.sqrt(3))) if self.is_loss else 0.0


def _measures(model: Model, group: Array, test_points: Sequence[int]) -> list[_Measured]:
    found = []
    for evaluation, is_loss in (("test_prediction", False), ("test_loss", True)):
        for t in test_points:
            found.append(_Measured(evaluation, t, model.X_test[[t]], model.y_test[[t]], is_loss))
    return [*found, _Measured("self_loss", -1, model.X[group], model.y[group], True)]


def theory_of(
    model: Model, groups: Sequence[Array], effects: pd.DataFrame, test_points: Sequence[int]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The table of theory and that of spectra; ``effects`` has the actual effects."""
    actual = effects[effects["method"] == "actual"].set_index(["group", "evaluation", "test_point"])["effect"]
    everything, P = np.arange(len(model.y)), model.penalty()
    H1 = model.hessian(everything, model.theta)
    H, eigenvalues = H1 + P, np.linalg.eigvalsh(H1)
    nan = float("nan")
    sigma, least = float(eigenvalues[-1]), max(float(eigenvalues[0]), 0.0)
    inverse_root = linalg.fractional_matrix_power(H, -0.5).real
    norms = np.linalg.norm(model.X, axis=1)
    C_H, C_l = (
        float(norms.max() ** 3 / (6 * np.sqrt(3))),
        float((norms * np.abs(expit(model.X @ model.theta) - model.y)).max()),
    )
    rows, spectra = [], []
    for number, group in enumerate(groups):
        if (number, *next(iter(actual.index))[1:]) not in actual.index:
            continue  # a group that was skipped
        Hw, g = model.hessian(group, model.theta), model.gradient(group, model.theta)
        a = np.linalg.eigvalsh(inverse_root @ Hw @ inverse_root)[::-1]
        mu, count = float(a[0]), len(group)
        newton, influence = np.linalg.solve(H - Hw, g), np.linalg.solve(H, g)
        cosine = influence @ H @ newton / np.sqrt((influence @ H @ influence) * (newton @ H @ newton))
        kept = np.delete(everything, group)
        at = model.theta + newton
        reduced = model.hessian(kept, at) + P
        left = model.gradient(kept, at) + P @ at
        inverse = np.linalg.inv(reduced)
        off = _way_left(float(np.sqrt(left @ inverse @ left)), model.X, inverse)
        about = {
            "mu": mu,
            "mu_error": 0.0,
            "d_norm": mu / (1 - mu),
            "d_norm_paper": nan if model.free else sigma / model.lam,
            "angle": float(np.degrees(np.arccos(np.clip(cosine, -1, 1)))),
            "newton_over_influence": float(g @ newton / (g @ influence)),
            "copies_factor": _copies_factor(model, H, group),
            "cone_paper": nan if model.free else 1 + 1.5 * sigma / model.lam + 0.5 * (sigma / model.lam) ** 2,
            "cone_group": 1 + mu / (1 - mu) + 0.5 * mu / (1 - mu) ** 2,
        }
        for f in _measures(model, group, test_points):
            by_influence = float(f.gradient(model.theta) @ influence)
            by_newton = f.value(at) - f.value(model.theta)
            linear = float(f.gradient(model.theta) @ (newton - influence))
            curvature = 0.5 * float(newton @ f.hessian(model.theta) @ newton)
            error = float(actual[number, f.evaluation, f.test_point]) - by_newton
            bound = len(model.y) * count**2 * f.lipschitz * C_H * C_l**2
            of_rest = count**3 * f.third * C_l**3 / 6
            reach = float(np.sqrt(np.einsum("ij,jk,ik->i", f.rows, inverse, f.rows)).sum()) * off
            rows.append(
                {
                    "group": number,
                    "evaluation": f.evaluation,
                    "test_point": f.test_point,
                    **about,
                    "influence": by_influence,
                    "newton": by_newton,
                    "linear": linear,
                    "curvature": curvature,
                    "rest": by_newton - by_influence - linear - curvature,
                    "rest_bound_paper": nan if model.free else of_rest / (least + model.lam) ** 3,
                    "rest_bound": nan if model.free else of_rest / model.lam**3,
                    "newton_error": error,
                    "newton_error_bound_paper": nan if model.free else bound / (least + model.lam) ** 3,
                    "newton_error_bound": nan if model.free else bound / model.lam**3,
                    "proven_low": by_newton - reach,
                    "proven_high": by_newton + reach,
                }
            )
        for i, value in enumerate(np.clip(a[:MOST_EIGENVALUES], 0.0, None), start=1):
            spectra.append({"group": number, "number": i, "eigenvalue": value, "error": 0.0})
    return pd.DataFrame(rows), pd.DataFrame(spectra)


def _way_left(decrement: float, X: Array, inverse: Array) -> float:
    """How far the minimum is at most, in the norm of the Hessian."""
    M = float(np.sqrt(np.einsum("ij,jk,ik->i", X, inverse, X)).max())
    return -np.log1p(-M * decrement) / M if M * decrement < 1 else np.inf


def _copies_factor(model: Model, H: Array, group: Array) -> float:
    x, label = model.X[group[0]], model.y[group[0]]
    if not ((model.X[group] == x).all() and (model.y[group] == label).all()):
        return float("nan")
    p = expit(x @ model.theta)
    return float(1 / (1 - len(group) * p * (1 - p) * (x @ np.linalg.solve(H, x))))


def with_theory(run: Run, X: Array, y: Array, X_test: Array, y_test: Array) -> Run:
    """The run with both tables of its own rows, without weights."""
    model = fitted(X, y, X_test, y_test, run.manifest.lam, run.manifest.intercept.columns > 0)
    theory, spectra = theory_of(model, members(run), run.effects, run.manifest.test_points)
    return replace(run, theory=theory, spectra=spectra)


def small_theory_run(folder: Path, lam_over_n: float = 0.05, intercept: str = "none", **changed: Any) -> Run:
    """A run on 80 rows of three features, ten of which are copies of one, with its theory."""
    rng = np.random.default_rng(3)
    X = rng.normal(size=(92, 3))
    X[:10] = X[0]
    y = (X @ [1.0, -0.6, 0.3] + rng.normal(size=92) > 0).astype(int)
    y[:10] = y[0]
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "small.npz", X_train=X[:80], y_train=y[:80], X_test=X[80:], y_test=y[80:])
    config = {
        "name": "small",
        "dataset": {"npz": str(folder / "small.npz")},
        "regularization": {"lambda_over_n": lam_over_n},
        "model": {"intercept": intercept},
        "groups": {"sizes": {"min": 0.02, "max": 0.4, "num": 12}, "builders": ["random", "copies", "shared_feature"]},
        "test_points": {"random": 2},
        "methods": ["influence", "newton"],
        **changed,
    }
    run = unreported(config, folder / "out")
    return with_theory(run, X[:80], y[:80], X[80:], y[80:])
