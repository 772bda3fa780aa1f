"""Every solver applies the same H⁻¹, says what it leaves, and where it diverges."""

from __future__ import annotations

import numpy as np
import pytest
from support.changed_rows import CASES, context, solved

from groupinf.effects.methods.influence import Influence
from groupinf.effects.methods.method import Setting
from groupinf.effects.methods.parameter_influence import ParameterInfluence
from groupinf.errors import ConvergenceError
from groupinf.numerics.objective import hessian

N = 60

SOLVERS = [
    {"solver": "cholesky"},
    {"solver": "cg", "tolerance": 1e-12},
    {"solver": "taylor", "scale": 40.0, "depth": 20000},
    {"solver": "lissa", "scale": 200.0, "depth": 4000, "repeats": 20, "batch_size": 60},
]


@pytest.mark.parametrize("method", [Influence, ParameterInfluence])
@pytest.mark.parametrize("options", SOLVERS, ids=[str(one["solver"]) for one in SOLVERS])
def test_four_solvers_apply_the_same_inverse(method: type[Influence], options: dict[str, object]) -> None:
    fitted, change = CASES["double"](2)
    at = context(fitted, change)
    found = solved(method(**options), at)
    exact = np.linalg.solve(hessian(fitted.objective, fitted.theta), at.changed.g)
    near = 0.1 if options["solver"] == "lissa" else 1e-6
    np.testing.assert_allclose(found.delta, exact, atol=near * np.abs(exact).max())
    # what is left is the distance to the exact step, whatever the solver
    np.testing.assert_allclose(found.remainder, found.delta - exact, atol=1e-7 * np.abs(exact).max())


def test_taylor_is_the_partial_sum_of_the_neumann_series() -> None:
    fitted, change = CASES["remove"](2)
    at, depth, scale = context(fitted, change), 7, 50.0
    H, total = hessian(fitted.objective, fitted.theta) / N, np.zeros_like(at.changed.g)
    for j in range(depth + 1):
        total += np.linalg.matrix_power(np.eye(H.shape[0]) - H / scale, j) @ at.changed.g / (scale * N)
    delta = solved(Influence(solver="taylor", depth=depth, scale=scale), at).delta
    np.testing.assert_allclose(delta, total, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize(("solver", "what"), [("taylor", "the Taylor series"), ("lissa", "LiSSA")])
def test_a_divergence_names_the_eigenvalue(solver: str, what: str) -> None:
    fitted, change = CASES["remove"](2)
    at = context(fitted, change)
    largest = np.linalg.eigvalsh(hessian(fitted.objective, fitted.theta) / N)[-1]
    method = Influence(solver=solver, scale=0.4 * largest)
    with pytest.raises(ConvergenceError, match=rf"{what} diverged after .* {largest:.4g}[,.] .*solver: cg"):
        solved(method, at)


def test_steps_that_are_equal_are_computed_once() -> None:
    fitted, change = CASES["remove"](2)
    setting = Setting(fitted, change)
    one, two = Influence(solver="cg").step(setting), ParameterInfluence(solver="cg").step(setting)
    at = context(fitted, change)
    assert at.solution(one) is at.solution(two)
    assert at.solution(Influence(solver="cg", tolerance=1e-3).step(setting)) is not at.solution(one)
    assert at.solution(Influence().step(setting)) is at.solution(ParameterInfluence().step(setting))
