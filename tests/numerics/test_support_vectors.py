"""The support vector machine is that of scikit-learn, and its gap bounds how far it is from the minimum."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.svm import SVC, LinearSVC
from support.problems import make_objective

from groupinf.errors import ConvergenceError
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.hinge import Hinge
from groupinf.numerics.losses.smooth_hinge import SmoothHinge
from groupinf.numerics.objective import Objective, design, values
from groupinf.numerics.support_vectors import middle_intercept, require_small_gap, support_vector_machine


def problem(intercept: Intercept, weighted: bool = True, n: int = 60, lam: float = 0.7, seed: int = 0) -> Objective:
    o = make_objective(2, n=n, lam=lam, weighted=weighted, seed=seed)
    return replace(o, X=design(np.ascontiguousarray(o.X[:, :-1]), intercept), intercept=intercept, loss=Hinge(0.001))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("lam", [20.0, 0.7, 0.1])
@pytest.mark.parametrize("intercept", list(Intercept))
def test_it_is_the_machine_of_scikit_learn(intercept: Intercept, lam: float, weighted: bool) -> None:
    o = problem(intercept, weighted, lam=lam)
    machine = support_vector_machine(o)
    assert 0.0 <= machine.gap <= 1e-9 * o.n
    if intercept is Intercept.FREE:
        svc = SVC(kernel="linear", C=1 / lam, tol=1e-10).fit(o.X[:, :-1], o.y, sample_weight=o.sample_weight)
        expected, near = np.append(svc.coef_[0], svc.intercept_), 1e-3
    else:
        linear = LinearSVC(C=1 / lam, loss="hinge", tol=1e-11, max_iter=10**7, fit_intercept=False, random_state=0)
        expected, near = linear.fit(o.X, o.y, sample_weight=o.sample_weight).coef_[0], 1e-6
    np.testing.assert_allclose(machine.theta, expected, atol=near)
    # whatever is found elsewhere, nothing is below it by more than its gap
    at = values(o, np.column_stack([machine.theta, expected]))
    assert at[0] <= at[1] + machine.gap


@pytest.mark.parametrize("intercept", list(Intercept))
def test_the_dual_of_scikit_learn_is_no_higher_than_what_the_gap_allows(intercept: Intercept) -> None:
    o = problem(intercept, weighted=False)
    machine, sign = support_vector_machine(o), 2 * o.y - 1
    free = intercept is Intercept.FREE
    X = o.X[:, :-1] if free else o.X
    primal = float(values(o, machine.theta[:, None])[0])
    rng = np.random.default_rng(0)
    if free:  # its dual variables are feasible
        svc = SVC(kernel="linear", C=1 / o.lam, tol=1e-10).fit(X, o.y)
        alpha = np.zeros(o.n)
        alpha[svc.support_] = np.abs(svc.dual_coef_[0]) * o.lam
    else:  # any are
        alpha = rng.uniform(size=o.n)
    dual = alpha.sum() - np.sum(((alpha * sign) @ X) ** 2) / (2 * o.lam)
    assert dual <= primal + 1e-12
    if free:
        assert primal - machine.gap <= dual + 1e-5


@pytest.mark.parametrize("intercept", list(Intercept))
def test_started_from_another_machine_it_ends_at_the_same(intercept: Intercept) -> None:
    o = problem(intercept, n=90)
    whole = support_vector_machine(o)
    for rows in (np.arange(1), np.arange(20), np.flatnonzero(o.y == 1)[:25]):
        weight = o.sample_weight.copy()
        weight[rows] = 0.0
        without = replace(o, sample_weight=weight)
        near, cold = support_vector_machine(without, whole), support_vector_machine(without)
        np.testing.assert_allclose(near.theta, cold.theta, atol=1e-8)
        assert near.passes < cold.passes or rows.size > 1


def test_the_gap_bounds_the_distance_from_the_minimum() -> None:
    """Of a machine that is stopped early on purpose, against one that is not."""
    o = problem(Intercept.NONE)
    exact = support_vector_machine(o)
    from groupinf.numerics import support_vectors

    rng = np.random.default_rng(1)
    for _ in range(20):
        alpha = np.clip(rng.normal(size=o.n) + 0.5, 0.0, 1.0) * o.sample_weight
        rough = support_vectors._certified(o, alpha, 1, exact.place)
        assert np.linalg.norm(rough.theta - exact.theta) <= np.sqrt(2 * rough.gap / o.lam)
        below = values(o, rough.theta[:, None])[0] - values(o, exact.theta[:, None])[0]
        assert below <= rough.gap
        with pytest.raises(ConvergenceError, match="duality gap"):
            require_small_gap(o, rough)


def test_of_a_free_intercept_that_is_not_unique_the_middle_is_taken() -> None:
    """Two rows at −2 and 2 with weights of 0: P is 2·max(0, 1 − b) − ... flat for b between −1 and 1."""
    z, sign = np.array([-2.0, 2.0, 3.0]), np.array([-1.0, 1.0, 1.0])
    assert middle_intercept(z, sign, np.array([1.0, 1.0, 0.0])) == pytest.approx(0.0)
    # one more row, inside of its margin, leaves one minimum
    assert middle_intercept(np.array([-2.0, 2.0, 0.5]), sign, np.ones(3)) == pytest.approx(0.75)
    for _ in range(30):
        rng = np.random.default_rng(_)
        z, sign, s = rng.normal(size=9), rng.choice([-1.0, 1.0], size=9), rng.uniform(size=9)
        if len({*sign}) < 2:
            continue
        b = middle_intercept(z, sign, s)
        grid = np.append(np.linspace(-6, 6, 4001), b)
        loss = np.maximum(0.0, 1.0 - sign[:, None] * (z[:, None] + grid))
        assert s @ loss[:, -1] <= (s @ loss).min() + 1e-12


def test_the_hinge_has_the_derivatives_of_its_smooth_version_and_without_one_those_of_its_sides() -> None:
    z, y = np.linspace(-2.0, 3.0, 11)[:, None], np.ones(11)
    smooth, plain = Hinge(0.1), Hinge(0.0)
    np.testing.assert_array_equal(smooth.values(z, y), np.maximum(0.0, 1.0 - z[:, 0]))
    np.testing.assert_array_equal(smooth.residuals(z.copy(), y), SmoothHinge(0.1).residuals(z.copy(), y))
    np.testing.assert_array_equal(smooth.curvature(z, y), SmoothHinge(0.1).curvature(z, y))
    np.testing.assert_array_equal(smooth.curvature_slope(z, y), SmoothHinge(0.1).curvature_slope(z, y))
    np.testing.assert_array_equal(plain.residuals(z.copy(), y), np.where(z < 1.0, -1.0, 0.0))
    assert not plain.curvature(z, y).any()
    assert not plain.curvature_slope(z, y).any()
    assert smooth.curved
    assert not plain.curved
