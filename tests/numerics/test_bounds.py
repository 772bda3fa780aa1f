"""The score bound holds at every point, also far from the minimum, and is tight where the gradient is small."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.problems import make_objective

from groupinf.numerics.bounds import leverage_amplification, row_norms, score_bounds
from groupinf.numerics.factor import DenseFactor
from groupinf.numerics.fit import Fitted, fit
from groupinf.numerics.objective import gradients
from groupinf.numerics.reduced import OwnFactors, SampleSpace, own_factors, sample_space, sample_space_kernel
from groupinf.numerics.removal import removal

GROUPS = (np.array([1, 7, 30]), np.arange(20, 35), np.arange(50), np.array([59]))


def solvers(fitted: Fitted) -> tuple[OwnFactors, SampleSpace]:
    assert isinstance(fitted.factor, DenseFactor)
    own = own_factors(fitted, fitted.factor, GROUPS)
    return own, sample_space(removal(fitted, GROUPS), sample_space_kernel(fitted))


@pytest.mark.parametrize("classes", [0, 2])
@pytest.mark.parametrize("away", [1e-6, 1e-2, 0.1, 0.5])
def test_the_bound_holds(classes: int, away: float) -> None:
    o = make_objective(classes, n=90, weighted=True)
    fitted = fit(o)
    block, columns = removal(fitted, GROUPS), np.arange(len(GROUPS))
    exact = np.column_stack(
        [fit(replace(o, sample_weight=np.where(block.kept[:, b], o.sample_weight, 0.0))).theta for b in columns]
    )
    theta = exact + away * np.random.default_rng(4).normal(size=exact.shape)
    g = gradients(o, theta, block.kept)
    for solver in solvers(fitted):
        decrement = np.sqrt(np.einsum("ij,ij->j", g, solver.solve(g, columns, 0.0)))
        bound = score_bounds(block, theta, decrement, solver.amplification(), row_norms(fitted.factor, o.X).max())
        error = np.abs(o.X @ (theta - exact)).max(axis=0)
        assert (error <= bound * (1 + 1e-9)).all()
        if away == 1e-6:
            assert (bound < 200 * error).all()


def test_amplification_bounds_the_largest_eigenvalue() -> None:
    fitted = fit(make_objective(2, n=90))
    assert isinstance(fitted.factor, DenseFactor)
    own, sample = solvers(fitted)
    np.testing.assert_allclose(own.amplification(), sample.amplification(), rtol=1e-8)
    for b, factor in enumerate(own.factors):
        lower = np.tril(factor.lower)
        largest = np.linalg.eigvals(np.linalg.solve(lower @ lower.T, fitted.factor.H)).real.max()
        assert largest <= own.amplification()[b] * (1 + 1e-9)


def test_the_norms_are_those_of_the_rows() -> None:
    fitted = fit(make_objective(2, n=90, as_sparse=True))
    assert isinstance(fitted.factor, DenseFactor)
    X = fitted.objective.X.toarray()
    expected = np.einsum("ij,ij->i", X, np.linalg.solve(fitted.factor.H, X.T).T)
    np.testing.assert_allclose(row_norms(fitted.factor, fitted.objective.X), expected, rtol=1e-9)


def test_leverages_of_small_groups_bound_the_largest_eigenvalue_and_say_nothing_of_large_ones() -> None:
    fitted = fit(make_objective(2, n=90, weighted=True))
    o = fitted.objective
    assert isinstance(fitted.factor, DenseFactor)
    p = 1.0 / (1.0 + np.exp(-(o.X @ fitted.theta)))
    curvature = o.sample_weight * p * (1.0 - p)
    leverage = row_norms(fitted.factor, o.X) * curvature
    groups = [np.array([3]), np.array([5, 8, 40]), np.arange(80)]
    found = leverage_amplification(leverage, groups)
    for rows, c in zip(groups[:2], found[:2], strict=True):
        reduced = fitted.factor.H - (o.X[rows].T * curvature[rows]) @ o.X[rows]
        largest = np.linalg.eigvals(np.linalg.solve(reduced, fitted.factor.H)).real.max()
        assert largest <= c * (1 + 1e-9)
    assert found[2] == np.inf
