"""The fit is the minimum that scikit-learn's newton-cholesky finds, for every loss, weighted and sparse."""

from __future__ import annotations

import importlib

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from support.problems import make_objective

from groupinf.errors import ConvergenceError
from groupinf.numerics.fit import fit, fitted_at
from groupinf.numerics.objective import Objective

engine = importlib.import_module("groupinf.numerics.fit")


def reference(o: Objective, weight: np.ndarray) -> np.ndarray:
    """Parameters (p, K') by scikit-learn, intercepts centred for softmax."""
    X = (o.X if isinstance(o.X, np.ndarray) else o.X.toarray())[:, :-1]
    if o.loss.outputs == 1 and np.unique(o.y).size > 2:
        ridge = Ridge(alpha=o.lam, solver="cholesky").fit(X, o.y, sample_weight=weight)
        return np.append(ridge.coef_, ridge.intercept_)[:, None]
    model = LogisticRegression(C=1 / o.lam, solver="newton-cholesky", tol=1e-12, max_iter=500)
    model.fit(X, o.y, sample_weight=weight)
    intercept = model.intercept_ - (model.intercept_.mean() if o.loss.outputs > 1 else 0.0)
    return np.vstack([model.coef_.T, intercept])


@pytest.mark.parametrize("classes", [0, 2, 3])
@pytest.mark.parametrize("as_sparse", [False, True])
def test_fit_is_scikit_learns(classes: int, as_sparse: bool) -> None:
    o = make_objective(classes, weighted=True, as_sparse=as_sparse)
    fitted = fit(o)
    np.testing.assert_allclose(fitted.theta.reshape(o.p, -1), reference(o, o.sample_weight), atol=1e-8)
    assert fitted.gradient_norm < 1e-8
    again = fitted_at(o, fitted.theta)
    v = np.arange(o.size, dtype=float)
    np.testing.assert_array_equal(again.factor.solve(v), fitted.factor.solve(v))
    np.testing.assert_array_equal(again.residuals, fitted.residuals)


def test_separable_data_with_a_weak_penalty_are_fitted() -> None:
    o = make_objective(2, lam=1e-4)
    separable = Objective(o.X, (o.X[:, 0] > 0).astype(float), o.sample_weight, o.lam, o.loss)
    fitted = fit(separable)
    np.testing.assert_allclose(fitted.theta[:, None], reference(separable, o.sample_weight), rtol=1e-6)


def test_a_fit_that_is_cut_short_says_how_far_it_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MAX_FACTORS", 1)
    monkeypatch.setattr(engine, "PASSES_PER_FACTOR", 2)
    with pytest.raises(ConvergenceError, match=r"did not converge: Newton decrement .* tolerance"):
        fit(make_objective(2, lam=1e-4))


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
def test_values_that_overflow_are_an_error_in_words() -> None:
    o = make_objective(0)
    huge = Objective(o.X, o.y * 1e200, o.sample_weight, o.lam, o.loss)
    with pytest.raises(ConvergenceError, match="overflows; features on a smaller scale"):
        fit(huge)
