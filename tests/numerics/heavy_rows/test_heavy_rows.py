"""Heavy rows: groups of sparse rows end where dense Newton steps in double precision end, however they are cut, with
kernels in NumPy, and with compiled ones where numba is installed.
"""

from __future__ import annotations

import importlib
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit
from support.heavy_rows import groups_of, retrained, rows_of, words
from support.problems import make_objective

from groupinf.errors import GroupConvergenceError
from groupinf.numerics import factor as factors
from groupinf.numerics import reduced as reduced_module
from groupinf.numerics.change import changed, removing, row_change
from groupinf.numerics.factor import IterativeFactor, hessian_diagonal
from groupinf.numerics.fit import fit
from groupinf.numerics.heavy_rows import minimise as steps
from groupinf.numerics.heavy_rows import rows as shared
from groupinf.numerics.heavy_rows.inner import curved, picked, solve
from groupinf.numerics.heavy_rows.preconditioner import preconditioner
from groupinf.numerics.heavy_rows.rows import MOST_HEAVY
from groupinf.numerics.heavy_rows.solver import HeavyRowsSolver, at_fit
from groupinf.numerics.objective import Objective, hessian
from groupinf.numerics.retrain import retrain


@pytest.fixture(autouse=True, params=["plain", "compiled"])
def _kernels(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "compiled":
        pytest.importorskip("numba", reason="numba, of the extra groupinf[fast], is not installed")
    monkeypatch.setattr(shared, "compiler_is_installed", lambda: request.param == "compiled")


def exact(o: Objective, weight: np.ndarray) -> np.ndarray:
    """The minimum with weights s' by dense Newton steps, halved until the objective does not rise."""
    X = o.X.toarray()
    penalty = o.lam * np.r_[np.ones(o.p - 1), 0.0]
    theta = np.zeros(o.p)

    def value(t: np.ndarray) -> float:
        return float(weight @ np.logaddexp(0.0, (1 - 2 * o.y) * (X @ t)) + 0.5 * penalty @ t**2)

    for _ in range(100):
        p = expit(X @ theta)
        step = np.linalg.solve(
            (X.T * (weight * p * (1 - p))) @ X + np.diag(penalty), X.T @ (weight * (p - o.y)) + penalty * theta
        )
        t = 1.0
        while value(theta - t * step) > value(theta) + 1e-12 and t > 1e-8:
            t /= 2
        theta = theta - t * step
        if np.abs(step).max() < 1e-13:
            break
    return theta


@pytest.mark.parametrize(("separable", "lam"), [(False, 0.5), (True, 0.5), (True, 0.005), (False, 50.0)])
def test_groups_of_all_sizes_end_at_the_minimum_of_the_rows_that_stay(separable: bool, lam: float) -> None:
    o = words(separable, lam=lam)
    fitted = fit(o)
    groups = groups_of(o, fitted)
    end = retrained(fitted, groups)
    assert end.converged.all()
    assert not end.refreshed.any()
    for b, rows in enumerate(groups):
        weight = o.sample_weight.copy()
        weight[rows] = 0.0
        theta = exact(o, weight)
        X, z = o.X.toarray(), o.X @ theta
        H = (X.T * (weight * expit(z) * expit(-z))) @ X + np.diag(o.penalty())
        left = end.theta[:, b] - theta
        # the decrement says how far the group is from its minimum, in the norm of its Hessian there
        assert np.sqrt(left @ H @ left) <= 1.2 * end.decrement[b] + 1e-12
        np.testing.assert_allclose(
            end.gradient[:, b],
            X.T @ (weight * (expit(X @ end.theta[:, b]) - o.y)) + o.penalty() * end.theta[:, b],
            atol=1e-11,
        )
        np.testing.assert_allclose(end.theta[:, b], theta, atol=1e-7)


def test_the_certificate_is_the_newton_step_of_where_a_group_ended() -> None:
    o = words()
    fitted = fit(o)
    groups = groups_of(o, fitted)
    end = retrained(fitted, groups, 1e-2)
    X = o.X.toarray()
    for b, rows in enumerate(groups):
        weight = o.sample_weight.copy()
        weight[rows] = 0.0
        z = X @ end.theta[:, b]
        H = (X.T * (weight * expit(z) * expit(-z))) @ X + np.diag(o.penalty())
        step = np.linalg.solve(H, end.gradient[:, b])
        off = end.solved[:, b] - step
        assert np.sqrt(off @ H @ off) < 0.1 * np.sqrt(step @ H @ step)
        assert end.decrement[b] == pytest.approx(np.sqrt(step @ H @ step), rel=1e-2)


@pytest.mark.parametrize("width", [1, 3, 5])
def test_blocks_of_any_width_end_at_the_same_minimum(width: int) -> None:
    o = words()
    fitted = fit(o)
    groups = groups_of(o, fitted)
    whole = retrained(fitted, groups)
    for first in range(0, len(groups), width):
        part = retrained(fitted, groups[first : first + width])
        for b in range(part.theta.shape[1]):
            off = part.theta[:, b] - whole.theta[:, first + b]
            of_both = part.decrement[b] + whole.decrement[first + b]
            # √λ‖·‖ of the weights is at most the norm of the Hessian, in which decrements bound the distance
            assert np.sqrt(o.lam) * np.linalg.norm(off[:-1]) <= 1.2 * of_both + 1e-12


def test_the_same_block_gives_the_same_bytes() -> None:
    o = words()
    fitted = fit(o)
    once, again = (retrained(fitted, groups_of(o, fitted)) for _ in range(2))
    assert once.theta.tobytes() == again.theta.tobytes()
    assert once.solved.tobytes() == again.solved.tobytes()


@pytest.mark.parametrize("tolerance", [1e-2, 1e-9, 1e-12])
def test_solves_at_the_fit_reach_their_tolerance(tolerance: float) -> None:
    o = words(separable=True)
    fitted = fit(o)
    groups = groups_of(o, fitted)
    block = changed(fitted, removing(fitted), groups)
    columns = np.array([4, 0, 6])
    V = np.random.default_rng(0).normal(size=(o.p, 3))
    V[:, 1] *= 1e-30
    found = HeavyRowsSolver(block, rows_of(fitted)).solve(V, columns, tolerance)
    X, z = o.X.toarray(), o.X @ fitted.theta
    for j, c in enumerate(columns):
        weight = o.sample_weight.copy()
        weight[groups[c]] = 0.0
        H = (X.T * (weight * expit(z) * expit(-z))) @ X + np.diag(o.penalty())
        step = np.linalg.solve(H, V[:, j])
        off = found[:, j] - step
        assert off @ H @ off <= (20 * tolerance) ** 2 * (step @ H @ step)


def test_the_preconditioner_is_a_diagonal_and_the_heavy_rows_of_each_group() -> None:
    o = words()
    fitted = fit(o)
    groups = groups_of(o, fitted)
    rows = rows_of(fitted)
    X, z = o.X.toarray(), o.X @ fitted.theta
    a = o.sample_weight * expit(z) * expit(-z)
    heaviest = np.sort(np.argsort(-a * (X**2).sum(axis=1), kind="stable")[:MOST_HEAVY])
    np.testing.assert_array_equal(rows.numbers, heaviest)
    others = np.setdiff1d(np.arange(o.n), heaviest)
    d = o.penalty() + (X[others] ** 2).T @ a[others]
    V = np.random.default_rng(0).normal(size=(o.p, 3))
    columns = np.array([2, 5, 0])
    applied = at_fit(changed(fitted, removing(fitted), groups), rows)(V, columns)
    for j, c in enumerate(columns):
        stay = np.setdiff1d(heaviest, groups[c])
        P = np.diag(d) + (X[stay].T * a[stay]) @ X[stay]
        np.testing.assert_allclose(applied[:, j], np.linalg.solve(P, V[:, j]), rtol=1e-3, atol=1e-5)


def test_rows_that_hardly_tell_are_left_out_and_all_others_are_not() -> None:
    fitted = fit(words(separable=True, lam=0.005))
    o, rows = fitted.objective, rows_of(fitted)
    curvature = (expit(o.X @ fitted.theta) * expit(-(o.X @ fitted.theta)) * o.sample_weight).astype(np.float32)[:, None]
    among = picked(rows, curvature)
    telling = curvature[:, 0] * rows.lengths
    assert 0 < among.left_out.sum() < o.n
    assert (telling[among.left_out] < 1e-3).all()
    assert picked(rows, curvature, among) is among
    assert not picked(rows, np.ones_like(curvature), among).left_out.any()


def test_an_indefinite_small_system_leaves_the_diagonal_alone() -> None:
    fitted = fit(words())
    rows = rows_of(fitted)
    broken = replace(rows, gram=-np.full_like(rows.gram, 1e6))
    V = np.ones((fitted.objective.p, 1), dtype=np.float32)
    np.testing.assert_array_equal(preconditioner(broken, np.ones((rows.numbers.size, 1), np.float32)).apply(V), V)


def test_groups_that_take_too_many_steps_go_on_with_hessians_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    fitted = fit(words())
    groups = groups_of(fitted.objective, fitted)
    there = retrained(fitted, groups)
    monkeypatch.setattr(steps, "MAX_STEPS", 1)
    end = retrained(fitted, groups)
    assert end.converged.all()
    assert end.refreshed.any()
    np.testing.assert_allclose(end.theta, there.theta, atol=1e-7)


def test_a_solve_that_does_not_get_there_names_the_group(monkeypatch: pytest.MonkeyPatch) -> None:
    fitted = fit(words())
    block = changed(fitted, removing(fitted), groups_of(fitted.objective, fitted))
    monkeypatch.setattr(importlib.import_module("groupinf.numerics.heavy_rows.inner"), "MAX_ITERATIONS", 1)
    monkeypatch.setattr(reduced_module, "RESCUE_BYTES", 0)
    with pytest.raises(GroupConvergenceError, match="larger lambda_over_n") as caught:
        HeavyRowsSolver(block, rows_of(fitted)).solve(block.g[:, [3, 5]], np.array([3, 5]), 1e-9)
    assert caught.value.column in (3, 5)


@pytest.mark.parametrize("times", [0.5, 3.0])
def test_rows_that_count_more_or_less_end_at_their_minimum(times: float) -> None:
    o = words()
    fitted = fit(o)
    groups = groups_of(o, fitted)
    block, rows = (
        changed(fitted, row_change(fitted, times, o.sample_weight), groups),
        rows_of(fitted),
    )
    start = np.tile(fitted.theta[:, None], len(groups))
    end = retrain(block, HeavyRowsSolver(block, rows), at_fit(block, rows), start, np.full(len(groups), 1e-9), True)
    for b, group in enumerate(groups):
        weight = o.sample_weight.copy()
        weight[group] *= times
        np.testing.assert_allclose(end.theta[:, b], exact(o, weight), atol=1e-7)


def test_new_labels_end_at_their_minimum() -> None:
    o = words()
    fitted = fit(o)
    groups = groups_of(o, fitted)
    block, rows = (
        changed(fitted, row_change(fitted, 1.0, o.sample_weight, 1.0 - o.y), groups),
        rows_of(fitted),
    )
    start = np.tile(fitted.theta[:, None], len(groups))
    end = retrain(block, HeavyRowsSolver(block, rows), at_fit(block, rows), start, np.full(len(groups), 1e-9), True)
    for b, group in enumerate(groups):
        y = o.y.copy()
        y[group] = 1.0 - y[group]
        np.testing.assert_allclose(end.theta[:, b], exact(replace(o, y=y), o.sample_weight), atol=1e-7)


def test_all_that_conjugate_gradients_ask_for_holds_at_zero_and_on_dense_rows() -> None:
    fitted = fit(make_objective(2, n=90))
    rows, o = rows_of(fitted), fitted.objective
    curvature = np.ones((o.n, 2), dtype=np.float32)
    P = preconditioner(rows, curvature[rows.numbers])
    V = np.zeros((o.p, 2), dtype=np.float32)
    V[:, 1] = 1.0
    found = solve(curved(rows, picked(rows, curvature), curvature, P), V, np.full(2, 1e-3))
    assert found.reached.all()
    assert found.iterations[0] == 0
    X = o.X * rows.scale
    H = X.T @ X + np.diag(o.penalty() * rows.scale**2)
    np.testing.assert_allclose(H @ found.solution[:, 1], V[:, 1], atol=2e-2)
    assert hessian_diagonal(o, fitted.theta).diagonal.shape == (o.p,)


def test_without_a_factor_the_hessian_is_solved_with_by_its_heavy_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factors, "DENSE_BYTES", 0)
    o = words(separable=True)
    fitted = fit(o)
    assert isinstance(fitted.factor, IterativeFactor)
    assert fitted.factor.heavy is not None
    V = np.random.default_rng(0).normal(size=(o.p, 3))
    V[:, 1] = 0.0
    H = hessian(o, fitted.theta)
    for found, right in ((fitted.factor.solve(V), V), (fitted.factor.solve(V[:, 0]), V[:, 0])):
        np.testing.assert_allclose(found, np.linalg.solve(H, right), rtol=1e-7, atol=1e-9)
    # and where rounds in single precision do not get there, by plain conjugate gradients
    monkeypatch.setattr(importlib.import_module("groupinf.numerics.heavy_rows.refined"), "MOST_ROUNDS", 1)
    np.testing.assert_allclose(fitted.factor.solve(V), np.linalg.solve(H, V), rtol=1e-7, atol=1e-9)
