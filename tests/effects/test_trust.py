"""Bounds on scores hold, and error estimates are at least the errors, against retraining in 50 digits."""

from __future__ import annotations

from dataclasses import replace

import mpmath as mp
import numpy as np
import pytest
from support.extended import DIGITS
from support.small_studies import Problem, block_of, random_problem, study_of, truth_of, with_groups

# problems of each part; together they hold more than a thousand groups' scores against their bounds
PROBLEMS, PARTS = 250, 3


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
        for b, bound in enumerate(block.certificates.score_bound):
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
    for b, bound in enumerate(block.certificates.score_bound):
        assert score_errors(problem, block.theta[b], truth.scores[b]) <= bound
    errors = np.abs(block.effect[-1] - truth.effect)
    assert (errors <= block.error_estimate[-1]).all()
    assert (errors[:4] <= block.certificates.score_bound).all()
    assert block.certificates.score_bound.max() < 1e-3 * np.abs(truth.effect[:2]).max()


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


def test_effects_that_are_rounding_are_said_to_be() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(42, 2))
    groups = tuple(np.sort(rng.choice(40, 5, replace=False)) for _ in range(4))
    problem = Problem(X[:40], (X @ [2.0, -1.0])[:40], np.ones(40), X[40:], X[40:] @ [2.0, -1.0], 40e-11, 0, groups)
    study = study_of(problem)
    block = block_of(problem, study)
    truth = truth_of(problem, study.fitted, block).effect
    assert block.certificates.at_rounding.all()
    assert (np.abs(block.effect[-1] - truth) <= block.error_estimate[-1]).all()
    plain = study_of(replace(problem, y=problem.y + rng.normal(size=40)))
    assert not block_of(problem, plain).certificates.at_rounding.any()


def wide(classes: int, n: int, d: int, lam_over_n: float, scale: float = 1.0) -> Problem:
    """Fewer rows than features, standard normal times ``scale``; three groups."""
    rng = np.random.default_rng(n + d)
    X = scale * rng.normal(size=(n + 2, d))
    signal = (X[:, 0] + X[:, 1]) / scale + rng.normal(size=n + 2)
    y = np.digitize(signal, np.quantile(signal, np.arange(1, classes) / classes)).astype(float) if classes else signal
    problem = with_groups(
        Problem(X[:n], y[:n], np.ones(n), X[n:], y[n:], lam_over_n * n, classes, ()), rng, 3, largest=0.3
    )
    assert problem is not None
    return problem


@pytest.mark.parametrize(
    "problem",
    [
        wide(0, 24, 80, 1e-3),
        wide(0, 24, 3000, 1e-8),
        wide(0, 20, 80, 1e-6, scale=255.0),
        wide(2, 14, 80, 1e-5),
        wide(2, 14, 3000, 1e-8),
        wide(2, 14, 60, 1.0),
        wide(3, 9, 80, 1e-4),
        wide(3, 9, 1000, 1e-8),
    ],
    ids=lambda problem: f"{problem.classes} classes, {problem.X.shape}, lambda {problem.lam:.0e}",
)
def test_with_fewer_rows_than_features_effects_are_those_of_extended_precision(problem: Problem) -> None:
    study = study_of(problem)
    block = block_of(problem, study)
    truth = truth_of(problem, study.fitted, block).effect
    errors, m = np.abs(block.effect[-1] - truth), problem.y_test.size
    starts = [0, m, 2 * m][1 if problem.classes > 2 else 0 :]
    for start in [s - starts[0] for s in starts]:
        of_evaluation = slice(start, start + m) if start + m < truth.shape[0] else slice(start, None)
        assert errors[of_evaluation].max() <= 1e-8 * np.abs(truth[of_evaluation]).max()
    assert (errors <= 2.0 * block.error_estimate[-1]).all()  # nine effects or a few more: one in a hundred may be above
    if problem.classes == 0:
        np.testing.assert_allclose(block.effect[-2], truth, atol=1e-6 * np.abs(truth).max())
