"""What predictions are made from, and retraining starts from: a block of groups, and what solves for them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from groupinf.numerics.engine import Engine
from groupinf.numerics.factor import Factor
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.reduced import NEWTON_TOLERANCE, ReducedSolver
from groupinf.numerics.removal import Removal


@dataclass(frozen=True)
class BlockContext:
    """B groups to remove, the solver with H − H(w) of each, and what applies H⁻¹ for the influence.

    The two steps are solved for when they are first asked for, and then kept: methods and retraining share them.
    """

    removal: Removal
    reduced: ReducedSolver
    engine: Engine
    influence_solver: Factor

    @cached_property
    def influence(self) -> Array:
        """H⁻¹g(w) (Koh et al. 2019, eq. 2) by the factor of the fit: (P, B)."""
        return self.removal.fitted.factor.solve(self.removal.g)

    @cached_property
    def newton(self) -> Array:
        """(H − H(w))⁻¹g(w) (Koh et al. 2019, eq. 5): (P, B).

        Raises GroupConvergenceError where an H − H(w) cannot be solved with.
        """
        return self.reduced.solve(self.removal.g, np.arange(self.removal.g.shape[1]), NEWTON_TOLERANCE)
