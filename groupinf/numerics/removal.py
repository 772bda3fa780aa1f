"""A block of groups removed from a fitted model: their gradients, curvature and linear solves.

Everything here is about the reduced objectives L(·; s∘(1−w)) of B groups, seen from θ̂.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groupinf.errors import ConvergenceError
from groupinf.numerics.factor import Cholesky, cholesky, without_flat_direction
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses import Array
from groupinf.numerics.minimise import Columns
from groupinf.numerics.objective import Objective, Rows, row_hessian, row_slices, transposed_product


@dataclass(frozen=True)
class Removal:
    """B groups of rows to remove together from a fitted model; g (P, B) holds their g(w)."""

    fitted: Fitted
    members: tuple[Rows, ...]
    kept: NDArray[np.bool_]
    g: Array


def removal(fitted: Fitted, members: Sequence[Rows]) -> Removal:
    """Collect B groups: kept (n, B) is False where a row is removed, g(w) = Σ_i w_i s_i ∇ℓ_i(θ̂)."""
    kept = ~removed_rows(fitted.objective.n, members)
    return Removal(fitted, tuple(members), kept, group_gradients(fitted, ~kept))


def removed_rows(n: int, members: Sequence[Rows]) -> NDArray[np.bool_]:
    """Wᵀ (n, B): True where row i is removed with group b."""
    removed = np.zeros((n, len(members)), dtype=bool)
    for b, rows in enumerate(members):
        removed[rows, b] = True
    return removed


def group_gradients(fitted: Fitted, removed: NDArray[np.bool_]) -> Array:
    """g(w) = Σ_i w_i s_i r_i x_i for the columns w of ``removed`` (n, B), in one pass: (P, B)."""
    objective = fitted.objective
    total = np.zeros((objective.size, removed.shape[1]))
    for rows in row_slices(objective, removed.shape[1]):
        total += transposed_product(objective.X[rows], fitted.residuals[rows, :, None] * removed[rows, None, :])
    return total


def reduced_hessian(fitted: Fitted, rows: Rows) -> Array:
    """H − H(w) (P, P) for one group; from the rows that stay where those are fewer (no cancellation)."""
    objective = fitted.objective
    if 2 * rows.size <= objective.n:
        return fitted.H - row_hessian(objective, fitted.theta, rows)
    return hessian_without(objective, fitted.theta, rows)


def hessian_without(objective: Objective, theta: Array, rows: Rows) -> Array:
    """∇²L(θ; s∘(1−w)) at any θ, summed over the rows that stay; the flat direction of softmax filled in."""
    stays = np.ones(objective.n, dtype=bool)
    stays[rows] = False
    H = row_hessian(objective, theta, np.flatnonzero(stays))
    H[np.diag_indices_from(H)] += objective.penalty()
    return without_flat_direction(objective, H)


def own_factors(fitted: Fitted, members: Sequence[Rows]) -> tuple[Cholesky, ...]:
    """A factor of H − H(w) for each group.

    Where the difference is not positive definite to working precision the rows that stay are summed anew;
    raises ConvergenceError where even that is singular.
    """
    return tuple(_own_factor(fitted, rows) for rows in members)


def _own_factor(fitted: Fitted, rows: Rows) -> Cholesky:
    try:
        return cholesky(reduced_hessian(fitted, rows))
    except ConvergenceError:
        return cholesky(hessian_without(fitted.objective, fitted.theta, rows))


def solve_each(factors: Sequence[Cholesky], V: Array, columns: Columns) -> Array:
    """Column j of V solved with the factor of group columns[j]."""
    return np.column_stack([factors[c].solve(V[:, j]) for j, c in enumerate(columns)])
