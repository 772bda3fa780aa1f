"""Influence of changing single rows, and the size of gradients."""

from __future__ import annotations

import numpy as np

from groupinf.numerics.conjugate_gradient import column_dots
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import scores


def point_influence(fitted: Fitted, gradients: Array, residuals: Array) -> Array:
    """∇f(θ̂)ᵀH⁻¹ r_i x_i, (n, T) from ∇f (P, T): influence of changing each row, r_i (n, K') as ``RowChange.residuals``.

    Additive: a group's influence on f is the sum over its points (Koh et al. 2019, eq. 2).
    """
    z = scores(fitted.objective.X, fitted.factor.solve(gradients), fitted.objective.loss.outputs)
    influence: Array = np.einsum("nkt,nk->nt", z, residuals)
    return influence


def influence_norms(fitted: Fitted, gradients: Array) -> Array:
    """‖∇f‖ in H⁻¹ for each column: (P, T) -> (T,)."""
    return np.sqrt(column_dots(gradients, fitted.factor.solve(gradients)))
