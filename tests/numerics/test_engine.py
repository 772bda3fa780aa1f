"""The engine takes own factors where P is small, small systems where P is large, else iteration or plain passes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import cg
from support.problems import make_objective

from groupinf.numerics import engine as engines
from groupinf.numerics import factor as factors
from groupinf.numerics.change import removing, row_change
from groupinf.numerics.engine import (
    Pair,
    Shape,
    cheapest,
    choose_engine,
    far_from_fit,
    few_rows_left,
    possible_ways,
    retraining_work,
    shape_of,
)
from groupinf.numerics.fit import Fitted, fit
from groupinf.numerics.losses.binary_logistic import BinaryLogistic
from groupinf.numerics.objective import Objective, hessian

EVERYTHING: list[Pair] = [
    ("own_factors", "reduced"),
    ("own_factors", "shared"),
    ("sample_space", "reduced"),
    ("sample_space", "shared"),
    ("iterative", "shared"),
    ("passes", "diagonal"),
]
SOFTMAX: list[Pair] = [pair for pair in EVERYTHING if pair[0] != "sample_space"]

# rows, parameters per output, outputs, stored entries, sparse, rows of a mean group
DIABETES = Shape(20_000, 128, 1, 20_000 * 128, False, 2_500)
CDR = Shape(24_000, 331, 1, 24_000 * 12, True, 900)
DOGFISH = Shape(1_800, 2_049, 1, 1_800 * 2_049, False, 200)
ENRON = Shape(4_137, 3_296, 1, 145_846, True, 450)
MNIST = Shape(55_000, 785, 10, 55_000 * 785, False, 5_000)


def ways_of(fitted: Fitted) -> list[Pair]:
    return possible_ways(fitted, removing(fitted))


@pytest.mark.parametrize(
    ("shape", "ways", "iterations", "expected"),
    [
        (DIABETES, EVERYTHING, np.inf, ("own_factors", "reduced")),
        (CDR, EVERYTHING, np.inf, ("iterative", "shared")),
        (ENRON, EVERYTHING, 32.0, ("passes", "diagonal")),
        (ENRON, [*EVERYTHING, ("heavy_rows", "heavy_rows")], 32.0, ("heavy_rows", "heavy_rows")),
        (CDR, [*EVERYTHING, ("heavy_rows", "heavy_rows")], np.inf, ("iterative", "shared")),
        (MNIST, SOFTMAX, np.inf, ("iterative", "shared")),
    ],
)
def test_shapes_of_the_papers_data(shape: Shape, ways: list[Pair], iterations: float, expected: Pair) -> None:
    assert cheapest(shape, ways, iterations) == expected


def test_wide_dense_data_use_systems_of_the_groups_size() -> None:
    assert cheapest(DOGFISH, EVERYTHING, np.inf)[0] == "sample_space"


def test_more_iterations_with_a_diagonal_cost_more_and_leave_the_others_alone() -> None:
    for pair in EVERYTHING:
        few, many = (retraining_work(ENRON, pair, passes) for passes in (10.0, 100.0))
        assert (many > few) == (pair[1] == "diagonal")


def test_without_a_factor_nothing_shares_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factors, "DENSE_BYTES", 0)
    assert ways_of(fit(make_objective(3, lam=5.0))) == [("passes", "diagonal")]


def test_softmax_has_no_sample_space() -> None:
    assert all(way != "sample_space" for way, _ in ways_of(fit(make_objective(3))))
    assert any(way == "sample_space" for way, _ in ways_of(fit(make_objective(2))))


def test_heavy_rows_are_for_sparse_rows_of_one_output() -> None:
    heavy: Pair = ("heavy_rows", "heavy_rows")
    assert heavy in ways_of(fit(make_objective(2, as_sparse=True)))
    assert heavy not in ways_of(fit(make_objective(3, as_sparse=True)))
    assert heavy not in ways_of(fit(make_objective(2)))


def test_heavy_rows_are_not_taken_where_a_block_would_hold_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    fitted = fit(make_objective(2, as_sparse=True))
    monkeypatch.setattr(engines, "ROW_BYTES", 8 * 8 * fitted.objective.n * 48 - 1)
    assert ("heavy_rows", "heavy_rows") not in ways_of(fitted)


def iterations(fitted: Fitted, diagonal: np.ndarray) -> int:
    """What SciPy's conjugate gradients take with H for the first row's gradient, to a relative residual of 1e-5."""
    o, taken = fitted.objective, list[np.ndarray]()
    gradient = np.outer(o.X[0], fitted.residuals[0]).ravel()
    cg(hessian(o, fitted.theta), gradient, rtol=1e-5, M=np.diag(1 / diagonal), callback=taken.append)
    return len(taken)


def two_diagonals(fitted: Fitted) -> tuple[np.ndarray, np.ndarray]:
    """Those of H and of λ times the identity."""
    return np.diag(hessian(fitted.objective, fitted.theta)), np.full(fitted.objective.size, fitted.objective.lam)


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        ({"classes": 2, "n": 80}, ("own_factors", "reduced")),
        ({"classes": 3, "n": 80}, ("iterative", "shared")),
        # where plain passes would win if the diagonal took six iterations; it takes more
        ({"classes": 2, "n": 40, "d": 120}, ("sample_space", "shared")),
    ],
)
def test_the_choice_is_the_cheapest_and_brings_what_it_needs(problem: dict[str, Any], expected: Pair) -> None:
    fitted = fit(make_objective(**problem))
    engine, shape = choose_engine(fitted, removing(fitted), 5.0), shape_of(fitted, 5.0)
    fewest = min(iterations(fitted, diagonal) for diagonal in two_diagonals(fitted))
    assert (engine.way, engine.preconditioner) == expected
    assert min(ways_of(fitted), key=lambda pair: retraining_work(shape, pair, fewest)) == expected
    assert (engine.kernel.size > 0, engine.inverse.size > 0) == (expected[0] == "sample_space", expected[1] == "shared")
    X, H = fitted.objective.X, hessian(fitted.objective, fitted.theta)
    if engine.kernel.size:
        np.testing.assert_allclose(engine.kernel, X @ np.linalg.solve(H, X.T), rtol=1e-8, atol=1e-10)
    if engine.inverse.size and problem["classes"] == 2:  # of softmax, H is singular
        np.testing.assert_allclose(engine.inverse @ H, np.eye(H.shape[0]), atol=1e-8)


@pytest.mark.parametrize(("lam", "own"), [(10.0, False), (1000.0, True)])
def test_of_two_diagonals_the_one_of_fewer_iterations_is_taken(
    lam: float, own: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(factors, "DENSE_BYTES", 0)
    fitted = fit(make_objective(2, n=20, d=120, lam=lam))
    of_H, identity = two_diagonals(fitted)
    assert (iterations(fitted, of_H) < iterations(fitted, identity)) == own
    taken = choose_engine(fitted, removing(fitted), 5.0).diagonal.diagonal.ravel()
    np.testing.assert_allclose(taken, of_H if own else identity, rtol=1e-9)


@pytest.mark.parametrize(("density", "expected"), [(0.01, "diagonal"), (1.0, "shared")])
def test_far_from_the_fit_a_pass_that_costs_less_than_a_solve_takes_the_diagonal(density: float, expected: str) -> None:
    """Relabelling, where H itself solves for a step: whatever preconditions, the engine stays what it is besides."""
    rng = np.random.default_rng(0)
    X: Any = rng.normal(size=(400, 200)) * (rng.random((400, 200)) < density)
    y = (rng.random(400) < 0.5).astype(float)
    objective = Objective(sparse.csr_array(X) if density < 1 else X, y, np.ones(400), 4.0, BinaryLogistic())
    fitted = fit(objective)
    change = row_change(fitted, 1.0, objective.sample_weight, 1.0 - y)
    near = replace(choose_engine(fitted, change, 20.0), way="as_fitted", preconditioner="shared")
    far = far_from_fit(near, fitted)
    assert far.preconditioner == expected
    assert (far.way, far.diagonal) == (near.way, near.diagonal)
    assert far_from_fit(replace(near, preconditioner="diagonal"), fitted).preconditioner == "diagonal"


@pytest.mark.parametrize("is_sparse", [False, True])
def test_where_few_rows_are_left_small_problems_have_factors_of_their_own(
    is_sparse: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    objective = make_objective(2, as_sparse=is_sparse)
    fitted = fit(objective)
    change = removing(fitted)
    far = few_rows_left(fitted, change, 40.0)
    assert (far.way, far.preconditioner) == ("own_factors", "reduced")
    assert far.kernel.size == far.inverse.size == 0
    monkeypatch.setattr(engines, "LARGEST_OWN", 4)
    large, usual = few_rows_left(fitted, change, 40.0), far_from_fit(choose_engine(fitted, change, 40.0), fitted)
    assert (large.way, large.preconditioner) == (usual.way, usual.preconditioner)
