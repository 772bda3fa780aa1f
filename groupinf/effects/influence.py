"""Influence of changing single rows, the gradients of groups, and their size."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from groupinf.numerics.conjugate_gradient import column_dots
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import scores

# groups whose gradients are held at a time, fewer where their memberships take more than so many bytes
AT_ONCE, MEMBERSHIP_BYTES = 256, 2**26


def point_influence(fitted: Fitted, gradients: Array, residuals: Array) -> Array:
    """∇f(θ̂)ᵀH⁻¹ r_i x_i, (n, T) from ∇f (P, T): influence of changing each row, r_i (n, K') as ``RowChange.residuals``.

    Additive: a group's influence on f is the sum over its points (Koh et al. 2019, eq. 2).
    """
    z = scores(fitted.objective.X, fitted.factor.solve(gradients), fitted.objective.loss.outputs)
    if z.shape[1] == 1:
        return np.asarray(z[:, 0] * residuals)
    influence: Array = np.einsum("nkt,nk->nt", z, residuals)
    return influence


def memberships(groups: sparse.csr_array) -> Iterator[NDArray[np.bool_]]:
    """Wᵀ (n, B) of the groups W (G, n), at most AT_ONCE of them at a time, whose gradients are then held."""
    step = max(1, min(AT_ONCE, MEMBERSHIP_BYTES // groups.shape[1]))
    for start in range(0, groups.shape[0], step):
        yield np.ascontiguousarray(groups[start : start + step].astype(bool).toarray().T)


def influence_norms(fitted: Fitted, gradients: Array) -> Array:
    """‖∇f‖ in H⁻¹ for each column: (P, T) -> (T,)."""
    return np.sqrt(column_dots(gradients, fitted.factor.solve(gradients)))
