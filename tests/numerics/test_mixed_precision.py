"""Solves and retraining that go through single precision end where those in double precision do."""

from __future__ import annotations

import numpy as np
import pytest
from support.problems import make_objective

from groupinf.numerics.change import Changed, changed, removing, row_change
from groupinf.numerics.engine import Engine
from groupinf.numerics.factor import DenseFactor, cholesky, hessian_diagonal
from groupinf.numerics.fit import Fitted, fit
from groupinf.numerics.mixed_precision import inverse as by_inverse
from groupinf.numerics.mixed_precision.inverse import preconditioned, shared_inverse
from groupinf.numerics.mixed_precision.iterative import Iterative
from groupinf.numerics.objective import row_hessian
from groupinf.numerics.removed_rows import own_scores, own_sums
from groupinf.numerics.retrain import retrain

GROUPS = (np.array([30, 7, 1]), np.arange(20, 35), np.array([], dtype=np.int64), np.array([59]))
COLUMNS = np.array([1, 0, 3, 1, 2])


@pytest.fixture(scope="module", params=[2, 3])
def fitted(request: pytest.FixtureRequest) -> Fitted:
    return fit(make_objective(request.param, weighted=True))


def single(fitted: Fitted) -> np.ndarray:
    assert isinstance(fitted.factor, DenseFactor)
    return fitted.factor.factor.inverse().astype(np.float32)


def draws(fitted: Fitted) -> np.ndarray:
    """Gradients have no part along a flat direction."""
    V = np.random.default_rng(1).normal(size=(fitted.theta.size, COLUMNS.size)) * np.logspace(-12, 12, COLUMNS.size)
    K = fitted.objective.flat_intercepts
    V[V.shape[0] - K :] -= V[V.shape[0] - K :].mean(axis=0) if K else 0.0
    return V


def reduced_hessian(block: Changed, column: int) -> np.ndarray:
    assert isinstance(block.fitted.factor, DenseFactor)
    return block.fitted.factor.H - row_hessian(block.fitted.objective, block.fitted.theta, block.members[column])


@pytest.mark.parametrize("tolerance", [1e-2, 1e-9])
def test_solves_are_as_exact_as_is_asked_however_large_the_right_hand_sides_are(
    fitted: Fitted, tolerance: float
) -> None:
    block, V = changed(fitted, removing(fitted), GROUPS), draws(fitted)
    found = Iterative(block, single(fitted)).solve(V, COLUMNS, tolerance)
    for j, c in enumerate(COLUMNS):
        exact = np.linalg.solve(reduced_hessian(block, c), V[:, j])
        off, norm = (v @ fitted.factor.H @ v for v in (found[:, j] - exact, exact))  # type: ignore[attr-defined]
        assert off <= (10.0 * tolerance) ** 2 * norm


def test_where_single_precision_does_not_do_solves_go_on_in_double(fitted: Fitted) -> None:
    block, V, inverse = changed(fitted, removing(fitted), GROUPS), draws(fitted), single(fitted)
    noise = np.random.default_rng(0).normal(size=inverse.shape)
    inverse = (inverse * np.exp(noise + noise.T)).astype(np.float32)
    found = Iterative(block, inverse).solve(V, COLUMNS, 1e-9)
    for j, c in enumerate(COLUMNS):
        exact = np.linalg.solve(reduced_hessian(block, c), V[:, j])
        np.testing.assert_allclose(found[:, j], exact, rtol=1e-6, atol=1e-6 * np.abs(exact).max())


def test_an_inverse_is_kept_in_single_precision_where_that_leaves_it_definite(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    Q = np.linalg.qr(rng.normal(size=(40, 40)))[0]
    assert shared_inverse(factor_of(np.eye(40))).dtype == np.float64  # too few parameters to be worth it
    monkeypatch.setattr(by_inverse, "FEWEST", 1)
    for condition, kept in [(1e3, True), (1e9, False)]:
        H = (Q * np.geomspace(1.0, condition, 40)) @ Q.T
        inverse = shared_inverse(factor_of(0.5 * (H + H.T)))
        assert (inverse.dtype == np.float32) == kept
        rounded = np.linalg.inv(0.5 * (H + H.T)).astype(np.float32).astype(np.float64)
        off = np.linalg.cholesky(H).T @ rounded @ np.linalg.cholesky(H) - np.eye(40)
        assert (np.linalg.norm(off) < 0.02) == kept
        product = preconditioned(inverse, H @ np.ones((40, 2)) * [1e-200, 1e200])
        np.testing.assert_allclose(product / [1e-200, 1e200], 1.0, rtol=1e-2)


def factor_of(H: np.ndarray) -> DenseFactor:
    return DenseFactor(H, cholesky(H.copy()))


def test_numbers_far_below_the_range_of_single_precision_are_multiplied_too() -> None:
    found = preconditioned(np.eye(2, dtype=np.float32), np.array([[1e-300, 0.0], [1e-310, 0.0]]))
    np.testing.assert_allclose(found, [[1e-300, 0.0], [1e-310, 0.0]], rtol=1e-6, atol=1e-318)


def test_retraining_with_an_inverse_in_single_precision_ends_at_the_same_minimum(fitted: Fitted) -> None:
    block, ends = changed(fitted, removing(fitted), GROUPS), []
    for inverse in (single(fitted), single(fitted).astype(np.float64)):
        engine = Engine(
            "iterative", "shared", np.empty((0, 0)), inverse, hessian_diagonal(fitted.objective, fitted.theta)
        )
        reduced = engine.reduced(block)
        start, tolerance = np.tile(fitted.theta[:, None], len(GROUPS)), np.full(len(GROUPS), 1e-9)
        ends.append(retrain(block, reduced, engine.precondition(block, reduced), start, tolerance, False))
        assert ends[-1].converged.all()
        assert not ends[-1].refreshed.any()
    np.testing.assert_allclose(ends[0].theta, ends[1].theta, atol=1e-8)
    np.testing.assert_allclose(ends[0].gradient, block.gradients(ends[0].theta), atol=1e-14)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("as_sparse", [False, True])
@pytest.mark.parametrize("change", ["remove", "halve"])
def test_products_with_what_groups_hold_of_the_hessian(
    dtype: type, as_sparse: bool, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groupinf.numerics.removed_rows.SLICE_ROWS", 16)  # rows of a group lie in several slices
    fitted = fit(make_objective(3, as_sparse=as_sparse, weighted=True))
    own, share = fitted.objective.sample_weight, 1.0 if change == "remove" else 0.5
    block = changed(fitted, removing(fitted) if change == "remove" else row_change(fitted, 0.5, own), GROUPS)
    V = draws(fitted) / np.logspace(-12, 12, COLUMNS.size)
    found = block.removed_hessian_products(V.astype(dtype), COLUMNS)
    assert found.dtype == dtype
    for j, c in enumerate(COLUMNS):
        expected = share * row_hessian(fitted.objective, fitted.theta, GROUPS[c]) @ V[:, j]
        digits = 1e-12 if dtype is np.float64 else 1e-5
        np.testing.assert_allclose(found[:, j], expected, atol=digits * max(1.0, np.abs(expected).max()))


@pytest.mark.parametrize("together", [0.0, 2.0])
def test_groups_see_their_own_rows_whether_all_are_multiplied_or_some_picked(
    together: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groupinf.numerics.removed_rows.TOGETHER", together)
    X, rng = make_objective(2).X, np.random.default_rng(3)
    V, r = rng.normal(size=(X.shape[1], len(GROUPS))), [rng.normal(size=rows.size) for rows in GROUPS]
    sums = own_sums(X, GROUPS, r)
    for j, (rows, z) in enumerate(zip(GROUPS, own_scores(X, GROUPS, V), strict=True)):
        np.testing.assert_allclose(z, [X[i] @ V[:, j] for i in rows], rtol=1e-12)
        np.testing.assert_allclose(sums[:, j], sum((s * X[i] for i, s in zip(rows, r[j], strict=True)), 0.0 * X[0]))
