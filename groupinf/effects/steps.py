"""Linear solves of steps: refined where that is right."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from groupinf.effects.context import Solution
from groupinf.numerics.factor import Factor
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective, hessian_products

# a step whose remainder is larger than this share of it is refined: beyond rounding where H is ill-conditioned
REFINED = 1e-9
MAX_REFINEMENTS = 3


def refined(delta: Array, remainder_of: Callable[[Array], Array]) -> Solution:
    """Δ − A⁻¹(AΔ − g), again where needed: products with A by passes are exact where its factor has lost digits.

    Wilkinson's iterative refinement (Higham 2002, chapter 12), for the columns whose remainder is not rounding.
    """
    left = remainder_of(delta)
    for _ in range(MAX_REFINEMENTS):
        late = np.linalg.norm(left, axis=0) > REFINED * np.linalg.norm(delta, axis=0)
        if not late.any():
            break
        better = np.where(late, delta - left, delta)
        again = remainder_of(better)
        if not (np.linalg.norm(again, axis=0)[late] < np.linalg.norm(left, axis=0)[late]).any():
            break
        delta, left = better, again
    return Solution(delta, left)


def solved_with(objective: Objective, theta: Array, factor: Factor, right: Array) -> Solution:
    """∇²L(θ)⁻¹``right`` by a factor of that Hessian, refined: (P, B)."""
    return refined(factor.solve(right), remainder_of(objective, theta, factor, right))


def remainder_of(objective: Objective, theta: Array, factor: Factor, right: Array) -> Callable[[Array], Array]:
    """What a Δ leaves to solve of ∇²L(θ)Δ = ``right``: Δ less the solution, with the inverse by ``factor``."""
    return lambda delta: factor.solve(hessian_products(objective, theta, delta) - right)


def exactly(delta: Array) -> Solution:
    """A Δ of which nothing is left to solve, as no system was."""
    return Solution(delta, np.zeros_like(delta))
