"""Cheap stand-ins for the Hessian: what the first fit starts with, and what serves where a pass is nearly free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from groupinf.numerics.factor import Cholesky, Factor, cholesky, hessian_diagonal, without_flat_part
from groupinf.numerics.gram import weighted_gram
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective, scores

# features up to which one p × p factor per output is cheap
BLOCK_ROWS = 4096


@dataclass(frozen=True)
class OutputBlocks:
    """The diagonal blocks of H, one p × p factor per output: what couples two outputs is left out."""

    name: ClassVar[str] = "output_blocks"

    factors: tuple[Cholesky, ...]
    flat_intercepts: int

    def solve(self, V: Array) -> Array:
        """Each output's rows with its own factor, without a part along a flat direction, as gradients have none."""
        rows = V.reshape(-1, len(self.factors), *V.shape[1:])
        solved = np.stack([factor.solve(rows[:, k]) for k, factor in enumerate(self.factors)], axis=1)
        return without_flat_part(solved.reshape(V.shape), self.flat_intercepts)


def cheap_preconditioner(objective: Objective, theta: Array) -> Factor:
    """Blocks per output where there are several outputs and p is moderate, else the diagonal."""
    if objective.loss.outputs == 1 or objective.p > BLOCK_ROWS:
        return hessian_diagonal(objective, theta)
    A = objective.loss.curvature(scores(objective.X, theta, objective.loss.outputs), objective.y)
    penalty = objective.penalty().reshape(objective.p, -1)
    factors: list[Cholesky] = []
    for k in range(objective.loss.outputs):
        alike = next((m for m in range(k) if np.array_equal(A[:, k, k], A[:, m, m])), None)  # as all are at θ = 0
        if alike is not None:
            factors.append(factors[alike])
            continue
        block = weighted_gram(objective.X, A[:, k, k] * objective.sample_weight)
        block[np.diag_indices_from(block)] += penalty[:, k]
        factors.append(cholesky(block))
    return OutputBlocks(tuple(factors), objective.flat_intercepts)
