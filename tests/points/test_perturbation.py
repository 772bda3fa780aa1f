"""The perturbation of a row is the slope of its influence as the row is moved, by finite differences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.problems import make_objective

from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.effects.evaluations.test_prediction import TEST_PREDICTION
from groupinf.effects.test_rows import TestRows
from groupinf.numerics.fit import Fitted, fit
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.objective import Objective, hessian, scores
from groupinf.numerics.row_space import row_space_basis
from groupinf.points.perturbation import perturbation
from groupinf.points.point_effects import gradients

ROWS = np.array([3, 11])


def moved(fitted: Fitted, slopes: np.ndarray, H: np.ndarray, x: np.ndarray, row: int) -> np.ndarray:
    """∇f(θ̂)ᵀH⁻¹ s r(x) x of a row that is at x (d,), θ̂ and H kept: (V,)."""
    o = fitted.objective
    full = x if o.intercept is Intercept.NONE else np.append(x, 1.0)
    z = scores(full[None], o.in_full(fitted.theta), o.loss.outputs)
    r = o.loss.residuals(z, o.y[[row]])[0] * o.sample_weight[row]
    return np.asarray(slopes.T @ np.linalg.pinv(H, hermitian=True) @ np.outer(full, r).ravel())


def check(fitted: Fitted, slopes: np.ndarray, in_features: np.ndarray, X: np.ndarray, H: np.ndarray) -> None:
    found = perturbation(fitted, slopes, in_features, ROWS)
    total = found.first + found.second
    for i, row in enumerate(ROWS):
        for j in range(X.shape[1]):
            step = np.zeros(X.shape[1])
            step[j] = 1e-5
            ends = [moved(fitted, in_features, H, X[row] + s * step, row) for s in (1.0, -1.0)]
            np.testing.assert_allclose(total[:, i, j], (ends[0] - ends[1]) / 2e-5, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("as_sparse", [False, True])
@pytest.mark.parametrize("intercept", [Intercept.FREE, Intercept.NONE])
@pytest.mark.parametrize("classes", [0, 2, 3])
def test_it_is_the_slope_of_the_influence(classes: int, intercept: Intercept, as_sparse: bool) -> None:
    o = make_objective(classes, weighted=True, as_sparse=as_sparse, lam=3.0)
    o = replace(o, X=o.X if intercept.columns else o.X[:, :-1], intercept=intercept)
    fitted = fit(o)
    test = TestRows(replace(o.at(slice(20, 23)), sample_weight=np.ones(3), lam=0.0), (20, 21, 22))
    evaluations = [TEST_LOSS] if classes == 3 else [TEST_PREDICTION, TEST_LOSS]
    slopes = gradients(fitted, test, evaluations)
    assert slopes.shape == (o.size, 3 * len(evaluations))
    X = o.X if isinstance(o.X, np.ndarray) else o.X.toarray()
    check(fitted, slopes, slopes, X[:, :4], hessian(o, fitted.theta))


def test_a_row_may_be_moved_out_of_the_span_that_the_fit_is_in_coordinates_of() -> None:
    whole = make_objective(2, n=14, d=25, lam=2.0)
    assert isinstance(whole.X, np.ndarray)
    features = whole.X[:, :-1]
    basis = row_space_basis(features)
    within: Objective = replace(whole, X=np.column_stack([features @ basis, np.ones(14)]), basis=basis)
    fitted = fit(within)
    rng = np.random.default_rng(1)
    X_test = np.column_stack([rng.normal(size=(2, 25)), np.ones(2)])  # of which the span holds a part alone
    rows = replace(within, X=np.column_stack([X_test[:, :-1] @ basis, np.ones(2)]), y=np.array([0.0, 1.0]))
    test = TestRows(replace(rows, sample_weight=np.ones(2), lam=0.0), (0, 1))
    slopes = gradients(fitted, test, [TEST_LOSS])
    in_features = gradients(fitted, test, [TEST_LOSS], X_test)
    H = hessian(whole, within.in_full(fitted.theta))
    check(fitted, slopes, in_features, features, H)
    # without the part outside of the span the first term would be another
    inside = perturbation(fitted, slopes, within.in_full(slopes), ROWS)
    assert np.abs(inside.first - perturbation(fitted, slopes, in_features, ROWS).first).max() > 1e-3
