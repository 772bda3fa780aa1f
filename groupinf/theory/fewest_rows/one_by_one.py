"""How far each single row moves a linear function of θ, by retraining without it: proven, for few rows.

The exact minimum without row i is no farther than a radius from the θ̂_i that retraining ends with (``balls``), in the
norm of a Hessian that is at least a share of H: so cᵀθ is off by at most that radius times √growth·‖c‖ in H⁻¹.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groupinf.effects.block import block_context
from groupinf.effects.blocks import blocks_of
from groupinf.effects.study import Study
from groupinf.errors import GroupConvergenceError
from groupinf.numerics.fit import RELATIVE_TOLERANCE
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Rows
from groupinf.numerics.retrain import retrain
from groupinf.numerics.rounding import SLACK, gamma
from groupinf.theory.balls import InHessian
from groupinf.theory.prover import Prover

# multiplications that retraining without each row may take, some ten seconds of one core, and rows that are taken
# together; PASSES is how many that usually takes
MOST_WORK, TOGETHER, PASSES = 2e10, 48, 10.0


@dataclass(frozen=True)
class OneByOne:
    """θ̂_i of each row that counts (P, r), and at most how far the minimum without it is from there, in H (r,)."""

    theta: Array
    radius: Array

    def largest_change(self, c: Array, norm: float, before: Array, sign: float) -> float:
        """At least how far any row moves cᵀθ from θ̂, ``before`` (P,), to a side; ``norm`` bounds ‖c‖ in H⁻¹."""
        sizes = np.linalg.norm(self.theta, axis=0) + np.linalg.norm(before)
        rounding = gamma(c.size + 4) * np.linalg.norm(c) * sizes
        with np.errstate(over="ignore", invalid="ignore"):
            moved = sign * (c @ self.theta - c @ before) + SLACK * (norm * self.radius + rounding)
        moved = np.where(np.isfinite(self.radius) & np.isfinite(moved), moved, np.inf)
        return float(SLACK * max(0.0, moved.max(initial=0.0)))


def one_by_one(study: Study, prover: Prover) -> OneByOne | None:
    """The rows of a study of removal; None where it would take too long."""
    objective = study.fitted.objective
    rows = np.flatnonzero(objective.sample_weight)
    if rows.size * (objective.size**3 / 3.0 + 2.0 * PASSES * objective.n * objective.size) > MOST_WORK:
        return None
    parts = [_together(study, prover, rows[list(block)]) for block in blocks_of(range(rows.size), TOGETHER)]
    return OneByOne(np.hstack([theta for theta, _ in parts]), np.concatenate([radius for _, radius in parts]))


def _together(study: Study, prover: Prover, rows: Rows) -> tuple[Array, Array]:
    fitted, at = study.fitted, block_context(study, [np.array([row]) for row in rows])
    nowhere = np.repeat(fitted.theta[:, None], rows.size, axis=1)
    try:
        start = fitted.theta[:, None] + at.newton
        precondition = study.engine.precondition(at.changed, at.reduced)
        tolerance = np.full(rows.size, RELATIVE_TOLERANCE * fitted.scale)
        end = retrain(at.changed, at.reduced, precondition, start, tolerance, study.engine.truncated_newton)
    except GroupConvergenceError:
        return nowhere, np.full(rows.size, np.inf)
    pencils = [at.reduced.pencil(b) for b in range(rows.size)]
    place = prover.after(at, pencils, end.theta - fitted.theta[:, None])
    radii = [SLACK * ball.growth * ball.radius for ball in place.balls if isinstance(ball, InHessian)]
    return place.theta, np.nan_to_num(radii[0], nan=np.inf, posinf=np.inf) if radii else np.full(rows.size, np.inf)
