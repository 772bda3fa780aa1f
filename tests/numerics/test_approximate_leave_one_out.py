"""Approximate leave-one-out is one Newton step from θ̂ without each row, and near the exact refit without it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import linalg
from support.problems import make_objective

from groupinf.numerics.approximate_leave_one_out import _from_kernel, own_blocks, scores_without_each
from groupinf.numerics.cross_validation import SCORES, contiguous_folds, cross_validate
from groupinf.numerics.factor import BorderedFactor, Cholesky, IterativeFactor, SampleSpaceFactor, hessian_diagonal
from groupinf.numerics.fit import fit
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.objective import Objective, gradients, hessian, scores


def rows_but(o: Objective, i: int) -> Objective:
    return o.at(np.delete(np.arange(o.n), i))


def own_scores(o: Objective, i: int, theta: np.ndarray) -> np.ndarray:
    return scores(o.X[[i]], theta, o.loss.outputs)[0]


def exact(o: Objective) -> np.ndarray:
    """Scores of each row under a refit without it."""
    start = fit(o).theta
    return np.array([own_scores(o, i, fit(rows_but(o, i), start).theta) for i in range(o.n)])


@pytest.mark.parametrize("classes", [0, 2, 3])
@pytest.mark.parametrize("as_sparse", [False, True])
def test_it_is_one_newton_step_without_the_row(classes: int, as_sparse: bool) -> None:
    o = make_objective(classes, weighted=True, as_sparse=as_sparse)
    fitted = fit(o)
    found = scores_without_each(fitted)
    assert found is not None
    for i in range(o.n):
        without = rows_but(o, i)
        # the pseudo-inverse leaves the flat direction of softmax alone
        step = linalg.pinvh(hessian(without, fitted.theta)) @ gradients(without, fitted.theta[:, None])[:, 0]
        np.testing.assert_allclose(found[i], own_scores(o, i, fitted.theta - step), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("as_sparse", [False, True])
def test_it_is_the_exact_refit_for_the_squared_loss(as_sparse: bool) -> None:
    o = make_objective(0, weighted=True, as_sparse=as_sparse)
    np.testing.assert_allclose(scores_without_each(fit(o)), exact(o), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("classes", [2, 3])
def test_it_is_much_nearer_to_the_refit_than_the_fit_itself(classes: int) -> None:
    o = make_objective(classes, weighted=True)
    fitted, refitted = fit(o), exact(o)
    moved = refitted - scores(o.X, fitted.theta, o.loss.outputs)
    found = scores_without_each(fitted)
    assert found is not None
    assert np.linalg.norm(found - refitted) < 0.1 * np.linalg.norm(moved)
    own_loss, approximate, true = (o.loss.values(z, o.y).mean() for z in (refitted - moved, found, refitted))
    assert abs(approximate - true) < 0.1 * abs(own_loss - true)


def test_rows_of_no_weight_keep_their_scores() -> None:
    o = make_objective(2)
    weight = o.sample_weight.copy()
    weight[[3, 40]] = 0.0
    fitted = fit(replace(o, sample_weight=weight))
    found = scores_without_each(fitted)
    assert found is not None
    before = scores(o.X, fitted.theta, 1)
    np.testing.assert_array_equal(found[[3, 40]], before[[3, 40]])
    assert (np.delete(found, [3, 40]) != np.delete(before, [3, 40])).all()


@pytest.mark.parametrize("as_sparse", [False, True])
def test_more_parameters_than_rows_use_the_small_factor(as_sparse: bool) -> None:
    o = make_objective(2, n=40, d=170, lam=3.0, as_sparse=as_sparse)
    fitted = fit(o)
    assert isinstance(fitted.factor, BorderedFactor)
    X = o.X if isinstance(o.X, np.ndarray) else o.X.toarray()
    expected = np.einsum("nj,nj->n", X, np.linalg.solve(hessian(o, fitted.theta), X.T).T)
    found = own_blocks(fitted)
    assert found is not None
    np.testing.assert_allclose(found[:, 0, 0], expected, rtol=1e-8)


@pytest.mark.parametrize("intercept", list(Intercept))
@pytest.mark.parametrize("as_sparse", [False, True])
def test_the_small_factor_tells_what_its_own_rounding_does(
    intercept: Intercept, as_sparse: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groupinf.numerics.approximate_leave_one_out.SOLVED_TOGETHER", 16)  # in several parts
    o = make_objective(2, n=40, d=170, lam=3.0, weighted=True, as_sparse=as_sparse)
    o = replace(o, X=o.X if intercept.columns else o.X[:, :-1], intercept=intercept)
    fitted = fit(o)
    X = o.X if isinstance(o.X, np.ndarray) else o.X.toarray()
    exact_forms = np.einsum("nj,nj->n", X, np.linalg.solve(hessian(o, fitted.theta), X.T).T)
    factor = fitted.factor
    inner = factor.inner if isinstance(factor, BorderedFactor) else factor
    assert isinstance(inner, SampleSpaceFactor)
    spoilt = replace(inner, kernel=Cholesky(inner.kernel.lower * (1.0 + 1e-9)))
    blocks, errors = _from_kernel(replace(factor, inner=spoilt) if inner is not factor else spoilt, errors_too=True)
    assert errors is not None
    off = np.abs(blocks[:, 0, 0] - exact_forms)
    assert np.median(off) > 1e-9 * np.median(exact_forms)
    assert np.median(np.abs(blocks[:, 0, 0] - errors[:, 0, 0] - exact_forms)) < 1e-3 * np.median(off)


def test_without_a_factor_there_is_none() -> None:
    o = make_objective(3)
    fitted = fit(o)
    by_iteration = replace(fitted, factor=IterativeFactor(o, fitted.theta, hessian_diagonal(o, fitted.theta)))
    assert scores_without_each(by_iteration) is None


@pytest.mark.parametrize(("d", "work"), [(4, 5**2 * (5 + 60)), (250, 60**2 * (60 + 251))])
def test_above_the_limit_of_work_there_is_none(d: int, work: float, monkeypatch: pytest.MonkeyPatch) -> None:
    fitted = fit(make_objective(2, d=d))
    limit = "groupinf.numerics.approximate_leave_one_out.MOST_WORK"
    monkeypatch.setattr(limit, work)
    assert scores_without_each(fitted) is not None
    monkeypatch.setattr(limit, work - 1)
    assert scores_without_each(fitted) is None


@pytest.mark.parametrize(("classes", "score"), [(0, "log_loss"), (2, "accuracy"), (2, "f1"), (3, "accuracy")])
def test_the_table_scores_it_as_it_scores_folds_of_one_row(classes: int, score: str) -> None:
    o = make_objective(classes, weighted=True)
    lams = (0.5, 5.0)
    found = cross_validate(o, lams, contiguous_folds(o.n, 3), SCORES[score]).approximate_leave_one_out
    expected = [SCORES[score](o.loss, exact(replace(o, lam=lam)), o.y) for lam in lams]
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=0.0 if score == "log_loss" else 1.5 / o.n)
