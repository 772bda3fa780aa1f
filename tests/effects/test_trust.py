"""Bounds on scores hold, and error estimates are at least the errors, against retraining in 50 digits."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from support.extended import DIGITS
from support.small_studies import Problem, block_of, random_problem, study_of, truth_of

# problems of each part; together they hold several thousand groups' scores against their bounds
PROBLEMS, PARTS = 250, 8


def score_errors(problem: Problem, theta: np.ndarray, exact: list) -> float:  # type: ignore[type-arg]
    """The largest |xᵀθ − xᵀθ̂(w)| over training and test rows, the products in 50 digits."""
    with mp.workdps(DIGITS):
        wide = [mp.mpf(float(v)) for v in theta]
        rows = np.vstack([problem.X, problem.X_test])
        off = (
            abs(mp.fdot([mp.mpf(float(v)) for v in row], wide[:-1]) + wide[-1] - z[0])
            for row, z in zip(rows, exact, strict=True)
        )
        return float(max(off))


@pytest.mark.parametrize("part", range(PARTS))
def test_no_proven_bound_is_broken_and_estimates_hold_in_99_of_100_effects(part: int) -> None:
    below = effects = proven = 0
    for seed in range(part * PROBLEMS, (part + 1) * PROBLEMS):
        problem = random_problem(seed)
        if problem is None:
            continue
        study = study_of(problem)
        block = block_of(problem, study)
        truth = truth_of(problem, study.fitted, block)
        errors, m = np.abs(block.effect[-1] - truth.effect), problem.y_test.size
        for b, bound in enumerate(block.score_bound):
            theta = study.fitted.objective.in_full(block.theta[b])
            of_effects = errors[: 2 * m if problem.classes else m, b].max()
            assert max(score_errors(problem, theta, truth.scores[b]), of_effects) <= bound, f"seed {seed}"
            proven += bool(np.isfinite(bound))
        below += int((errors > block.error_estimate[-1]).sum())
        effects += errors.size
    assert proven > 0.95 * 2 * 0.7 * PROBLEMS
    assert below <= 0.01 * effects


def test_at_a_tiny_lambda_the_bounds_of_separable_groups_hold_and_say_something() -> None:
    rng = np.random.default_rng(4)
    X = rng.normal(size=(50, 2))
    y = (X @ [1, -1] > 0.2).astype(float)
    groups = tuple(np.sort(rng.choice(50, 5, replace=False)) for _ in range(6))
    problem = Problem(X, y, np.ones(50), X[:2], y[:2], 50e-10, 2, groups)
    study = study_of(problem)
    block = block_of(problem, study)
    truth = truth_of(problem, study.fitted, block)
    for b, bound in enumerate(block.score_bound):
        assert score_errors(problem, block.theta[b], truth.scores[b]) <= bound
    errors = np.abs(block.effect[-1] - truth.effect)
    assert (errors <= block.error_estimate[-1]).all()
    assert (errors[:4] <= block.score_bound).all()
    assert block.score_bound.max() < 1e-3 * np.abs(truth.effect[:2]).max()


@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_errors_of_predictions_on_badly_scaled_data_are_not_underestimated(scale: float) -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(42, 3)) * [1.0, scale, 1.0 / scale] + [100.0, 30.0 * scale, 0.0]
    y = X[:, 0] - 100.0 + X[:, 1] / scale - 30.0 + rng.normal(size=42)
    groups = tuple(np.sort(rng.choice(40, 6, replace=False)) for _ in range(8))
    problem = Problem(X[:40], y[:40], np.ones(40), X[40:], y[40:], 40e-6, 0, groups)
    study = study_of(problem)
    block = block_of(problem, study)
    truth = truth_of(problem, study.fitted, block).effect
    for method in (-2, -1):  # Newton's step is exact for the squared loss
        assert (np.abs(block.effect[method] - truth) <= block.error_estimate[method]).mean() > 0.99
