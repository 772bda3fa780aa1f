"""A model without an intercept, or with a penalised one, is that of scikit-learn; λ alone holds what it holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression, Ridge
from support.problems import make_objective

from groupinf.numerics.bounds import bounded_problem, end_of, proven_score_errors
from groupinf.numerics.change import RowTerms, changed, removing
from groupinf.numerics.engine import choose_engine
from groupinf.numerics.factor import (
    BorderedFactor,
    DenseFactor,
    IterativeFactor,
    SampleSpaceFactor,
    dense_factor,
    factorise,
    hessian_diagonal,
)
from groupinf.numerics.fit import fit
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.objective import Objective, design, gradients, hessian
from groupinf.numerics.retrain import retrain
from groupinf.numerics.row_space import row_space_basis

NOT_FREE = [Intercept.NONE, Intercept.PENALISED]


def without_free(classes: int, intercept: Intercept, **shape: object) -> Objective:
    o = make_objective(classes, **shape)  # type: ignore[arg-type]
    X = o.X[:, :-1]
    plain = np.ascontiguousarray(X) if isinstance(X, np.ndarray) else sparse.csr_array(X)
    return replace(o, X=design(plain, intercept), intercept=intercept)


@pytest.mark.parametrize("intercept", NOT_FREE)
@pytest.mark.parametrize("classes", [0, 2, 4])
@pytest.mark.parametrize("as_sparse", [False, True])
def test_the_fit_and_its_retrains_are_those_of_scikit_learn(
    classes: int, intercept: Intercept, as_sparse: bool
) -> None:
    """A penalised intercept is the weight of a feature that is 1 in every row."""
    o = without_free(classes, intercept, weighted=True, as_sparse=as_sparse)
    X = o.X if isinstance(o.X, np.ndarray) else o.X.toarray()
    assert X.shape[1] == 4 + intercept.columns

    def reference(weight: np.ndarray) -> np.ndarray:
        if classes == 0:
            return np.asarray(Ridge(alpha=o.lam, fit_intercept=False).fit(X, o.y, sample_weight=weight).coef_)[:, None]
        model = LogisticRegression(C=1 / o.lam, fit_intercept=False, solver="newton-cholesky", tol=1e-13, max_iter=500)
        return np.asarray(model.fit(X, o.y, sample_weight=weight).coef_.T)

    fitted = fit(o)
    np.testing.assert_allclose(fitted.theta.reshape(o.p, -1), reference(o.sample_weight), atol=1e-8)
    groups = [np.arange(9), np.arange(20, 31), np.flatnonzero(o.y == 1)]  # the last leaves no row of class 1
    change = removing(fitted)
    block, engine = changed(fitted, change, groups), choose_engine(fitted, change, 10.0)
    reduced = engine.reduced(block)
    start, tolerance = np.repeat(fitted.theta[:, None], 3, axis=1), np.full(3, 1e-12)
    again = retrain(block, reduced, engine.precondition(block, reduced), start, tolerance, engine.truncated_newton)
    assert again.converged.all()
    for b, rows in enumerate(groups if classes != 4 else groups[:2]):
        weight = o.sample_weight.copy()
        weight[rows] = 0.0
        if len({*o.y[weight > 0]}) > 1 or classes == 0:
            np.testing.assert_allclose(again.theta[:, b].reshape(o.p, -1), reference(weight), atol=1e-7)


@pytest.mark.parametrize("intercept", list(Intercept))
@pytest.mark.parametrize("as_sparse", [False, True])
def test_factors_solve_with_the_hessian_and_only_a_free_intercept_is_eliminated(
    intercept: Intercept, as_sparse: bool
) -> None:
    o = without_free(2, intercept, n=30, d=130, lam=2.0, weighted=True, as_sparse=as_sparse)
    rng = np.random.default_rng(0)
    theta, V = 0.1 * rng.normal(size=o.size), rng.normal(size=(o.size, 3))
    expected = np.linalg.solve(hessian(o, theta), V)
    small = factorise(o, theta)
    assert isinstance(small, BorderedFactor if intercept is Intercept.FREE else SampleSpaceFactor)
    iterative = IterativeFactor(o, theta, hessian_diagonal(o, theta), 1e-13)
    for factor in (small, dense_factor(o, theta), iterative):
        np.testing.assert_allclose(factor.solve(V), expected, rtol=1e-8, atol=1e-11)
        np.testing.assert_allclose(factor.solve(V[:, 0]), expected[:, 0], rtol=1e-8, atol=1e-11)


@pytest.mark.parametrize("intercept", NOT_FREE)
def test_of_softmax_lambda_holds_the_level_and_nothing_is_flat(intercept: Intercept) -> None:
    o = without_free(3, intercept)
    fitted = fit(o)
    assert np.linalg.eigvalsh(hessian(o, fitted.theta)).min() >= o.lam * (1 - 1e-9)
    assert isinstance(fitted.factor, DenseFactor)
    np.testing.assert_array_equal(fitted.factor.H, hessian(o, fitted.theta))
    # the gradient vanishes, so that weights and intercepts of all classes add up to 0
    np.testing.assert_allclose(gradients(o, fitted.theta[:, None]), 0.0, atol=1e-12)
    np.testing.assert_allclose(fitted.theta.reshape(o.p, 3).sum(axis=1), 0.0, atol=1e-12)


@pytest.mark.parametrize("intercept", NOT_FREE)
@pytest.mark.parametrize("classes", [0, 2, 3])
def test_in_coordinates_of_few_rows_the_model_is_the_same(intercept: Intercept, classes: int) -> None:
    o = without_free(classes, intercept, n=12, d=40)
    features = np.ascontiguousarray(o.X[:, :40])
    basis = row_space_basis(features)
    reduced = replace(o, X=design(features @ basis, intercept), basis=basis)
    here, there = fit(reduced), fit(o)
    assert reduced.p == 12 + intercept.columns
    np.testing.assert_allclose(reduced.in_full(here.theta), there.theta, atol=1e-10)
    np.testing.assert_allclose(reduced.in_coordinates(there.theta), here.theta, atol=1e-10)


@pytest.mark.parametrize("intercept", NOT_FREE)
def test_the_bound_by_the_penalty_alone_holds_and_is_that_of_strong_convexity(intercept: Intercept) -> None:
    """Moved off the minimum by a known step, scores are off by no more than is proven, and the proof is not idle."""
    o = without_free(2, intercept, lam=2.0, weighted=True)
    fitted = fit(o)
    rng = np.random.default_rng(3)
    for size in (1e-9, 1e-6):
        theta = fitted.theta[:, None] + size * rng.normal(size=(o.size, 1))
        problem = replace(bounded_problem(fitted, o.at(slice(0, 5)), np.empty((0, 0))), verified=None)
        every, gradient = RowTerms(np.ones((o.n, 1), dtype=bool)), gradients(o, theta)
        end = end_of(problem, o, every, theta, gradient, fitted.factor.solve(gradient))
        bound = float(proven_score_errors(problem, end, np.full(1, np.inf))[0])
        off = np.abs(o.X @ (theta[:, 0] - fitted.theta)).max()
        largest = np.linalg.norm(o.X, axis=1).max()
        by_hand = largest * np.linalg.norm(gradient) / o.lam
        assert off <= bound
        assert by_hand <= bound <= by_hand * 1.1 + 1e-10
