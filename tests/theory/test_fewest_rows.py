"""No subset of rows moves a linear function of the fit by more than is proven of all subsets of its size at once.

All subsets of up to three rows are retrained without, in extended precision.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.exact_models import Exact

from groupinf.effects.study import Study
from groupinf.effects.test_rows import TestRows
from groupinf.effects.trust import trust_in_fit
from groupinf.numerics.bounds import bounded_problem
from groupinf.numerics.change import removing
from groupinf.numerics.engine import choose_engine
from groupinf.numerics.fit import fit
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.registry import loss_for
from groupinf.numerics.objective import Objective, design
from groupinf.theory.fewest_rows.at_fit import RowsAtFit, direction_of, rows_at_fit
from groupinf.theory.fewest_rows.by_leverage import change_by_leverage
from groupinf.theory.fewest_rows.by_pairs import change_by_pairs
from groupinf.theory.fewest_rows.fewest import fewest_rows, largest_change

Array = np.ndarray
MOST = 3


@dataclass(frozen=True)
class Problem:
    """Rows at their fit, a direction c, and by how much all subsets of each size move cᵀθ, up and down."""

    rows: RowsAtFit
    c: Array
    moved: dict[int, Array]

    def largest(self, m: int, sign: float) -> float:
        """By at most m rows."""
        return max(0.0, *(float((sign * self.moved[k]).max()) for k in range(1, m + 1)))


def problem(
    seed: int, classes: int, intercept: Intercept, n: int = 12, d: int = 2, noise: float = 1.0
) -> Problem | None:
    """None where some class could be emptied."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)) * 10.0 ** rng.uniform(-1, 1, size=d) + rng.choice([0.0, 3.0])
    signal = (X - X.mean(axis=0)) / X.std(axis=0) @ rng.normal(size=(d, max(classes, 1)))
    signal += noise * rng.normal(size=signal.shape)
    y = signal[:, 0] if classes == 0 else np.argmax(signal, axis=1).astype(float)
    y = (signal[:, 0] > np.median(signal[:, 0])).astype(float) if classes == 2 else y
    if any((y == k).sum() <= MOST for k in range(classes)):
        return None
    weight = rng.uniform(0.3, 2.0, size=n) if rng.integers(2) else np.ones(n)
    lam = n * 10.0 ** rng.uniform(-2, 1)
    rows = design(X, intercept)
    objective = Objective(rows, y, weight, lam, loss_for(classes), intercept=intercept)
    c = np.zeros((rows.shape[1], objective.loss.outputs))
    c[:, 0] = design(rng.normal(size=(1, d)) * X.std(axis=0) + X.mean(axis=0), intercept)[0]
    if classes > 2:
        c[:, 1] = -c[:, 0]
    at = rows_at_fit(study_of(objective))
    return None if at is None else Problem(at, c.ravel(), brute_force(at, classes, c.ravel()))


def study_of(objective: Objective) -> Study:
    fitted = fit(objective)
    change = removing(fitted)
    engine, test = choose_engine(fitted, change, 2.0), replace(objective.at(slice(0, 1)), lam=0.0)
    bounded = bounded_problem(fitted, test, engine.kernel)
    return Study(
        fitted, change, engine, fitted.factor, TestRows(test, (0,)), (), (), {}, {}, bounded,
        trust_in_fit(bounded, fitted),
    )  # fmt: skip


def brute_force(at: RowsAtFit, classes: int, c: Array) -> dict[int, Array]:
    objective, theta = at.fitted.objective, at.fitted.theta
    penalised = np.ones(objective.p)
    penalised[-1] = objective.intercept is not Intercept.FREE
    exact = Exact(np.asarray(objective.X), objective.y, objective.lam, penalised, classes)
    moved = {}
    for m in range(1, MOST + 1):
        sets = list(combinations(range(objective.n), m))
        weight = np.repeat(objective.sample_weight[None], len(sets), axis=0)
        for i, rows in enumerate(sets):
            weight[i, list(rows)] = 0.0
        start = np.repeat(theta.reshape(1, objective.p, -1), len(sets), axis=0)
        minima = exact.minima(start, weight, np.repeat(objective.y[None], len(sets), axis=0))
        moved[m] = np.asarray((minima.reshape(len(sets), -1) - theta) @ c, dtype=float)
    return moved


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    classes=st.sampled_from([0, 0, 2, 2, 3]),
    intercept=st.sampled_from(list(Intercept)),
)  # fmt: skip
def test_no_subset_moves_it_by_more_than_is_proven(seed: int, classes: int, intercept: Intercept) -> None:
    made = problem(seed, classes, intercept)
    assume(made is not None)
    assert made is not None
    for sign in (1.0, -1.0):
        direction = direction_of(made.rows, made.c, sign)
        for m in range(1, MOST + 1):
            largest = made.largest(m, sign)
            for bound in (change_by_leverage, change_by_pairs, largest_change):
                assert largest <= bound(made.rows, direction, m)
        for share in (0.3, 0.9, 1.1):
            gap = share * made.largest(MOST, sign)
            enough = next((m for m in range(1, MOST + 1) if made.largest(m, sign) >= gap), MOST + 1)
            assert 1 <= fewest_rows(made.rows, direction, gap, MOST) <= enough


@pytest.mark.parametrize("seed", range(4))
def test_of_the_squared_loss_the_bound_of_one_row_is_the_exact_effect(seed: int) -> None:
    made = problem(seed, 0, Intercept.FREE)
    assert made is not None
    for sign in (1.0, -1.0):
        bound = change_by_pairs(made.rows, direction_of(made.rows, made.c, sign), 1)
        assert bound == pytest.approx(made.largest(1, sign), rel=1e-6)


def test_it_is_tight_enough_to_prove_numbers_of_rows_that_brute_force_finds() -> None:
    proven = []
    for seed in range(20):
        made = problem(seed, 0, Intercept.FREE)
        assert made is not None
        gap = 0.99 * made.largest(MOST, 1.0)
        enough = next(m for m in range(1, MOST + 1) if made.largest(m, 1.0) >= gap)
        proven.append(enough > 1 and fewest_rows(made.rows, direction_of(made.rows, made.c, 1.0), gap, MOST) == enough)
    assert sum(proven) >= 8


@pytest.mark.parametrize("classes", [2, 3])
def test_of_a_curved_loss_one_row_is_proven_by_retraining_without_each(classes: int) -> None:
    made = problem(5, classes, Intercept.FREE, n=24, noise=3.0)
    assert made is not None
    for sign in (1.0, -1.0):
        bound = largest_change(made.rows, direction_of(made.rows, made.c, sign), 1)
        assert bound == pytest.approx(made.largest(1, sign), rel=1e-5)


def test_something_is_proven_of_two_rows_of_a_curved_loss() -> None:
    made = problem(5, 2, Intercept.FREE, n=24, noise=3.0)
    assert made is not None
    lam = 50.0 * made.rows.fitted.objective.lam
    at = rows_at_fit(study_of(replace(made.rows.fitted.objective, lam=lam)))
    assert at is not None
    stronger = Problem(at, made.c, brute_force(at, 2, made.c))
    bound = largest_change(at, direction_of(at, made.c, 1.0), 2)
    assert stronger.largest(2, 1.0) <= bound <= 2.0 * stronger.largest(2, 1.0)


def test_nothing_is_proven_where_a_row_is_the_last_of_its_class() -> None:
    made = problem(5, 2, Intercept.FREE, n=24, noise=3.0)
    assert made is not None
    y = np.zeros(24)
    y[3] = 1.0
    at = rows_at_fit(study_of(replace(made.rows.fitted.objective, y=y)))
    assert at is not None
    assert largest_change(at, direction_of(at, made.c, 1.0), 1) == np.inf


def test_nothing_is_proven_where_rows_hold_all_of_a_direction() -> None:
    made = problem(0, 0, Intercept.FREE)
    assert made is not None
    everything = largest_change(made.rows, direction_of(made.rows, made.c, 1.0), 12)
    assert everything == np.inf
    assert fewest_rows(made.rows, direction_of(made.rows, made.c, 1.0), 1e9, 12) <= 12
