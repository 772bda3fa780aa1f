"""Relative influence: influence with the Hessian of some rows in the place of that of all (Kounavis et al.)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from groupinf.config.section import PositiveInt, Problem
from groupinf.effects.context import Step
from groupinf.effects.methods.method import Method, Readout, Setting
from groupinf.errors import DataError

if TYPE_CHECKING:
    from groupinf.effects.context import BlockContext, Solution
    from groupinf.numerics.factor import Factor
    from groupinf.numerics.objective import Objective


# sets the stream of the rows apart from others of the same seed
_STREAM = 0x726F7773


@dataclass(frozen=True, eq=False)
class SampledStep(Step):
    """Δ = H_m⁻¹g(δ) with H_m = ∇²L of the ``sampled`` objective at θ̂, made once."""

    sampled: Objective
    factor: Factor

    def solution(self, at: BlockContext) -> Solution:
        """Refined; what is left is H_m⁻¹(H_mΔ − g(δ))."""
        from groupinf.effects.steps import solved_with

        return solved_with(self.sampled, at.changed.fitted.theta, self.factor, at.changed.g)


class RelativeInfluence(Method):
    """∇f(θ̂)ᵀH_m⁻¹g(δ), H_m = (n/m)Σ over ``rows`` = m rows of the fit, drawn from the seed, and the penalty."""

    name: ClassVar = "relative_influence"
    label: ClassVar = "Relative influence"
    in_text: ClassVar = "relative influence"
    equation: ClassVar = "∇f(θ̂)ᵀ H_m⁻¹ g(w), H_m from m rows scaled by n/m and the penalty"
    readout: ClassVar = Readout.LINEAR

    method: Literal["relative_influence"] = "relative_influence"
    rows: PositiveInt

    def work(self, scores: int, size: int) -> int:
        """The rows, and H_m with its factor."""
        from groupinf.numerics.factor import DENSE_BYTES

        return 8 * self.rows * size + (2 * 8 * size**2 if 8 * size**2 <= DENSE_BYTES else 0)

    def step(self, setting: Setting) -> Step:
        """H_m and its factor, once. Raises DataError where the fit has fewer rows that count."""
        from groupinf.numerics.factor import factorise

        objective = setting.fitted.objective
        count = np.flatnonzero(objective.sample_weight > 0.0)
        if self.rows > count.size:
            raise DataError(f"{self.shown}: expected at most the {count.size:,} rows that count, found {self.rows:,}")
        chosen = np.sort(np.random.default_rng([setting.seed, _STREAM]).permutation(count)[: self.rows])
        part = objective.at(chosen)
        sampled = replace(part, sample_weight=part.sample_weight * (count.size / self.rows))
        return SampledStep(sampled, factorise(sampled, setting.fitted.theta))

    def check(self, n: int, size: int) -> Problem | None:
        """More rows than there are."""
        if self.rows <= n:
            return None
        return Problem("rows", f"expected at most n = {n:,}, as there are training rows, found {self.rows:,}")
