"""Conjugate gradients in single precision with Hessians of many groups: what a step in double precision is steered by.

Only rows whose curvature tells in some group are multiplied. Solutions are good to some 10⁻⁴: as steps they are checked
by gradients in double precision, and nothing that is reported is computed here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groupinf.numerics.heavy_rows.preconditioner import Preconditioner, preconditioner
from groupinf.numerics.heavy_rows.rows import HeavyRows, Single, SingleColumns, SingleRows, heavy_rows
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective, scores

# rows with s_i a_i‖x_i‖² in the scaled parameters below this in every group are left out, as P is near to the identity
# there: on Enron two fifths of the stored numbers, and no iteration more; with ten times as much iterations were more
LEAST_TELLING = 1e-3
# rows stay picked out while they hold all that tell: those picked have at least this share of what tells
PICKED = 0.3
MAX_ITERATIONS = 500
# relative residual to which solutions are taken at most
SMALLEST_TOLERANCE = 1e-4


@dataclass(frozen=True)
class Picked:
    """The rows that tell of H in some group of a block, with their ``numbers`` (m,), and which are not (n,)."""

    numbers: NDArray[np.int64]
    left_out: NDArray[np.bool_]
    X: SingleRows
    X_transposed: SingleColumns


def picked(rows: HeavyRows, curvature: Single, before: Picked | None = None) -> Picked:
    """Those of groups with curvatures s_i a_i (n, B); those of ``before`` where these still do."""
    telling = curvature.max(axis=1) * rows.lengths
    if before is not None and not (telling[before.left_out] > LEAST_TELLING).any():
        return before
    left_out = telling <= PICKED * LEAST_TELLING
    numbers = np.flatnonzero(~left_out)
    if not isinstance(rows.X, np.ndarray) and rows.compiled:
        # rows of one length after the other: a processor then foresees where each ends
        numbers = numbers[np.argsort(np.diff(rows.X.indptr)[numbers], kind="stable")]
    X = rows.X[numbers]
    return Picked(numbers, left_out, X, X.T)


@dataclass(frozen=True)
class Curved:
    """H of B groups in the scaled parameters: the rows that tell of it with s_i a_i (m, B), and P."""

    rows: HeavyRows
    among: Picked
    curvature: Single
    preconditioner: Preconditioner

    def product(self, U: Single, spare: Single) -> Single:
        """HU, column by column: (p, B); what is ``spare``, of the same shape, is written over."""
        inner = np.asarray(self.among.X @ U)
        inner *= self.curvature
        total = np.asarray(self.among.X_transposed @ inner)
        total += np.multiply(self.rows.penalty, U, out=spare)
        return total

    def of(self, columns: NDArray[np.bool_]) -> Curved:
        """Those of some groups; of one H for all, itself."""
        if self.curvature.shape[1] == 1:
            return self
        return Curved(self.rows, self.among, self.curvature[:, columns], self.preconditioner.of(columns))


def curved(rows: HeavyRows, among: Picked, curvature: Single, P: Preconditioner) -> Curved:
    """H of groups with curvatures s_i a_i (n, B), by the rows picked."""
    return Curved(rows, among, curvature[among.numbers], P)


def curved_at(objective: Objective, theta: Array) -> Curved:
    """H of an objective of one output at θ (P,), for any number of columns."""
    rows = heavy_rows(objective, theta)
    state = objective.loss.curvature_state(scores(objective.X, theta, 1), objective.y)
    curvature = (state * objective.sample_weight[:, None]).astype(np.float32)
    return curved(rows, picked(rows, curvature), curvature, preconditioner(rows, curvature[rows.numbers]))


@dataclass(frozen=True)
class Found:
    """Solutions (p, B), iterations (B,), and which have reached their tolerance (B,)."""

    solution: Single
    iterations: NDArray[np.int64]
    reached: NDArray[np.bool_]


def solve(hessian: Curved, V: Single, tolerance: Array) -> Found:
    """x with Hx = V (p, B) to √(ρᵀP⁻¹ρ) ≤ ``tolerance`` (B,) of what it is at x = 0.

    A column whose curvature is not positive, to rounding, keeps what it has: 0 from the start.
    """
    return hessian.rows.kernels.solve(hessian, V, np.maximum(tolerance, SMALLEST_TOLERANCE), MAX_ITERATIONS)
