"""How far any m rows can move a linear function of θ, from what each row has to do with every other: of one output.

As in ``by_leverage``, but with K_ij = x_iᵀH⁻¹x_j written out. The Newton step without S is
A⁻¹g_S = H⁻¹X_Sᵀρ with (I − C_S K_SS)ρ = q_S, that is, row by row,

    ρ_i = q_i/(1 − h_i) + C_i/(1 − h_i) Σ_{j in S, j ≠ i} K_ij ρ_j.

Let E > 0 be such that |q_i|/(1 − h_i) + C_i/(1 − h_i)·(the m − 1 largest |K_ij|E_j, added up) < E_i for every row i.
Then |ρ_i| < E_i in every S of at most m rows: I − |C_SK_SS|/(1 − h) takes E_S > 0 to something positive, so that it is
an M-matrix and its inverse has no negative number (Berman and Plemmons 1994, chapter 6). So

    cᵀA⁻¹g_S = Σ_S b_iρ_i ≤ Σ_S [b_iq_i/(1 − h_i) + |b_i|C_i/(1 − h_i)·(the m − 1 largest |K_ij|E_j)],

at most the sum of the m largest: of one row that is the exact step without it. Likewise ‖g_S‖² in A⁻¹, qᵀKρ, is at
most the sum of the m largest |q_i|(K_iiE_i + …), and a score of a row that stays moves by the m largest |K_kj|E_j. The
largest eigenvalue of A's part in H is at most 1 − μ, μ the largest h_i + √C_i·(the m − 1 largest |K_ij|√C_j)
(Gershgorin), or the sum of the m largest leverages.

What the Hessian changes on the way, cᵀ(Ā⁻¹ − A⁻¹)(g_S − γ) = −cᵀA⁻¹(Ā − A)Δ, is at most ‖c‖ in A⁻¹ times Z, the
smaller of z‖g_S − γ‖ in A⁻¹ (``on_the_way``) and √(Σ_k C_kε_k²ρ_k²), with ε_k the larger of 1 − lo_k and hi_k − 1, as
Σ_k C_kx_kx_kᵀ ≤ A; and with x_k for c, a score of a row that stays moves by its Newton step and ‖x_k‖ in A⁻¹ times Z:
the ρ_k are found as those of ``by_leverage`` are.
"""

from __future__ import annotations

import numpy as np

from groupinf.numerics.losses.loss import Array
from groupinf.numerics.rounding import SLACK, gamma
from groupinf.theory.fewest_rows.at_fit import Direction, RowsAtFit
from groupinf.theory.fewest_rows.by_leverage import largest_sum
from groupinf.theory.fewest_rows.on_the_way import curvature_range, turned

# how often E and the ρ_k are taken on from what follows from them, and by how much more is tried than was found
ITERATIONS, MARGINS = 12, (1.001, 1.02, 1.2)


def change_by_pairs(rows: RowsAtFit, direction: Direction, m: int) -> float:
    """At least f(Δ) for any at most m rows; infinite where nothing follows, or pairs are not at hand."""
    if rows.pairs is None or not (rows.leverage < 1.0).all():
        return np.inf
    pairs, left = rows.pairs, (1.0 - rows.leverage) / SLACK
    E = _largest_steps(rows, pairs, left, m)
    if E is None:
        return np.inf
    others = _largest_of_rows(pairs, E, m - 1)
    own = np.where(direction.change > 0.0, direction.change / left, direction.change)
    newton = largest_sum(np.maximum(own + direction.size * rows.curvature / left * others, 0.0), m)
    root = np.sqrt(rows.curvature)
    by_rows = float((rows.leverage + SLACK * root * _largest_of_rows(pairs, root, m - 1)).max())
    mu = min(by_rows, largest_sum(rows.leverage, m))
    if not mu < 1.0:
        return np.inf
    grown = SLACK / np.sqrt(1.0 - mu)
    nu = np.sqrt(largest_sum(rows.residual * (rows.own * E + others), m)) + grown * rows.left
    bent = _bent(rows, _largest_of_rows(pairs, E, m), grown, nu)
    return float(SLACK**4 * (newton + direction.norm * (grown**2 * rows.left + grown * bent)))


def _largest_steps(rows: RowsAtFit, pairs: Array, left: Array, m: int) -> Array | None:
    """E, or None where none is found."""
    alone, share = rows.residual / left, rows.curvature / left
    # a row without a residual has one beside others: E is positive everywhere
    alone = alone + 1e-12 * alone.max() + np.finfo(np.float64).tiny

    def follows(E: Array) -> Array:
        return np.asarray(SLACK * (alone + share * _largest_of_rows(pairs, E, m - 1)))

    E = alone
    for _ in range(ITERATIONS):
        E = follows(E)
    tried = (margin * E for margin in MARGINS) if np.isfinite(E).all() else ()
    return next((one for one in tried if (follows(one) < one).all()), None)


def _largest_of_rows(pairs: Array, E: Array, m: int) -> Array:
    """At least the m largest |K_ij|E_j of each row i, added up: (n,)."""
    n = E.size
    if m <= 0:
        return np.zeros(n)
    products = pairs * E
    largest = products if m >= n else np.partition(products, n - m, axis=1)[:, n - m :]
    return np.asarray((1.0 + gamma(n + 2)) * largest.sum(axis=1))


def _bent(rows: RowsAtFit, steps: Array, grown: float, nu: float) -> float:
    """Z, with the ``steps`` by which Newton's moves the score of each row; infinite where no ρ is found."""
    if rows.concordance == 0.0:
        return 0.0
    reach = SLACK * grown * rows.reach
    steps = SLACK * (steps + reach * grown * rows.left) + np.finfo(np.float64).tiny

    def bent(Z: float) -> float:
        rho = steps + reach * Z
        low, high = curvature_range(rows, rho)
        with np.errstate(over="ignore", invalid="ignore"):
            squares = rows.curvature * (SLACK * np.maximum(1.0 - low, high - 1.0) * rho) ** 2
            each = float(np.sqrt((1.0 + gamma(rho.size)) * squares.sum()))
        by_rows = each if np.isfinite(each) else np.inf
        return SLACK**2 * min(by_rows, turned(rows, rho, SLACK * grown**2) * nu)

    Z = 0.0
    for _ in range(ITERATIONS):
        Z = bent(Z)
        if not np.isfinite(Z):
            return np.inf
    tried = (Z * margin for margin in MARGINS)
    return next((one for one in tried if bent(one) < one), np.inf)
