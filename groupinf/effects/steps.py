"""Steps of one block: each computed once, and refined where that is right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from groupinf.effects.context import BlockContext
from groupinf.effects.methods.method import Method, Step
from groupinf.numerics.losses.loss import Array

# a step whose remainder is larger than this share of it is refined: beyond rounding where H is ill-conditioned
REFINED = 1e-9
MAX_REFINEMENTS = 3


@dataclass(frozen=True)
class Solution:
    """Δ (P, B), and what is left of it to solve (P, B), zero for an exact solve."""

    delta: Array
    remainder: Array


def solutions(at: BlockContext, methods: Sequence[Method]) -> Mapping[Step, Solution]:
    """The steps that the methods read out."""
    found: dict[Step, Solution] = {}
    for step in dict.fromkeys(method.step for method in methods):
        delta, remainder = step.delta(at), partial(step.remainder, at)
        found[step] = refined(delta, remainder) if step.is_direct(at) else Solution(delta, remainder(delta))
    return found


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
