"""Parameter influence: the step of influence, read out exactly."""

from __future__ import annotations

from typing import ClassVar, Literal

from groupinf.config.section import Problem
from groupinf.effects.context import Step
from groupinf.effects.methods.influence import influence_step
from groupinf.effects.methods.method import Method, Readout, Setting
from groupinf.effects.solvers import SolverOptions


class ParameterInfluence(Method, SolverOptions):
    """f(θ̂ + H⁻¹g(δ)) − f(θ̂), with a ``solver`` as that of influence."""

    name: ClassVar = "parameter_influence"
    label: ClassVar = "Parameter influence"
    in_text: ClassVar = "parameter influence"
    equation: ClassVar = "f(θ̂ + H⁻¹g(w)) − f(θ̂)"
    readout: ClassVar = Readout.EXACT

    method: Literal["parameter_influence"] = "parameter_influence"

    def step(self, setting: Setting) -> Step:
        """H⁻¹g(δ)."""
        return influence_step(self, setting)

    def options(self) -> dict[str, str | int | float]:
        """Those of the solver."""
        return self.heeded()

    def check(self, n: int, size: int) -> Problem | None:
        """A solver that cannot be."""
        return self.unsolvable(n, size)
