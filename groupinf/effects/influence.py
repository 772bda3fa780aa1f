"""Influence of single training points, and the scale of each evaluation's effects."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from groupinf.numerics.conjugate_gradient import column_dots
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective, Rows, row_residuals, scores, transposed_product
from groupinf.numerics.removal import group_gradients, removed_rows


def evaluation_gradients(evaluation: str, test: Objective, sums: Sequence[slice], theta: Array) -> Array:
    """∇f(θ) (P, T) of test_prediction or test_loss, summed over each slice of rows of ``test``; of each row for ()."""
    r = row_residuals(test, theta) if evaluation == "test_loss" else np.ones((test.n, 1))
    slices = sums or [slice(t, t + 1) for t in range(test.n)]
    return np.column_stack([transposed_product(test.X[rows], r[rows]) for rows in slices])


def point_influence(fitted: Fitted, gradients: Array) -> Array:
    """∇f(θ̂)ᵀH⁻¹ s_i r_i x_i: influence of removing each training point, (n, T) from ∇f (P, T).

    Additive: a group's influence on f is the sum over its points (Koh et al. 2019, eq. 2).
    """
    z = scores(fitted.objective.X, fitted.factor.solve(gradients), fitted.objective.loss.outputs)
    influence: Array = np.einsum("nkt,nk->nt", z, fitted.residuals)
    return influence


def influence_norms(fitted: Fitted, gradients: Array) -> Array:
    """‖∇f‖ in H⁻¹ for each column: (P, T) -> (T,)."""
    return np.sqrt(column_dots(gradients, fitted.factor.solve(gradients)))


def largest_self_influence(fitted: Fitted, members: Sequence[Rows], at_once: int = 256) -> float:
    """max over groups of g(w)ᵀH⁻¹g(w)."""
    largest = 0.0
    for start in range(0, len(members), at_once):
        removed = removed_rows(fitted.objective.n, members[start : start + at_once])
        g = group_gradients(fitted, removed)
        largest = max(largest, float(np.max(influence_norms(fitted, g))) ** 2)
    return largest
