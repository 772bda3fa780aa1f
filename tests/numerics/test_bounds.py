"""The proven score bound holds at every point, also far from the minimum, and is tight where the gradient is small."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.problems import make_objective

from groupinf.numerics.bounds import bounded_problem, end_of, proven_score_errors
from groupinf.numerics.change import Changed, RowTerms, changed, removing
from groupinf.numerics.factor import DenseFactor
from groupinf.numerics.fit import Fitted, fit
from groupinf.numerics.objective import Objective, gradients
from groupinf.numerics.reduced import ReducedSolver, own_factors, sample_space, sample_space_kernel
from groupinf.numerics.verified import VerifiedFactor, amplifications

GROUPS = (np.array([1, 7, 30]), np.arange(20, 35), np.arange(50), np.array([59]))


def without(fitted: Fitted) -> Changed:
    return changed(fitted, removing(fitted), GROUPS)


def solvers(fitted: Fitted) -> list[ReducedSolver]:
    assert isinstance(fitted.factor, DenseFactor)
    small = sample_space(without(fitted), sample_space_kernel(fitted))
    assert small is not None
    return [own_factors(without(fitted), fitted.factor), small]


def verified(fitted: Fitted, kernel: np.ndarray) -> VerifiedFactor:
    factor = bounded_problem(fitted, fitted.objective, kernel).verified
    assert factor is not None
    return factor


def exact_without(o: Objective, kept: np.ndarray) -> np.ndarray:
    fits = [fit(replace(o, sample_weight=np.where(stays, o.sample_weight, 0.0))) for stays in kept.T]
    return np.column_stack([end.theta for end in fits])


@pytest.mark.parametrize("with_factor", [True, False])
@pytest.mark.parametrize("classes", [0, 2])
@pytest.mark.parametrize("away", [0.0, 1e-6, 1e-2, 0.1, 0.5])
def test_the_bound_holds(classes: int, away: float, with_factor: bool) -> None:
    fitted = fit(o := make_objective(classes, n=90, weighted=True))
    block = without(fitted)
    exact = exact_without(o, block.terms.counts)
    theta = exact + away * np.random.default_rng(4).normal(size=exact.shape)
    problem = bounded_problem(fitted, o, sample_space_kernel(fitted))
    problem = problem if with_factor else replace(problem, verified=None)
    end = end_of(problem, o, block.terms, theta, gradients(o, theta, block.terms.counts), np.zeros_like(theta))
    for solver in solvers(fitted):
        unknown = np.full(4, np.inf)
        a = amplifications(problem.verified, solver.pencil, block) if problem.verified else unknown
        bound = proven_score_errors(problem, end, a)
        error = np.abs(o.X @ (theta - exact)).max(axis=0)
        assert (error <= bound).all()
        if away == 1e-6 and with_factor:
            assert (bound < 200 * error).all()
        if away == 0.0:  # what rounding alone leaves
            assert (bound < 1e-8).all()


def test_nothing_is_proven_of_several_outputs() -> None:
    fitted = fit(o := make_objective(3, n=90))
    problem = bounded_problem(fitted, o, np.empty((0, 0)))
    every = RowTerms(np.ones((90, 1), dtype=bool))
    end = end_of(problem, o, every, fitted.theta[:, None], fitted.gradient[:, None], fitted.left[:, None])
    assert proven_score_errors(problem, end, np.ones(1)) == np.inf


@pytest.mark.parametrize("way", [0, 1])
def test_amplification_bounds_the_largest_eigenvalue_and_not_by_much(way: int) -> None:
    fitted = fit(o := make_objective(2, n=90, weighted=True))
    assert isinstance(fitted.factor, DenseFactor)
    H, p = fitted.factor.H, 1.0 / (1.0 + np.exp(-(o.X @ fitted.theta)))
    curvature = o.sample_weight * p * (1.0 - p)
    found = amplifications(verified(fitted, sample_space_kernel(fitted)), solvers(fitted)[way].pencil, without(fitted))
    for rows, a in zip(GROUPS, found, strict=True):
        reduced = H - (o.X[rows].T * curvature[rows]) @ o.X[rows]
        largest = np.linalg.eigvals(np.linalg.solve(reduced, H)).real.max()
        assert largest <= a <= 2.5 * largest


def test_a_proven_norm_is_just_above_the_norm() -> None:
    fitted = fit(o := make_objective(2, n=90))
    assert isinstance(fitted.factor, DenseFactor)
    factor = verified(fitted, np.empty((0, 0)))
    V = np.random.default_rng(0).normal(size=(o.size, 6)) * 10.0 ** np.arange(-3.0, 3.0)
    expected = np.sqrt(np.einsum("ij,ij->j", V, np.linalg.solve(fitted.factor.H, V)))
    norms = factor.norm(V)
    assert (norms >= expected).all()
    np.testing.assert_allclose(norms, expected, rtol=1e-8)
    assert (factor.norm_within(np.abs(V)) >= norms * (1 - 1e-9)).all()


def test_a_factor_that_does_not_belong_to_the_hessian_is_not_proven() -> None:
    fitted = fit(make_objective(2, n=90))
    assert isinstance(fitted.factor, DenseFactor)
    other = replace(fitted, factor=replace(fitted.factor, H=4.0 * fitted.factor.H))
    assert bounded_problem(other, fitted.objective, np.empty((0, 0))).verified is None


def test_the_curvature_along_a_step_is_that_of_where_the_model_stands() -> None:
    for classes in (0, 2, 3):
        fitted = fit(o := make_objective(classes, n=90, weighted=True))
        block = without(fitted)
        rng = np.random.default_rng(2)
        theta = fitted.theta[:, None] + 0.3 * rng.normal(size=(o.size, 4))
        step = rng.normal(size=theta.shape)
        end = end_of(bounded_problem(fitted, o, np.empty((0, 0))), o, block.terms, theta, step, step)
        h = 1e-5
        change = gradients(o, theta + h * step, block.terms.counts) - gradients(o, theta - h * step, block.terms.counts)
        np.testing.assert_allclose(end.along, (change * step).sum(axis=0) / (2 * h), rtol=1e-6)
