"""What predictions are made from, and retraining starts from: a block of groups, and what solves for them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from groupinf.numerics.change import Changed
from groupinf.numerics.engine import Engine
from groupinf.numerics.factor import Factor
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.reduced import NEWTON_TOLERANCE, ReducedSolver


@dataclass(frozen=True)
class BlockContext:
    """B changed groups, the solver with H − H(δ) of each, and what applies H⁻¹ for the influence.

    The two steps are solved for when they are first asked for, and then kept: methods and retraining share them.
    """

    changed: Changed
    reduced: ReducedSolver
    engine: Engine
    influence_solver: Factor

    @cached_property
    def influence(self) -> Array:
        """H⁻¹g(δ) (Koh et al. 2019, eq. 2) by the factor of the fit: (P, B)."""
        return self.changed.fitted.factor.solve(self.changed.g)

    @cached_property
    def newton(self) -> Array:
        """(H − H(δ))⁻¹g(δ) (Koh et al. 2019, eq. 5): (P, B).

        Raises GroupConvergenceError where an H − H(δ) cannot be solved with.
        """
        return self.reduced.solve(self.changed.g, np.arange(self.changed.g.shape[1]), NEWTON_TOLERANCE)
