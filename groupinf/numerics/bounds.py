"""A proven bound on how far retrained scores are from those of the exact minimum, for one output.

Let g be the gradient of a group's objective at θ, H_θ its Hessian there, ν = √(gᵀH_θ⁻¹g), and R the largest norm
√(xᵀH_θ⁻¹x) of a row. For the logistic loss the curvature a = p(1−p) obeys |d log a/dz| ≤ 1, so along the segment to
the minimum θ* it falls by no more than e^{−|x(θ*−θ)|}. With d = ‖θ*−θ‖ in H_θ this gives, by convexity and Cauchy and
Schwarz, ν ≥ (1 − e^{−Rd})/R, and therefore, where Rν < 1,

    |xᵀ(θ − θ*)| ≤ Rd ≤ −log(1 − Rν)    for every row x with √(xᵀH_θ⁻¹x) ≤ R

(generalised self-concordance, Bach 2010, section 2). For the squared loss the curvature is constant and Rd ≤ Rν. H_θ is
not formed: with ρ = max |x_iᵀ(θ − θ̂)| over the rows that stay, H_θ ≥ e^{−ρ}(H − H(w)), and H − H(w) ≥ H/c.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from groupinf.numerics.conjugate_gradient import column_dots
from groupinf.numerics.factor import Factor
from groupinf.numerics.losses import Array, Squared
from groupinf.numerics.objective import Rows, row_slices, scores
from groupinf.numerics.products import Design
from groupinf.numerics.removal import Removal

# rows solved for at a time
ROWS = 2048


def row_norms(factor: Factor, X: Design) -> Array:
    """xᵀH⁻¹x of each row: (n, p) -> (n,)."""
    norms = np.empty(X.shape[0])
    for start in range(0, X.shape[0], ROWS):
        part = X[start : start + ROWS]
        rows = part if isinstance(part, np.ndarray) else part.toarray()
        columns = np.asfortranarray(rows.T)
        norms[start : start + ROWS] = column_dots(columns, factor.solve(columns))
    return norms


def leverage_amplification(leverage: Array, members: Sequence[Rows]) -> Array:
    """c with H ≤ c(H − H(w)) from the leverages h_i = s_i a_i x_iᵀH⁻¹x_i of the training rows: (B,).

    The largest eigenvalue of H⁻¹H(w) is at most its trace Σ_i w_i h_i: c = 1/(1 − Σ_i w_i h_i), infinite from 1 on.
    """
    sums = np.array([leverage[rows].sum() for rows in members])
    return np.where(sums < 1.0, 1.0 / np.where(sums < 1.0, 1.0 - sums, 1.0), np.inf)


def score_bounds(removal: Removal, theta: Array, decrement: Array, amplification: Array, row_norm: float) -> Array:
    """−log(1 − Rν) for each group (B,), infinite where Rν ≥ 1: nothing is proven there.

    ``theta`` (P, B) are the retrained parameters, ``decrement`` √(gᵀ(H − H(w))⁻¹g), ``amplification`` c with
    H ≤ c(H − H(w)), and ``row_norm`` the largest xᵀH⁻¹x over the rows that the bound is to hold for.
    """
    if isinstance(removal.fitted.objective.loss, Squared):
        return np.asarray(np.sqrt(amplification * row_norm) * decrement)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        growth = np.exp(_largest_shift(removal, theta))
        product = growth * np.sqrt(amplification * row_norm) * decrement
        return np.where(product < 1.0, -np.log1p(-product), np.inf)


def _largest_shift(removal: Removal, theta: Array) -> Array:
    """ρ = max |x_iᵀ(θ − θ̂)| over the rows that stay: (B,)."""
    objective = removal.fitted.objective
    moved = theta - removal.fitted.theta[:, None]
    largest = np.zeros(theta.shape[1])
    for rows in row_slices(objective, theta.shape[1]):
        shift = np.abs(scores(objective.X[rows], moved, 1)[:, 0]) * removal.kept[rows]
        largest = np.maximum(largest, shift.max(axis=0))
    return largest
