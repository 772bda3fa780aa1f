"""What moving a feature of a training row does to its influence (Koh and Liang 2017, equation 5)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Rows, scores


@dataclass(frozen=True)
class Perturbation:
    """∂/∂x_ij of the influence of removing row i on each of V values, θ̂ and H as they are, in two terms (V, m, d):

    ``first`` s_iΣ_k r_ik S_jk and ``second`` s_iΣ_k (A_iX_iS)_k θ_jk with S = H⁻¹∇f(θ̂); of one output
    s_i r_i S_j and s_i a_i (x_iᵀS) θ_j.
    """

    first: Array
    second: Array


def perturbation(fitted: Fitted, slopes: Array, in_features: Array, rows: Rows) -> Perturbation:
    """The perturbation of some rows for values with ∇f(θ̂) ``slopes`` (P, V).

    ``in_features`` ((d + 1)·K', V) has the same in parameters of the features: where the fit is in coordinates of the
    rows' span, the part of ∇f outside of it meets the penalty alone, and a row may be moved there.
    """
    objective, loss = fitted.objective, fitted.objective.loss
    solved = fitted.factor.solve(slopes)
    outside = (in_features - objective.in_full(slopes)) / objective.lam if objective.basis is not None else 0.0
    K, d = loss.outputs, in_features.shape[0] // loss.outputs - objective.intercept.columns
    S = (objective.in_full(solved) + outside).reshape(-1, K, slopes.shape[1])[:d]
    theta = objective.in_full(fitted.theta).reshape(-1, K)[:d]
    X, y, weight = objective.X[rows], objective.y[rows], objective.sample_weight[rows]
    A = loss.curvature(scores(X, fitted.theta, K), y) * weight[:, None, None]
    curved = np.einsum("nkl,nlv->vnk", A, scores(X, solved, K))
    return Perturbation(
        first=np.einsum("nk,jkv->vnj", fitted.residuals[rows], S), second=np.einsum("vnk,jk->vnj", curved, theta)
    )
