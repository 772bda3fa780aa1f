"""LiSSA tends to H⁻¹v as its depth grows, gives the same numbers again, and explains its divergence."""

from __future__ import annotations

import numpy as np
import pytest
from support.problems import make_objective

from groupinf.errors import ConvergenceError
from groupinf.numerics.lissa import Lissa, largest_eigenvalue
from groupinf.numerics.objective import Objective, hessian


def problem(classes: int = 2) -> tuple[Objective, np.ndarray]:
    o = make_objective(classes, d=3, lam=20.0, weighted=True)
    scaled = Objective(o.X * [0.5, 0.2, 0.1, 1.0], o.y, o.sample_weight, o.lam, o.loss)
    return scaled, 0.1 * np.random.default_rng(1).normal(size=scaled.size)


@pytest.mark.parametrize("batch_size", [1, 20])
def test_it_tends_to_the_solution(batch_size: int) -> None:
    o, theta = problem()
    V = np.random.default_rng(2).normal(size=(o.size, 2))
    exact = np.linalg.solve(hessian(o, theta), V)
    lissa = Lissa(o, theta, depth=2000, repeats=20, scale=3.0, batch_size=batch_size, seed=0)
    np.testing.assert_allclose(lissa.solve(V), exact, atol=0.05 * np.abs(exact).max())
    shallow = Lissa(o, theta, depth=2, repeats=20, scale=3.0, batch_size=batch_size, seed=0)
    assert np.abs(shallow.solve(V) - exact).max() > 0.2 * np.abs(exact).max()


def test_columns_and_calls_share_their_samples() -> None:
    o, theta = problem(3)
    V = np.random.default_rng(2).normal(size=(o.size, 3))
    lissa = Lissa(o, theta, depth=50, repeats=2, scale=3.0, batch_size=4, seed=5)
    together = lissa.solve(V)
    np.testing.assert_array_equal(lissa.solve(V), together)
    np.testing.assert_allclose(lissa.solve(V[:, 1]), together[:, 1], rtol=1e-12)


def test_a_scale_below_the_largest_eigenvalue_diverges_and_says_what_to_do() -> None:
    o, theta = problem()
    lissa = Lissa(o, theta, depth=3000, repeats=1, scale=0.01, batch_size=4, seed=0)
    with pytest.raises(
        ConvergenceError, match=r"LiSSA diverged after \d+ of 3,000 steps with scale 0\.01.*larger scale"
    ):
        lissa.solve(np.ones(o.size))


def test_the_largest_eigenvalue_is_numpys() -> None:
    o, theta = problem()
    assert largest_eigenvalue(o, theta) == pytest.approx(np.linalg.eigvalsh(hessian(o, theta))[-1], rel=1e-3)
