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
    x, r = np.zeros_like(V), V.copy()
    z = precondition(r, columns)
    rz = column_dots(r, z)
    first = np.where(rz > 0.0, rz, 1.0)
    out = Solved(x, np.sqrt(np.maximum(rz, 0.0) / first), np.zeros(columns.size, dtype=np.int64), rz <= 0.0)
    active = ~out.converged
    x, r, z, rz, columns = x[:, active], r[:, active], z[:, active], rz[active], columns[active]
    p, Mp = z.copy(), r.copy()
    for iteration in range(1, max_iterations + 1):
        if columns.size == 0:
            break
        Ap = product(p, columns) + Mp if beside_preconditioner else product(p, columns)
        curvature = column_dots(p, Ap)
        alpha = np.divide(rz, curvature, out=np.zeros_like(rz), where=curvature > 0.0)
        x += alpha * p
        Ap *= alpha
        r -= Ap
        z = precondition(r, columns)
        new = column_dots(r, z)
        relative = np.sqrt(np.maximum(new, 0.0) / first[columns])
        done = relative <= tolerances[columns]
        finished = done | (curvature <= 0.0) | (iteration == max_iterations)
        if finished.any():
            leaving, stay = columns[finished], ~finished
            out.solution[:, leaving] = x[:, finished]
            out.relative_residual[leaving], out.iterations[leaving] = relative[finished], iteration
            out.converged[leaving] = done[finished]
            x, r, z, p = x[:, stay], r[:, stay], z[:, stay], p[:, stay]
            rz, new, columns = rz[stay], new[stay], columns[stay]
            if beside_preconditioner:
                Mp = Mp[:, stay]
        p *= new / rz
        p += z
        if beside_preconditioner:
            Mp *= new / rz
            Mp += r
        rz = new
    return out


def column_dots(a: Array, b: Array) -> Array:
    """a_jᵀb_j for each column: (P, B) and (P, B) -> (B,)."""
    product: Array = np.einsum("ij,ij->j", a, b)
    return product
