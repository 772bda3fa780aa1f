"""Influence: the first-order prediction (Koh et al. 2019, eq. 2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import AfterValidator, ValidationInfo

from groupinf.config.section import Problem
from groupinf.effects.context import Step
from groupinf.effects.methods.method import Method, Readout, Setting
from groupinf.effects.solvers import SolverOptions

if TYPE_CHECKING:
    from groupinf.effects.context import BlockContext, Solution
    from groupinf.numerics.factor import Factor
    from groupinf.numerics.losses.loss import Array


@dataclass(frozen=True)
class InfluenceStep(Step):
    """Δ = H⁻¹g(δ), with H⁻¹ by a solver of its ``own``, made as ``asked``; None: as the study does."""

    asked: tuple[tuple[str, str | int | float], ...] = ()
    own: Factor | None = field(default=None, compare=False)

    def solution(self, at: BlockContext) -> Solution:
        """Refined where H⁻¹ is the factor of the fit. What is left is H⁻¹(HΔ − g(δ)) by that, whatever made Δ."""
        from groupinf.effects.context import Solution
        from groupinf.effects.steps import refined

        fitted, g = at.changed.fitted, at.changed.g
        solver = at.influence_solver if self.own is None else self.own

        def left(delta: Array) -> Array:
            return fitted.factor.solve(at.products_at_fit(delta) - g)

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


def _of_tests(value: str | None, info: ValidationInfo) -> str | None:
    """The key ``applied_to``: groups are the default, and a solver of the entry's own is what is applied."""
    if value == "test_points" and info.data.get("solver", value) is None:
        raise ValueError("expected solver beside applied_to: test_points, found it without one")
    return None if value == "groups" else value


class Influence(ByInfluence):
    """∇f(θ̂)ᵀH⁻¹g(δ)."""

    name: ClassVar = "influence"
    label: ClassVar = "Influence"
    in_text: ClassVar = "influence"
    equation: ClassVar = "∇f(θ̂)ᵀ H⁻¹ g(w)"
    readout: ClassVar = Readout.LINEAR

    method: Literal["influence"] = "influence"
    applied_to: Annotated[Literal["groups", "test_points"] | None, AfterValidator(_of_tests)] = None

    @property
    def on_test_points_alone(self) -> bool:
        """Where H⁻¹ is applied to ∇f(θ̂), which must be the same for every group."""
        return self.applied_to is not None

    def step(self, setting: Setting) -> Step:
        """H⁻¹g(δ), or what stands for it where H⁻¹ is applied to ∇f(θ̂)."""
        from groupinf.effects.adjoint import adjoint_step

        if self.applied_to is None:
            return super().step(setting)
        return adjoint_step(setting.fitted, setting.test_gradients(), self.factor(setting.fitted, setting.seed))

    def options(self) -> dict[str, str | int | float]:
        """Those of the solver, and what it is applied to."""
        return super().options() | ({} if self.applied_to is None else {"applied_to": self.applied_to})
