"""What predictions are made from, and retraining starts from: a block of groups, and what solves for them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from groupinf.numerics.change import Changed
    from groupinf.numerics.conjugate_gradient import Columns
    from groupinf.numerics.engine import Engine
    from groupinf.numerics.factor import Factor
    from groupinf.numerics.losses.loss import Array
    from groupinf.numerics.reduced import Pencil, ReducedSolver


@dataclass(frozen=True)
class Solution:
    """Δ (P, B), and what is left of it to solve (P, B), zero for an exact solve."""

    delta: Array
    remainder: Array


class Step(ABC):
    """A predicted change Δ of the parameters, for each group of a block.

    Steps that are equal are computed once: a step without data of its own is a frozen dataclass.
    """

    @abstractmethod
    def solution(self, at: BlockContext) -> Solution:
        """Δ, and what it leaves to solve of its own equation, which becomes the error estimate."""


@dataclass(frozen=True)
class BlockContext:
    """B changed groups, the solver with H − H(δ) of each, and what applies H⁻¹ for the influence.

    A step is solved for when it is first asked for, and then kept: methods and retraining share them.
    """

    changed: Changed
    reduced: ReducedSolver
    engine: Engine
    influence_solver: Factor
    _solved: dict[Step, Solution] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def influence(self) -> Array:
        """H⁻¹g(δ) (Koh et al. 2019, eq. 2) by the factor of the fit: (P, B)."""
        return self.changed.fitted.factor.solve(self.changed.g)

    @cached_property
    def newton(self) -> Array:
        """(H − H(δ))⁻¹g(δ) (Koh et al. 2019, eq. 5): (P, B).

        Raises GroupConvergenceError where an H − H(δ) cannot be solved with.
        """
        from groupinf.numerics.reduced import NEWTON_TOLERANCE

        return self.reduced.solve(self.changed.g, np.arange(self.changed.g.shape[1]), NEWTON_TOLERANCE)

    def products_at_fit(self, V: Array) -> Array:
        """HV (P, B): by a pass, or by H itself where that is as right."""
        from groupinf.numerics.mixed_precision.iterative import Iterative
        from groupinf.numerics.objective import hessian_products
        from groupinf.numerics.products import times

        objective, theta = self.changed.fitted.objective, self.changed.fitted.theta
        summed = self.reduced.summed if isinstance(self.reduced, Iterative) else None
        return hessian_products(objective, theta, V) if summed is None else times(summed, V)

    def changed_products_at_fit(self, V: Array) -> Array:
        """(H − H(δ))V (P, B): by a pass, or by H and the rows of the groups alone."""
        from groupinf.numerics.mixed_precision.iterative import Iterative

        if isinstance(self.reduced, Iterative) and self.reduced.summed is not None:
            return self.reduced.products(V, np.arange(V.shape[1]))
        return self.changed.hessian_products_at_fit(V)

    @cached_property
    def pencils(self) -> tuple[Pencil | None, ...]:
        """Those of the groups, for proofs: formed where what solves has none, as far as they fit."""
        from groupinf.numerics.reduced import pencils_of

        return pencils_of(self.reduced, self.changed)

    def narrowed(self, columns: Columns) -> BlockContext:
        """Some of the groups, with what has been computed of them."""
        from groupinf.numerics.reduced import some_of

        narrow = BlockContext(
            self.changed.of(columns), some_of(self.reduced, columns), self.engine, self.influence_solver
        )
        if "pencils" in vars(self):
            vars(narrow)["pencils"] = tuple(self.pencils[c] for c in columns)
        for step, solved in self._solved.items():
            narrow._solved[step] = Solution(solved.delta[:, columns], solved.remainder[:, columns])
        return narrow

    def solution(self, step: Step) -> Solution:
        """What ``step`` makes of the block."""
        if step not in self._solved:
            self._solved[step] = step.solution(self)
        return self._solved[step]
