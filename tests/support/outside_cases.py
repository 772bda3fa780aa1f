"""One case of each axis that the package does not know: a loss, a method, an evaluation and a builder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field
from scipy import sparse

from groupinf.config.section import Problem
from groupinf.effects.context import BlockContext, Solution, Step
from groupinf.effects.evaluations.evaluation import Measure, Norm, Scale, WithoutOptions
from groupinf.effects.methods.method import Method, Readout, Setting
from groupinf.effects.test_rows import TestRows
from groupinf.groups.builders.builder import Builder, Kind
from groupinf.groups.groups import Built, Group
from groupinf.groups.source import GroupSource
from groupinf.numerics.change import Changed, RowChange, group_gradients
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array, OneOutputLoss
from groupinf.test_point_labels import OWN_GROUP


class Poisson(OneOutputLoss):
    """ℓ = exp(z) − y z of counts y; r = exp(z) − y, a = exp(z)."""

    name = "poisson"
    label = "Poisson loss"
    units = "losses in nats"
    concordance = None
    slope_bound = np.inf
    third_bound = None

    @classmethod
    def is_for(cls, classes: int) -> bool:
        return classes == 0

    def values(self, z: Array, y: Array) -> Array:
        return np.exp(z[:, 0]) - y.reshape(-1, *[1] * (z.ndim - 2)) * z[:, 0]

    def residuals(self, z: Array, y: Array) -> Array:
        return np.exp(z) - y.reshape(-1, *[1] * (z.ndim - 1))

    def curvature_state(self, z: Array, y: Array) -> Array:
        return np.exp(z)

    def curvature_slope(self, z: Array, y: Array) -> Array:
        return np.exp(z)


@dataclass(frozen=True)
class HalfStep(Step):
    """½H⁻¹g(w), of the equation 2HΔ = g(w)."""

    def solution(self, at: BlockContext) -> Solution:
        delta = 0.5 * at.influence
        return Solution(delta, delta - 0.5 * at.changed.fitted.factor.solve(at.changed.g))


class Half(Method):
    name: ClassVar = "half"
    label: ClassVar = "Half"
    in_text: ClassVar = "half"
    equation: ClassVar = "½∇f(θ̂)ᵀH⁻¹g(w)"
    readout: ClassVar = Readout.LINEAR

    method: Literal["half"] = "half"

    def step(self, setting: Setting) -> Step:
        return HalfStep()


@dataclass(frozen=True)
class WeightPart:
    j: int

    def scores(self, V: Array) -> Array:
        return V[[self.j]]

    def values(self, z: Array) -> Array:
        return z

    def gradient(self, z: Array) -> Array:
        return np.ones_like(z)

    def total(self, per_score: Array) -> Array:
        return per_score


class SecondWeight(WithoutOptions):
    """f(θ) = θ_1."""

    name: ClassVar = "second_weight"
    label: ClassVar = "Second weight"
    in_text: ClassVar = "second weight"
    short: ClassVar = "θ₁"
    measured_on: ClassVar = "second weight"
    j: ClassVar = 1

    evaluation: Literal["second_weight"] = "second_weight"

    def labels(self, test_points: Sequence[int]) -> tuple[int, ...]:
        return (OWN_GROUP,)

    def measures(self, test: TestRows, block: Changed) -> tuple[Measure, ...]:
        return (Measure(self, (OWN_GROUP,), (WeightPart(self.j),)),)

    def scale(self, fitted: Fitted, change: RowChange, test: TestRows, groups: sparse.csr_array) -> Scale:
        own = np.eye(fitted.objective.size)[self.j]
        solved = fitted.factor.solve(own)
        changes = solved @ group_gradients(fitted.objective, change.residuals, groups.toarray().T != 0)
        return Scale(float(np.abs(changes).max()), float(np.sqrt(own @ solved)))

    def gradient_norms(self, norms: Mapping[str, Norm], at: BlockContext) -> Array:
        return np.full(at.changed.g.shape[1], np.max(norms[self.name]))


class EveryNth(Builder):
    """Rows that lie ``step`` apart."""

    name: ClassVar = "every_nth"
    kinds: ClassVar = (Kind("every_nth", "Every n-th"),)
    needs_sizes: ClassVar = False

    builder: Literal["every_nth"] = "every_nth"
    step: Annotated[int, Field(ge=2)] = 3

    def build(self, source: GroupSource, rng: np.random.Generator) -> Built:
        starts = rng.permutation(self.step)
        rows = [np.arange(start, source.dataset.n, self.step, dtype=np.int64) for start in starts]
        return Built(tuple(Group(self.name, r, f"from row {r[0]}") for r in rows))

    def check(self, dataset: Any) -> Problem | None:
        if self.step <= dataset.n:
            return None
        return Problem("step", f"expected at most n = {dataset.n}, found {self.step}")

    def most_groups(self, dataset: Any, sizes: int, test_points: int) -> int:
        return self.step
