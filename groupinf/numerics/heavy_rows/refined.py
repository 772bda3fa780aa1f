"""Solves in double precision by rounds in single precision, each of which takes up the residual that is left."""

from __future__ import annotations

import numpy as np

from groupinf.numerics.conjugate_gradient import ColumnMap, Solved, column_dots
from groupinf.numerics.heavy_rows.inner import Curved, solve
from groupinf.numerics.heavy_rows.preconditioner import Preconditioner
from groupinf.numerics.heavy_rows.rows import HeavyRows, Single
from groupinf.numerics.losses.loss import Array

# relative residual to which a round goes at most: single precision is good for little more
REFINED_BY = 3e-4
MOST_ROUNDS = 12
# uᵀP⁻¹u of a u of length 1 is above 0 and at most 1, and not told from 0 below this in single precision
LEAST_SHARE = 1e-7


def refined(hessian: Curved, product: ColumnMap, V: Array, tolerance: float) -> Solved:
    """Solve Hx = v for each column of V (P, B) until √(ρᵀP⁻¹ρ), ρ = v − Hx, is ``tolerance`` of what it is at x = 0.

    ``product`` is H in double precision.
    """
    columns = np.arange(V.shape[1])
    end = Solved(np.zeros_like(V), np.ones(columns.size), np.zeros_like(columns), columns < 0)
    first, left = _norm(hessian, V), V
    for _ in range(MOST_ROUNDS):
        found = step(hessian, left, np.clip(tolerance / end.relative_residual, REFINED_BY, 1.0))
        solution = end.solution + found.solution
        left = V - product(solution, columns)
        norm = _norm(hessian, left)
        relative = np.divide(norm, first, out=np.full_like(norm, np.finfo(np.float64).tiny), where=norm > 0.0)
        end = Solved(solution, relative, end.iterations + found.iterations, relative <= tolerance)
        if end.converged.all():
            break
    return end


def step(hessian: Curved, V: Array, tolerance: Array) -> Solved:
    """One round, to ``tolerance`` (B,): what is said of the residual is what the recurrence knows of it."""
    unit, length = unit_columns(hessian.rows, V)
    found = solve(hessian, unit, tolerance)
    solution = found.solution * length * hessian.rows.scale[:, None]
    return Solved(solution, np.where(found.reached, tolerance, np.inf), found.iterations, found.reached)


def unit_columns(rows: HeavyRows, V: Array) -> tuple[Single, Array]:
    """Gradients V (p, B) in the scaled parameters, each of length 1, in single precision, and their lengths (B,)."""
    scaled = V * rows.scale[:, None]
    length = np.sqrt(column_dots(scaled, scaled))
    return (scaled / np.where(length > 0.0, length, 1.0)).astype(np.float32), length


def norm_of(P: Preconditioner, unit: Single, length: Array) -> Array:
    """√(vᵀP⁻¹v) of each column that ``unit_columns`` has made of V: (B,)."""
    return np.asarray(length * np.sqrt(np.maximum(np.einsum("pb,pb->b", unit, P.apply(unit)), LEAST_SHARE)))


def _norm(hessian: Curved, V: Array) -> Array:
    return norm_of(hessian.preconditioner, *unit_columns(hessian.rows, V))
