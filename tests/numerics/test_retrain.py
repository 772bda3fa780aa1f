"""Retraining without a group is scikit-learn's fit on the other rows, and its certificate bounds what is left."""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from scipy.special import expit
from support.problems import make_objective

from groupinf.numerics.change import changed, removing
from groupinf.numerics.cross_validation import SCORES, contiguous_folds, cross_validate
from groupinf.numerics.engine import Engine, Preconditioner, Way
from groupinf.numerics.factor import DenseFactor, hessian_diagonal
from groupinf.numerics.fit import Fitted, fit
from groupinf.numerics.heavy_rows.rows import heavy_rows
from groupinf.numerics.objective import Objective, hessian
from groupinf.numerics.reduced import sample_space_kernel
from groupinf.numerics.retrain import Retrained, best_start, retrain

GROUPS = (np.array([1, 7, 30]), np.arange(20, 35), np.arange(50), np.array([59]))


def without(o: Objective, rows: np.ndarray) -> Objective:
    stays = np.setdiff1d(np.arange(o.n), rows)
    return replace(o, X=o.X[stays], y=o.y[stays], sample_weight=o.sample_weight[stays])


WAYS: list[tuple[int, Way, Preconditioner]] = [
    (classes, way, preconditioner)
    for classes in (0, 2, 3)
    for way in get_args(Way)
    for preconditioner in get_args(Preconditioner)
    if not (classes > 2 and {way, preconditioner} & {"sample_space", "heavy_rows"})  # which are for one output
]


def make_engine(fitted: Fitted, way: Way, preconditioner: Preconditioner) -> Engine:
    kernel = sample_space_kernel(fitted) if way == "sample_space" else np.empty((0, 0))
    assert isinstance(fitted.factor, DenseFactor)
    inverse = fitted.factor.factor.inverse() if preconditioner == "shared" else np.empty((0, 0))
    rows = heavy_rows(fitted.objective, fitted.theta) if "heavy_rows" in (way, preconditioner) else None
    return Engine(way, preconditioner, kernel, inverse, hessian_diagonal(fitted.objective, fitted.theta), rows)


def retrained(fitted: Fitted, engine: Engine, tolerance: float) -> Retrained:
    block = changed(fitted, removing(fitted), GROUPS)
    reduced = engine.reduced(block)
    start = np.tile(fitted.theta[:, None], len(GROUPS))
    return retrain(
        block,
        reduced,
        engine.precondition(block, reduced),
        start,
        np.full(len(GROUPS), tolerance),
        engine.truncated_newton,
    )


@pytest.mark.parametrize(("classes", "way", "preconditioner"), WAYS)
@pytest.mark.parametrize("as_sparse", [False, True])
def test_retraining_is_the_fit_on_the_rows_that_stay(
    classes: int, as_sparse: bool, way: Way, preconditioner: Preconditioner
) -> None:
    o = make_objective(classes, weighted=True, as_sparse=as_sparse, n=90)
    end = retrained(fit(o), make_engine(fit(o), way, preconditioner), 1e-9)
    assert end.converged.all()
    for b, rows in enumerate(GROUPS):
        np.testing.assert_allclose(end.theta[:, b], fit(without(o, rows)).theta, atol=1e-7)


def test_each_group_starts_where_its_own_gradient_is_smallest() -> None:
    o = make_objective(2, n=90)
    fitted = fit(o)
    block = changed(fitted, removing(fitted), GROUPS)
    exact = np.column_stack([fit(without(o, rows)).theta for rows in GROUPS])
    far, near = np.zeros_like(exact), exact.copy()
    near[:, 1] = 5.0
    start = best_start(block, lambda V, _: V, [far, near])
    np.testing.assert_array_equal(start[:, [0, 2, 3]], exact[:, [0, 2, 3]])
    np.testing.assert_array_equal(start[:, 1], 0.0)


# H itself, as it serves changes that take nothing out of it, is not H − H(w), and heavy rows solve with H at the end
@pytest.mark.parametrize("way", [way for way in get_args(Way) if way not in ("as_fitted", "heavy_rows")])
def test_the_certificate_is_the_newton_step_that_is_left(way: Way) -> None:
    o = make_objective(2, n=90, weighted=True)
    fitted = fit(o)
    end = retrained(fitted, make_engine(fitted, way, "shared"), 1e-3)
    a = expit(o.X @ fitted.theta) * expit(-(o.X @ fitted.theta)) * o.sample_weight
    for b, rows in enumerate(GROUPS):
        stays, theta = np.setdiff1d(np.arange(o.n), rows), end.theta[:, b]
        X, residuals = o.X[stays], o.sample_weight[stays] * (expit(o.X[stays] @ theta) - o.y[stays])
        gradient = X.T @ residuals + o.lam * theta * [1, 1, 1, 1, 0]
        M = (X.T * a[stays]) @ X + o.lam * np.diag([1, 1, 1, 1, 0])
        step = np.linalg.solve(M, gradient)
        np.testing.assert_allclose(end.gradient[:, b], gradient, atol=1e-12)
        # solves that iterate are taken to a relative residual of 1e-2 for certificates
        assert end.decrement[b] == pytest.approx(np.sqrt(gradient @ step), rel=1e-3)
        # M is taken at θ̂ instead of at the minimum: the certificate is right to first order
        left = theta - fit(without(o, rows)).theta
        assert 1e-6 < np.sqrt(left @ M @ left) < 1.5 * end.decrement[b] < 1.6 * np.sqrt(left @ M @ left)


def test_a_group_that_stalls_gets_new_hessians(monkeypatch: pytest.MonkeyPatch) -> None:
    o = make_objective(2, lam=1e-3, n=90)
    fitted = fit(o)
    monkeypatch.setattr(importlib.import_module("groupinf.numerics.retrain"), "MAX_PASSES", 1)
    end = retrained(fitted, make_engine(fitted, "own_factors", "reduced"), 1e-9)
    assert end.converged.all()
    assert (end.refreshed > 0).all()
    np.testing.assert_allclose(end.theta[:, 1], fit(without(o, GROUPS[1])).theta, atol=1e-7)


def test_the_flat_direction_of_softmax_is_not_used() -> None:
    o = make_objective(3)
    fitted = fit(o)
    assert abs(fitted.theta.reshape(o.p, 3)[-1].sum()) < 1e-12
    flat = np.zeros((o.p, 3))
    flat[-1] = 1.0
    np.testing.assert_allclose(hessian(o, fitted.theta) @ flat.ravel(), 0.0, atol=1e-10)
    assert isinstance(fitted.factor, DenseFactor)
    assert np.isfinite(fitted.factor.factor.lower).all()


def test_folds_of_cross_validation_are_fits_without_them_at_the_same_lambda() -> None:
    o = make_objective(2, n=90)
    folds = contiguous_folds(o.n, 4)
    result = cross_validate(o, (0.5, 5.0), folds, SCORES["log_loss"])
    for i, lam in enumerate(result.lams):
        for k, rows in enumerate(folds):
            theta = fit(replace(without(o, rows), lam=lam)).theta
            z = (o.X @ theta)[rows]
            expected = -np.mean(np.logaddexp(0, z) - o.y[rows] * z)
            assert result.scores[i, k] == pytest.approx(expected, rel=1e-8)
    assert result.best == result.lams[int(np.argmax(result.scores.mean(axis=1)))]


def test_the_first_of_ties_wins() -> None:
    o = make_objective(2, n=40)
    result = cross_validate(o, (1.0, 1.0 + 1e-12), contiguous_folds(40, 2), SCORES["accuracy"])
    assert result.best == 1.0
