"""The objective is the penalised, weighted sum; its gradient, Hessian and products are its derivatives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from support.problems import make_objective

from groupinf.numerics.factor import hessian_diagonal
from groupinf.numerics.gram import weighted_gram
from groupinf.numerics.losses.binary_logistic import BinaryLogistic
from groupinf.numerics.objective import (
    Objective,
    gradients,
    hessian,
    hessian_products,
    row_hessian,
    row_norms,
    row_residuals,
    transposed_product,
    values,
)

SHAPES = [(c, w, s) for c in (0, 2, 3) for w in (False, True) for s in (False, True)]


def dense(objective: Objective) -> NDArray[np.float64]:
    return objective.X if isinstance(objective.X, np.ndarray) else objective.X.toarray()


def some_theta(objective: Objective, models: int = 2) -> NDArray[np.float64]:
    return 0.3 * np.random.default_rng(5).normal(size=(objective.size, models))


@pytest.mark.parametrize(("classes", "weighted", "as_sparse"), SHAPES)
def test_values_are_the_weighted_sum_and_the_penalty_spares_the_intercept(
    classes: int, weighted: bool, as_sparse: bool
) -> None:
    o = make_objective(classes, weighted=weighted, as_sparse=as_sparse)
    theta = some_theta(o)
    kept = np.random.default_rng(6).random((o.n, 2)) < 0.7
    for b in range(2):
        T = theta[:, b].reshape(o.p, -1)
        z = dense(o) @ T
        loss = sum(s * o.loss.values(z[[i]], o.y[[i]])[0] for i, s in enumerate(o.sample_weight) if kept[i, b])
        assert values(o, theta, kept)[b] == pytest.approx(loss + 0.5 * o.lam * np.sum(T[:-1] ** 2), rel=1e-12)


@pytest.mark.parametrize(("classes", "weighted", "as_sparse"), SHAPES)
def test_gradients_are_central_differences_of_values(classes: int, weighted: bool, as_sparse: bool) -> None:
    o = make_objective(classes, weighted=weighted, as_sparse=as_sparse)
    theta = some_theta(o)
    kept = np.random.default_rng(6).random((o.n, 2)) < 0.7
    for j in range(o.size):
        e = 1e-5 * np.eye(o.size)[:, [j]]
        slope = (values(o, theta + e, kept) - values(o, theta - e, kept)) / 2e-5
        np.testing.assert_allclose(gradients(o, theta, kept)[j], slope, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(("classes", "weighted", "as_sparse"), SHAPES)
def test_hessian_is_the_central_difference_of_gradients(classes: int, weighted: bool, as_sparse: bool) -> None:
    o = make_objective(classes, weighted=weighted, as_sparse=as_sparse)
    theta = some_theta(o)[:, [0]]
    H = hessian(o, theta[:, 0])
    for j in range(o.size):
        e = 1e-5 * np.eye(o.size)[:, [j]]
        slope = (gradients(o, theta + e) - gradients(o, theta - e))[:, 0] / 2e-5
        np.testing.assert_allclose(H[:, j], slope, rtol=1e-6, atol=1e-5)
    V = np.random.default_rng(7).normal(size=(o.size, 3))
    np.testing.assert_allclose(hessian_products(o, theta[:, 0], V), H @ V, rtol=1e-10, atol=1e-9)


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_a_hessian_without_rows_is_the_hessian_minus_theirs(classes: int) -> None:
    o = make_objective(classes, weighted=True)
    theta = some_theta(o)[:, 0]
    gone = np.array([3, 8, 21, 22, 59])
    kept = np.ones((o.n, 2), dtype=bool)
    kept[gone, 1] = False
    V = np.random.default_rng(8).normal(size=(o.size, 2))
    products = hessian_products(o, theta, V, kept)
    H = hessian(o, theta)
    np.testing.assert_allclose(products[:, 0], H @ V[:, 0], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(products[:, 1], (H - row_hessian(o, theta, gone)) @ V[:, 1], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_a_weight_of_two_is_the_row_twice(classes: int) -> None:
    o = make_objective(classes)
    doubled = replace(o, sample_weight=np.where(np.arange(o.n) == 4, 2.0, 1.0))
    again = np.append(np.arange(o.n), 4)
    twice = replace(o, X=o.X[again], y=o.y[again], sample_weight=np.ones(o.n + 1))
    theta = some_theta(o)
    np.testing.assert_allclose(values(doubled, theta), values(twice, theta), rtol=1e-13)
    np.testing.assert_allclose(gradients(doubled, theta), gradients(twice, theta), rtol=1e-10, atol=1e-10)


def test_row_residuals_sum_to_the_gradient_without_the_penalty() -> None:
    o = make_objective(3, weighted=True, as_sparse=True)
    theta = some_theta(o)[:, 0]
    summed = transposed_product(o.X, row_residuals(o, theta))
    np.testing.assert_allclose(summed, gradients(o, theta[:, None])[:, 0] - o.penalty() * theta, atol=1e-10)


def test_blocks_of_rows_do_not_change_a_pass() -> None:
    o = make_objective(2, n=1500)
    theta = some_theta(o)
    by_hand = o.X.T @ (1 / (1 + np.exp(-(o.X @ theta))) - o.y[:, None]) + o.penalty()[:, None] * theta
    np.testing.assert_allclose(gradients(o, theta), by_hand, rtol=1e-9, atol=1e-9)


def test_copies_of_a_large_matrix_are_computed_of_some_rows_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    X, a = rng.normal(size=(23, 4)), rng.uniform(0.1, 1.0, 23)
    problem = Objective(X, rng.integers(0, 2, 23).astype(float), a, 1.0, BinaryLogistic())
    theta = rng.normal(size=4)
    monkeypatch.setattr("groupinf.numerics.gram.MOST_COPIED", 30)
    monkeypatch.setattr("groupinf.numerics.gram.COPIED_ROWS", 5)
    np.testing.assert_array_equal(row_norms(X), np.linalg.norm(X, axis=1))
    np.testing.assert_allclose(weighted_gram(X, a), (X.T * a) @ X, rtol=1e-13)
    p = 1.0 / (1.0 + np.exp(-X @ theta))
    penalty = np.array([1.0, 1.0, 1.0, 0.0])
    np.testing.assert_allclose(hessian_diagonal(problem, theta).diagonal, (X.T**2) @ (a * p * (1 - p)) + penalty)
