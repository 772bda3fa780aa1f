"""Exact refits without sets of rows, side by side from θ̂ on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

import numpy as np

from groupinf.effects.blocks import WIDEST, blocks_of
from groupinf.effects.context import BlockContext
from groupinf.errors import GroupConvergenceError
from groupinf.numerics.change import Changed, changed, removing
from groupinf.numerics.engine import Engine
from groupinf.numerics.factor import Factor, factorise
from groupinf.numerics.fit import RELATIVE_TOLERANCE, Fitted, first_fit, polished
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective, Rows, row_residuals
from groupinf.numerics.retrain import best_start, retrain


@dataclass(frozen=True)
class WhenAsked:
    """H at θ, factored when it is first solved with: values that take no H⁻¹ cost no factor."""

    objective: Objective
    theta: Array
    name: ClassVar = "cholesky"

    @cached_property
    def _factor(self) -> Factor:
        return factorise(self.objective, self.theta)

    def solve(self, V: Array) -> Array:
        """H⁻¹V."""
        return self._factor.solve(V)


@dataclass(frozen=True)
class Refits:
    """What refits start from: the fit to all rows, and the engine of retraining."""

    fitted: Fitted
    engine: Engine

    def without(self, sets: Sequence[Rows]) -> list[Fitted]:
        """The fits without each of some sets of rows, which stay with the weight 0.

        Raises ConvergenceError where one does not converge.
        """
        found: list[Fitted] = []
        for block in blocks_of(range(len(sets)), WIDEST):
            found += self._block([sets[i] for i in block])
        return found

    def polished(self, rows: Rows) -> Fitted:
        """The fit without a set of rows by itself, taken to where rounding ends it. Raises ConvergenceError."""
        return polished(first_fit(self._objective(rows), self.fitted.theta))

    def _block(self, sets: Sequence[Rows]) -> Iterator[Fitted]:
        fitted = self.fitted
        block = changed(fitted, removing(fitted), sets)
        reduced = self.engine.reduced(block)
        precondition = self.engine.precondition(block, reduced)
        at = BlockContext(block, reduced, self.engine, fitted.factor)
        tolerance = np.full(len(sets), RELATIVE_TOLERANCE * fitted.scale)
        start = best_start(block, precondition, _starts(at, block))
        end = retrain(block, reduced, precondition, start, tolerance, self.engine.truncated_newton)
        for b, rows in enumerate(sets):
            objective = self._objective(rows)
            if not end.converged[b]:
                yield first_fit(objective, fitted.theta)
                continue
            theta, gradient = np.ascontiguousarray(end.theta[:, b]), end.gradient[:, b]
            yield replace(
                fitted,
                objective=objective,
                theta=theta,
                factor=WhenAsked(objective, theta),
                residuals=row_residuals(objective, theta),
                gradient=gradient,
                left=end.solved[:, b],
                gradient_norm=float(end.gradient_norm[b]),
                decrement=float(end.decrement[b]),
                passes=int(end.passes[b]),
            )

    def _objective(self, rows: Rows) -> Objective:
        weight = self.fitted.objective.sample_weight.copy()
        weight[rows] = 0.0
        return replace(self.fitted.objective, sample_weight=weight)


def _starts(at: BlockContext, block: Changed) -> list[Array]:
    """θ̂ alone, with the influence step, and with the Newton step where H − H(w) can be solved with."""
    theta = block.fitted.theta[:, None]
    steps = [np.zeros_like(at.influence), at.influence]
    with suppress(GroupConvergenceError):
        steps.append(at.newton)
    return [theta + step for step in steps]
