"""Scores of single rows are those of closed forms, of the steps without each row, and of the textbook's regression."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from scipy import linalg
from support.problems import make_objective

from groupinf.numerics.factor import IterativeFactor, hessian_diagonal
from groupinf.numerics.fit import Fitted, fit
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.registry import loss_for
from groupinf.numerics.objective import Objective, gradients, hessian, scores
from groupinf.numerics.row_space import row_space_basis
from groupinf.points.row_scores import PlainScores, RowScores, plain_scores, row_scores


def scores_of(fitted: Fitted) -> RowScores:
    found = row_scores(fitted)
    assert found is not None
    return found


def own_loss(o: Objective, i: int, theta: np.ndarray) -> float:
    return float(o.loss.values(scores(o.X[[i]], theta, o.loss.outputs), o.y[[i]])[0])


def rows_but(o: Objective, i: int) -> Objective:
    return o.at(np.delete(np.arange(o.n), i))


def dense(o: Objective) -> np.ndarray:
    return o.X if isinstance(o.X, np.ndarray) else o.X.toarray()


@pytest.mark.parametrize("intercept", list(Intercept))
@pytest.mark.parametrize("as_sparse", [False, True])
@pytest.mark.parametrize("classes", [0, 2, 3])
def test_every_column_is_that_of_the_step_without_the_row(classes: int, as_sparse: bool, intercept: Intercept) -> None:
    o = make_objective(classes, weighted=True, as_sparse=as_sparse)
    o = replace(o, X=o.X if intercept.columns else o.X[:, :-1], intercept=intercept)
    fitted = fit(o)
    found, H = scores_of(fitted), hessian(o, fitted.theta)
    # the pseudo-inverse leaves the flat direction of softmax alone
    inverse = linalg.pinvh(H)
    total = 0.0
    for i in range(o.n):
        row, without = o.at(np.array([i])), rows_but(o, i)
        g = gradients(replace(row, lam=0.0), fitted.theta[:, None])[:, 0]
        own = hessian(replace(row, lam=0.0), fitted.theta)
        step = -linalg.pinvh(hessian(without, fitted.theta)) @ gradients(without, fitted.theta[:, None])[:, 0]
        before, after = (own_loss(o, i, theta) for theta in (fitted.theta, fitted.theta + step))
        assert found.loss[i] == pytest.approx(before, rel=1e-9, abs=1e-12)
        assert found.leverage[i] == pytest.approx(np.trace(own @ inverse), rel=1e-7, abs=1e-12)
        assert found.self_influence[i] == pytest.approx(g @ inverse @ g, rel=1e-7, abs=1e-12)
        assert found.leave_one_out_loss[i] == pytest.approx(after, rel=1e-7, abs=1e-10)
        assert found.self_newton[i] == pytest.approx(o.sample_weight[i] * (after - before), rel=1e-6, abs=1e-10)
        scale = 1.0 if classes else found_scale(o, fitted, inverse)
        assert found.cooks_distance[i] == pytest.approx(step @ H @ step / o.size / scale, rel=1e-6, abs=1e-12)
        total += found.leverage[i]
    assert 0.0 < total < o.size


def found_scale(o: Objective, fitted: Fitted, inverse: np.ndarray) -> float:
    X, s = dense(o), o.sample_weight
    z = X @ fitted.theta
    return float(s @ (z - o.y) ** 2 / (o.n - np.trace(X @ inverse @ (X * s[:, None]).T)))


def test_at_no_penalty_they_are_the_textbooks_of_weighted_least_squares() -> None:
    """Leverage wᵢxᵢᵀ(XᵀWX)⁻¹xᵢ, Cook's D = tᵢ²hᵢ/(p(1 − hᵢ)), tᵢ = √wᵢeᵢ/(s√(1 − hᵢ)) internally studentised (Cook
    1977), and the left-out residual eᵢ/(1 − hᵢ).
    """
    o = replace(make_objective(0, weighted=True), lam=1e-10)
    found, X, w, p = scores_of(fit(o)), dense(o), o.sample_weight, 5
    A = X * np.sqrt(w)[:, None]
    hat = A @ np.linalg.solve(A.T @ A, A.T)
    e = np.sqrt(w) * o.y - hat @ (np.sqrt(w) * o.y)
    h = np.diag(hat)
    studentised = e / np.sqrt(e @ e / (o.n - p) * (1.0 - h))
    np.testing.assert_allclose(found.leverage, h, rtol=1e-8)
    np.testing.assert_allclose(found.cooks_distance, studentised**2 * h / (p * (1.0 - h)), rtol=1e-7)
    np.testing.assert_allclose(found.leave_one_out_loss, 0.5 * (e / np.sqrt(w) / (1.0 - h)) ** 2, rtol=1e-7)
    np.testing.assert_allclose(found.residual, -e / np.sqrt(w), rtol=1e-7)
    np.testing.assert_allclose(found.score, o.y - e / np.sqrt(w), rtol=1e-7)


def test_at_no_penalty_they_are_pregibons_of_logistic_regression() -> None:
    """Leverage of √V X, V = p(1 − p), and C = χᵢ²hᵢ/(1 − hᵢ)², the one-step confidence displacement (Pregibon 1981)."""
    o = replace(make_objective(2, d=3), lam=1e-9)
    fitted = fit(o)
    found, X = scores_of(fitted), dense(o)
    p = 1.0 / (1.0 + np.exp(-X @ fitted.theta))
    V = p * (1.0 - p)
    h = np.diag(np.sqrt(V)[:, None] * X @ np.linalg.solve(X.T * V @ X, X.T * np.sqrt(V)))
    chi = (o.y - p) / np.sqrt(V)
    np.testing.assert_allclose(found.leverage, h, rtol=1e-6)
    np.testing.assert_allclose(found.cooks_distance, chi**2 * h / (1.0 - h) ** 2 / 4, rtol=1e-6)
    np.testing.assert_allclose(found.residual, p - o.y, rtol=1e-9)


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_rows_in_the_order_of_self_newton_are_those_in_the_order_of_refits(classes: int) -> None:
    o = make_objective(classes, weighted=True)
    fitted = fit(o)
    found = scores_of(fitted)
    actual = np.array(
        [
            o.sample_weight[i] * (own_loss(o, i, fit(rows_but(o, i), fitted.theta).theta) - found.loss[i])
            for i in range(o.n)
        ]
    )
    if classes == 0:  # one Newton step is the refit
        np.testing.assert_allclose(found.self_newton, actual, rtol=1e-6, atol=1e-10)
    order = np.argsort(-actual)
    np.testing.assert_array_equal(np.argsort(-found.self_newton)[:5], order[:5])
    assert np.corrcoef(found.self_newton, actual)[0, 1] > 0.99
    # the first order understates: a row of large leverage is missed most without it
    assert np.abs(found.self_newton - actual).max() < 0.5 * np.abs(found.self_influence - actual).max()


def test_of_several_classes_there_is_the_residual_of_the_own_one_and_no_score() -> None:
    o = make_objective(3)
    fitted = fit(o)
    found, z = plain_scores(fitted), scores(o.X, fitted.theta, 3)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found.residual, p[np.arange(o.n), o.y.astype(int)] - 1.0, rtol=1e-9)
    assert np.isnan(found.score).all()


def test_what_is_measured_by_another_loss_has_its_losses_and_residuals() -> None:
    o, hinge = make_objective(2), loss_for(2, "smooth_hinge")
    fitted = fit(o)
    found = row_scores(fitted, hinge)
    by_own = scores_of(fitted)
    assert found is not None
    z = scores(o.X, fitted.theta, 1)
    np.testing.assert_allclose(found.loss, hinge.values(z, o.y))
    r = hinge.residuals(z.copy(), o.y)[:, 0]
    np.testing.assert_allclose(found.residual, r, rtol=1e-7, atol=1e-12)
    # steps, and with them leverages, stay those of the fit
    np.testing.assert_array_equal(found.leverage, by_own.leverage)
    np.testing.assert_array_equal(found.cooks_distance, by_own.cooks_distance)
    np.testing.assert_allclose(found.self_influence, by_own.self_influence * r / by_own.residual, rtol=1e-7, atol=1e-12)
    assert np.abs(found.self_newton - by_own.self_newton).max() > 1e-3


def test_with_fewer_rows_than_features_they_are_the_same_in_coordinates() -> None:
    o = make_objective(2, n=12, d=30)
    plain, basis = scores_of(fit(o)), row_space_basis(dense(o)[:, :-1])
    within = replace(o, X=np.hstack([dense(o)[:, :-1] @ basis, np.ones((o.n, 1))]), basis=basis)
    found = scores_of(fit(within))
    for field in fields(RowScores):
        np.testing.assert_allclose(getattr(found, field.name), getattr(plain, field.name), rtol=1e-6, atol=1e-10)


def test_without_a_factor_or_with_too_much_work_there_are_the_plain_ones_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    o = make_objective(2)
    fitted = fit(o)
    by_iteration = replace(fitted, factor=IterativeFactor(o, fitted.theta, hessian_diagonal(o, fitted.theta)))
    assert row_scores(by_iteration) is None
    found, expected = plain_scores(by_iteration), scores_of(fitted)
    for field in fields(PlainScores):
        np.testing.assert_array_equal(getattr(found, field.name), getattr(expected, field.name))
    work = 5**2 * (5 + 60)
    monkeypatch.setattr("groupinf.points.row_scores.MOST_WORK", work)
    assert row_scores(fitted) is not None
    monkeypatch.setattr("groupinf.points.row_scores.MOST_WORK", work - 1)
    assert row_scores(fitted) is None


@pytest.mark.parametrize(("classes", "d"), [(2, 4), (3, 4), (2, 300)])
def test_without_what_tells_rounding_they_are_the_same(classes: int, d: int, monkeypatch: pytest.MonkeyPatch) -> None:
    fitted = fit(make_objective(classes, d=d, lam=3.0))
    checked = scores_of(fitted)
    monkeypatch.setattr("groupinf.points.row_scores.CHECKED_WORK", 0.0)
    plain = scores_of(fitted)
    for field in fields(RowScores):
        np.testing.assert_allclose(getattr(plain, field.name), getattr(checked, field.name), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("checked", [np.inf, 0.0])
def test_a_row_that_the_model_interpolates_has_no_left_out_loss(
    checked: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groupinf.points.row_scores.CHECKED_WORK", checked)
    o = make_objective(0, d=3)
    X = dense(o).copy()
    X[7, 0] = 1e12  # alone decides its feature: its leverage is 1 to rounding
    found = scores_of(fit(replace(o, X=X, lam=1e-3)))
    assert np.isnan([found.self_newton[7], found.leave_one_out_loss[7], found.cooks_distance[7]]).all()
    assert found.leverage[7] == pytest.approx(1.0, abs=1e-6)
    assert np.isfinite(np.delete(found.self_newton, 7)).all()
