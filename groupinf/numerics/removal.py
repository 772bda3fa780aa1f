"""A block of groups removed from a fitted model: what they take out of the gradient and of the Hessian at θ̂."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groupinf.numerics.conjugate_gradient import Columns
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import HESSIAN_ROWS, Objective, Rows, row_slices, scores, transposed_product

# share of rows up to which picking them out costs less than multiplying all of them
FEW = 0.25


@dataclass(frozen=True)
class Removal:
    """B groups of rows to remove together from a fitted model; g (P, B) holds their g(w).

    ``kept`` (n, B) is False where a row is removed.
    """

    fitted: Fitted
    members: tuple[Rows, ...]
    kept: NDArray[np.bool_]
    g: Array


def removal(fitted: Fitted, members: Sequence[Rows]) -> Removal:
    """Collect B groups, with g(w) = Σ_i w_i s_i ∇ℓ_i(θ̂)."""
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
    for rows in touched_slices(objective, removed):
        total += transposed_product(objective.X[rows], fitted.residuals[rows, :, None] * removed[rows, None, :])
    return total


def touched_slices(objective: Objective, removed: NDArray[np.bool_]) -> Iterator[slice | Rows]:
    """Slices of rows as a pass takes them; where few rows of a slice are in any group, these rows alone."""
    touched = np.asarray(removed.any(axis=1))
    for rows in row_slices(objective, removed.shape[1]):
        inside = np.flatnonzero(touched[rows])
        if inside.size == 0:
            continue
        yield inside + rows.start if inside.size < FEW * (rows.stop - rows.start) else rows


def removed_hessian_products(removal: Removal, V: Array, columns: Columns) -> Array:
    """H(w)V: column j with the rows of group columns[j] alone, (P, b) -> (P, b)."""
    objective, theta, loss = removal.fitted.objective, removal.fitted.theta, removal.fitted.objective.loss
    products = np.zeros_like(V)
    for j, c in enumerate(columns):
        members = removal.members[c]
        for start in range(0, members.size, HESSIAN_ROWS):
            rows = members[start : start + HESSIAN_ROWS]
            X = objective.X[rows]
            state = loss.curvature_state(scores(X, theta, loss.outputs), objective.y[rows])
            u = loss.curvature_product(state, scores(X, V[:, j], loss.outputs))
            products[:, j] += transposed_product(X, u * objective.sample_weight[rows, None])
    return products
