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
# finished columns are taken out when they are this share
LEAVING = 0.25
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


@dataclass
class _Active:
    columns: NDArray[np.int64]
    finished: NDArray[np.bool_]
    tolerance: Single
    first: Single
    x: Single
    r: Single
    p: Single
    rz: Single
    spare: Single

    def advance(self, hessian: Curved) -> tuple[NDArray[np.bool_], Single]:
        """Along p to the minimum, and the next p: where the curvature was positive (b,), and ρᵀP⁻¹ρ there (b,)."""
        product = hessian.product(self.p, self.spare)
        curvature = _dots(self.p, product)
        forward = curvature > 0.0
        alpha = np.divide(self.rz, curvature, out=np.zeros_like(curvature), where=forward)
        self.x += np.multiply(alpha, self.p, out=self.spare)
        product *= alpha
        self.r -= product
        z = hessian.preconditioner.apply(self.r)
        new = _dots(self.r, z)
        self.p *= np.divide(new, self.rz, out=np.zeros_like(new), where=self.rz > 0.0)
        self.p += z
        self.rz = new
        return forward, new

    def keep(self, stay: NDArray[np.bool_]) -> None:
        self.columns, self.finished, self.tolerance = self.columns[stay], self.finished[stay], self.tolerance[stay]
        self.first, self.rz = self.first[stay], self.rz[stay]
        self.x, self.r, self.p = self.x[:, stay], self.r[:, stay], self.p[:, stay]
        self.spare = np.empty_like(self.x)


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
    tolerance = np.maximum(tolerance, SMALLEST_TOLERANCE)
    if hessian.rows.compiled:
        from groupinf.numerics.heavy_rows.compiled import solve as compiled  # imports numba

        return compiled.solve(hessian, V, tolerance, MAX_ITERATIONS)
    out = Found(np.zeros_like(V), np.zeros(V.shape[1], dtype=np.int64), np.zeros(V.shape[1], dtype=bool))
    at = _begin(hessian, V, tolerance)
    out.reached[:] = at.finished
    for iteration in range(1, MAX_ITERATIONS + 1):
        if at.finished.all():
            break
        if at.finished.sum() >= LEAVING * at.columns.size:
            hessian = hessian.of(~at.finished)
            at.keep(~at.finished)
        forward, new = at.advance(hessian)
        done = ~(new > at.tolerance**2 * at.first)
        leaving = (done | ~forward | (iteration == MAX_ITERATIONS)) & ~at.finished
        if leaving.any():
            numbers = at.columns[leaving]
            out.solution[:, numbers], out.iterations[numbers] = at.x[:, leaving], iteration
            out.reached[numbers] = (done & forward)[leaving]
            at.finished |= leaving
    return out


def _begin(hessian: Curved, V: Single, tolerance: Array) -> _Active:
    z = hessian.preconditioner.apply(V)
    rz = _dots(V, z)
    return _Active(
        columns=np.arange(V.shape[1]),
        finished=~(rz > 0.0),
        tolerance=tolerance.astype(np.float32),
        first=rz,
        x=np.zeros_like(V),
        r=V.copy(),
        p=z,
        rz=rz,
        spare=np.empty_like(V),
    )


def _dots(a: Single, b: Single) -> Single:
    product: Single = np.einsum("ij,ij->j", a, b)
    return product
