"""Preconditioned conjugate gradients for many systems side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groupinf.numerics.losses.loss import Array

Columns = NDArray[np.int64]
# (V (P, b), the numbers of its columns among the B systems) -> (P, b)
ColumnMap = Callable[[Array, Columns], Array]


@dataclass(frozen=True)
class Solved:
    """Solutions (P, B) of A x = v; ``relative_residual`` (B,) is √(ρᵀM⁻¹ρ), ρ = Ax − v, over its value at x = 0.

    ``iterations`` (B,) counts the products with A.
    """

    solution: Array
    relative_residual: Array
    iterations: NDArray[np.int64]
    converged: NDArray[np.bool_]


def conjugate_gradient(
    product: ColumnMap,
    precondition: ColumnMap,
    V: Array,
    tolerance: float | Array,
    max_iterations: int,
    beside_preconditioner: bool = False,
) -> Solved:
    """Solve A x = v for each column of V (P, B), A symmetric positive definite, by products with A and M⁻¹.

    A column whose relative residual is at most ``tolerance`` (its own, where (B,)) leaves the batch.
    One whose curvature pᵀAp is not positive stops where it is, not converged.
    With ``beside_preconditioner`` the products are those of A − M alone: Mp follows the recurrence of p, as Mz = r.
    Source: Nocedal & Wright 2006, algorithm 5.3.
    """
    columns = np.arange(V.shape[1])
    tolerances = np.broadcast_to(tolerance, columns.shape)
    r = V.copy()
    z = precondition(r, columns)
    rz = column_dots(r, z)
    first = np.where(rz > 0.0, rz, 1.0)
    relative, counts = np.sqrt(np.maximum(rz, 0.0) / first), np.zeros(columns.size, dtype=np.int64)
    out = Solved(np.zeros_like(V), relative, counts, rz <= 0.0)
    active = _begin(r, z, rz, beside_preconditioner)
    for iteration in range(1, max_iterations + 1):
        if active.columns.size == 0:
            break
        curvature = active.advance(product, precondition)
        relative = np.sqrt(np.maximum(active.new, 0.0) / first[active.columns])
        done = relative <= tolerances[active.columns]
        finished = done | (curvature <= 0.0) | (iteration == max_iterations)
        if finished.any():
            leaving = active.columns[finished]
            out.solution[:, leaving] = active.x[:, finished]
            out.relative_residual[leaving], out.iterations[leaving] = relative[finished], iteration
            out.converged[leaving] = done[finished]
            active.keep(~finished)
        active.turn()
    return out


@dataclass
class _Active:
    """The b systems that are not finished, whose numbers are ``columns``: x, r = v − Ax, z = M⁻¹r, the directions p.

    ``Mp`` is None where the products are those of A itself. ``rz`` (b,) is that of rᵀz which p was turned with, and
    ``new`` the present one.
    """

    columns: Columns
    x: Array
    r: Array
    z: Array
    p: Array
    Mp: Array | None
    rz: Array
    new: Array

    def advance(self, product: ColumnMap, precondition: ColumnMap) -> Array:
        """Go along p to the minimum; the curvature pᵀAp there (b,), and no step where it is not positive."""
        Ap = product(self.p, self.columns)
        if self.Mp is not None:
            Ap = Ap + self.Mp
        curvature = column_dots(self.p, Ap)
        alpha = np.divide(self.rz, curvature, out=np.zeros_like(self.rz), where=curvature > 0.0)
        self.x += alpha * self.p
        Ap *= alpha
        self.r -= Ap
        self.z = precondition(self.r, self.columns)
        self.new = column_dots(self.r, self.z)
        return curvature

    def keep(self, stay: NDArray[np.bool_]) -> None:
        """Leave out the systems that do not stay."""
        self.columns, self.rz, self.new = self.columns[stay], self.rz[stay], self.new[stay]
        self.x, self.r, self.z, self.p = self.x[:, stay], self.r[:, stay], self.z[:, stay], self.p[:, stay]
        if self.Mp is not None:
            self.Mp = self.Mp[:, stay]

    def turn(self) -> None:
        """The directions that are conjugate to all before."""
        self.p *= self.new / self.rz
        self.p += self.z
        if self.Mp is not None:
            self.Mp *= self.new / self.rz
            self.Mp += self.r
        self.rz = self.new


def _begin(r: Array, z: Array, rz: Array, beside_preconditioner: bool) -> _Active:
    """Those systems that x = 0 does not solve, their directions the preconditioned residuals."""
    columns = np.flatnonzero(~(rz <= 0.0))
    r, z, rz = r[:, columns], z[:, columns], rz[columns]
    return _Active(columns, np.zeros_like(r), r, z, z.copy(), r.copy() if beside_preconditioner else None, rz, rz)


def column_dots(a: Array, b: Array) -> Array:
    """a_jᵀb_j for each column: (P, B) and (P, B) -> (B,)."""
    product: Array = np.einsum("ij,ij->j", a, b)
    return product
