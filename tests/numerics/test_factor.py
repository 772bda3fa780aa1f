"""Every way to solve with H and with H − H(w) gives what numpy.linalg.solve gives on the matrix itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.problems import make_objective

from groupinf.errors import ConvergenceError
from groupinf.numerics import factor as factors
from groupinf.numerics.change import changed, removing
from groupinf.numerics.conjugate_gradient import conjugate_gradient
from groupinf.numerics.factor import (
    BorderedFactor,
    DenseFactor,
    IterativeFactor,
    cholesky,
    factorise,
    hessian_diagonal,
)
from groupinf.numerics.fit import fit
from groupinf.numerics.mixed_precision.iterative import Iterative
from groupinf.numerics.objective import hessian
from groupinf.numerics.preconditioners import cheap_preconditioner
from groupinf.numerics.reduced import own_factors, sample_space, sample_space_kernel

GROUPS = (np.array([1, 7, 30]), np.arange(20, 35), np.arange(50))


def rhs(size: int, outputs: int, count: int) -> np.ndarray:
    """Right-hand sides without the flat direction of softmax, as gradients are."""
    V = np.random.default_rng(3).normal(size=(size, count))
    if outputs > 1:
        V[-outputs:] -= V[-outputs:].mean(axis=0)
    return V


@pytest.mark.parametrize("as_sparse", [False, True])
@pytest.mark.parametrize(("n", "d"), [(60, 4), (12, 70)])
@pytest.mark.parametrize("kind", ["dense", "sample_space", "iterative"])
def test_solves_with_h(kind: str, n: int, d: int, as_sparse: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    o = make_objective(2, n=n, d=d, as_sparse=as_sparse, weighted=True, lam=2.0)
    theta = 0.1 * np.random.default_rng(2).normal(size=o.size)
    if kind == "sample_space":
        monkeypatch.setattr(factors, "DENSE_BYTES", 8 * n**2)
    if kind == "iterative":
        monkeypatch.setattr(factors, "DENSE_BYTES", 0)
    made = factorise(o, theta) if kind != "dense" else factors.dense_factor(o, theta)
    expected = {"dense": DenseFactor, "sample_space": BorderedFactor, "iterative": IterativeFactor}[kind]
    if not (kind == "sample_space" and d < n):  # there P × P is the smaller space and fits as well
        assert isinstance(made, expected)
    V = rhs(o.size, 1, 3)
    H = hessian(o, theta)
    np.testing.assert_allclose(made.solve(V), np.linalg.solve(H, V), rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(made.solve(V[:, 0]), np.linalg.solve(H, V[:, 0]), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("as_sparse", [False, True])
@pytest.mark.parametrize("classes", [0, 2, 3])
def test_solves_without_each_group(classes: int, as_sparse: bool) -> None:
    o = make_objective(classes, n=90, weighted=True, as_sparse=as_sparse)
    fitted = fit(o)
    block, columns = changed(fitted, removing(fitted), GROUPS), np.arange(3)
    V = rhs(o.size, o.loss.outputs, 3)
    assert isinstance(fitted.factor, DenseFactor)
    solvers = [own_factors(changed(fitted, removing(fitted), GROUPS), fitted.factor), Iterative(block)]
    if classes < 3:
        solvers.append(sample_space(block, sample_space_kernel(fitted)))
    for b, rows in enumerate(GROUPS):
        stays = np.setdiff1d(np.arange(o.n), rows)
        z = o.X @ fitted.theta.reshape(o.p, -1)
        A = o.loss.curvature(z, o.y)[stays] * o.sample_weight[stays, None, None]
        X = (o.X if isinstance(o.X, np.ndarray) else o.X.toarray())[stays]
        H = np.einsum("np,nkm,nq->pkqm", X, A, X).reshape(o.size, o.size) + np.diag(o.penalty())
        expected = np.linalg.lstsq(H, V[:, b], rcond=None)[0]
        for solver in solvers:
            np.testing.assert_allclose(solver.solve(V, columns, 1e-12)[:, b], expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("outputs", [1, 3])
def test_right_hand_sides_with_a_flat_part_are_solved_without_it(outputs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    o = make_objective(3 if outputs > 1 else 2, n=90)
    monkeypatch.setattr(factors, "DENSE_BYTES", 0)
    theta = 0.1 * np.random.default_rng(2).normal(size=o.size)
    made = factorise(replace(o, lam=3.0), theta)
    V = rhs(o.size, outputs, 2)
    flat = np.zeros_like(V)
    flat[-outputs:] = 1e-3 if outputs > 1 else 0.0
    np.testing.assert_allclose(made.solve(V + flat), made.solve(V), rtol=1e-8, atol=1e-10)


def test_a_single_column_is_solved_for_its_own_group() -> None:
    o = make_objective(2, n=90)
    fitted = fit(o)
    block = changed(fitted, removing(fitted), GROUPS)
    assert isinstance(fitted.factor, DenseFactor)
    V = rhs(o.size, 1, 3)
    for solver in (
        own_factors(changed(fitted, removing(fitted), GROUPS), fitted.factor),
        Iterative(block),
        sample_space(block, sample_space_kernel(fitted)),
    ):
        together = solver.solve(V, np.arange(3), 1e-12)
        np.testing.assert_allclose(solver.solve(V[:, [2]], np.array([2]), 1e-12), together[:, [2]], atol=1e-9)


@pytest.mark.parametrize("classes", [2, 3])
def test_the_diagonal_and_the_blocks_are_those_of_the_hessian(classes: int) -> None:
    o = make_objective(classes, weighted=True)
    theta = 0.1 * np.random.default_rng(2).normal(size=o.size)
    H = hessian(o, theta)
    np.testing.assert_allclose(hessian_diagonal(o, theta).diagonal, np.diag(H), rtol=1e-12)
    V = rhs(o.size, o.loss.outputs, 2)
    M = np.where(np.equal.outer(np.arange(o.size) % classes, np.arange(o.size) % classes), H, 0.0)
    expected = np.linalg.solve(M if classes > 2 else np.diag(np.diag(H)), V)
    if classes > 2:
        expected[-classes:] -= expected[-classes:].mean(axis=0)
    np.testing.assert_allclose(cheap_preconditioner(o, theta).solve(V), expected, rtol=1e-8, atol=1e-10)


def test_an_indefinite_matrix_is_refused() -> None:
    with pytest.raises(ConvergenceError, match="not positive definite"):
        cholesky(np.diag([1.0, -1.0]))


def test_conjugate_gradients_solve_each_column_and_leave_with_its_residual() -> None:
    rng = np.random.default_rng(0)
    root = rng.normal(size=(8, 8))
    A, V = root @ root.T + np.eye(8), rng.normal(size=(8, 4))
    V[:, 2] = 0.0
    end = conjugate_gradient(lambda U, _: A @ U, lambda U, _: U / np.diag(A)[:, None], V, 1e-12, 100)
    assert end.converged.all()
    np.testing.assert_allclose(end.solution, np.linalg.solve(A, V), atol=1e-9)
    assert end.iterations[2] == 0
    short = conjugate_gradient(lambda U, _: A @ U, lambda U, _: U, V, 1e-12, 2)
    np.testing.assert_array_equal(short.converged, [False, False, True, False])
    residual = np.linalg.norm(A @ short.solution - V, axis=0)[[0, 1, 3]]
    np.testing.assert_allclose(short.relative_residual[[0, 1, 3]] * np.linalg.norm(V, axis=0)[[0, 1, 3]], residual)


def test_an_explicit_inverse_is_the_inverse_and_symmetric() -> None:
    root = np.random.default_rng(1).normal(size=(9, 9))
    A = root @ root.T + np.eye(9)
    inverse = cholesky(A.copy()).inverse()
    np.testing.assert_allclose(inverse @ A, np.eye(9), atol=1e-10)
    np.testing.assert_array_equal(inverse, inverse.T)


def test_an_iteration_that_stops_short_says_what_to_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factors, "MAX_ITERATIONS", 1)
    o = make_objective(n=30, d=4, classes=2)
    theta = np.zeros(o.size)
    short = IterativeFactor(o, theta, hessian_diagonal(o, theta))
    with pytest.raises(ConvergenceError, match=r"stopped at .*; a larger lambda_over_n, or features scaled"):
        short.solve(np.ones((o.size, 1)))
