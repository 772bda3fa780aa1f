"""Influence: the first-order prediction (Koh et al. 2019, eq. 2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from groupinf.config.section import Problem
from groupinf.effects.context import BlockContext, Solution, Step
from groupinf.effects.methods.method import Method, Readout, Setting
from groupinf.effects.solvers import SolverOptions
from groupinf.effects.steps import refined, remainder_of
from groupinf.numerics.factor import Factor


@dataclass(frozen=True)
class InfluenceStep(Step):
    """Δ = H⁻¹g(δ), with H⁻¹ by a solver of its ``own``, made as ``asked``; None: as the study does."""

    asked: tuple[tuple[str, str | int | float], ...] = ()
    own: Factor | None = field(default=None, compare=False)

    def solution(self, at: BlockContext) -> Solution:
        """Refined where H⁻¹ is the factor of the fit. What is left is H⁻¹(HΔ − g(δ)) by that, whatever made Δ."""
        fitted, g = at.changed.fitted, at.changed.g
        solver = at.influence_solver if self.own is None else self.own
        left = remainder_of(fitted.objective, fitted.theta, fitted.factor, g)
        if solver is fitted.factor:
            return refined(at.influence, left)
        delta = solver.solve(g)
        return Solution(delta, left(delta))


class ByInfluence(Method, SolverOptions):
    """A readout of H⁻¹g(δ), with a ``solver`` of its own or that of the section ``influence``."""

    def step(self, setting: Setting) -> Step:
        """H⁻¹g(δ)."""
        if self.solver is None:
            return InfluenceStep()
        return InfluenceStep(tuple(self.heeded().items()), self.factor(setting.fitted, setting.seed))

    def options(self) -> dict[str, str | int | float]:
        """Those of the solver."""
        return self.heeded()

    def check(self, n: int, size: int) -> Problem | None:
        """A solver that cannot be."""
        return self.unsolvable(n, size)


class Influence(ByInfluence):
    """∇f(θ̂)ᵀH⁻¹g(δ)."""

    name: ClassVar = "influence"
    label: ClassVar = "Influence"
    in_text: ClassVar = "influence"
    equation: ClassVar = "∇f(θ̂)ᵀ H⁻¹ g(w)"
    readout: ClassVar = Readout.LINEAR

    method: Literal["influence"] = "influence"
