"""How far any m rows can move a linear function of θ, from sums of the largest of numbers of single rows.

Let S be the m rows that are removed, A = H − H(S), T the sum of the m largest leverages, so that H(S) ≤ T·H and, where
T < 1, H ≤ A/(1 − T); G the sum of the m largest ‖g_i‖ in H⁻¹, so that ‖g_S‖ in A⁻¹ is at most G/√(1 − T). θ̂ goes to
θ̂ + Δ, where with the mean Ā of the Hessian of what stays, along the way, and γ = ∇L(θ̂)

    Δ = Ā⁻¹(g_S − γ),   f(Δ) = cᵀH⁻¹g_S + cᵀH⁻¹H(S)A⁻¹g_S − cᵀA⁻¹γ + cᵀ(Ā⁻¹ − A⁻¹)(g_S − γ).

The first term is the sum of influences, at most that of the m largest; the second at most
√(Σ b_iᵀC_ib_i)·√T·G/(1 − T); the third ‖c‖‖γ‖/(1 − T); all norms in H⁻¹. With ν = (G + ‖γ‖)/√(1 − T) and z at least
‖A^½Ā⁻¹A^½ − I‖ (``on_the_way``), the last is at most ‖c‖/√(1 − T)·zν; of the squared loss it is 0.

How far scores move follows from itself: with t(γ − g_S), from t = 0 to 1, as the gradient at θ̂ of what stays, its
minimum leaves θ̂ continuously, and as long as no two scores of a row have moved apart by more than its ρ_k, none have by
more than R_k/√(1 − T)·(1 + z)ν, R_k the row's reach. Where that is below ρ_k for every row, no score ever gets there,
and the minimum exists.
"""

from __future__ import annotations

import numpy as np

from groupinf.numerics.losses.loss import Array
from groupinf.numerics.rounding import SLACK, gamma
from groupinf.theory.fewest_rows.at_fit import Direction, RowsAtFit
from groupinf.theory.fewest_rows.on_the_way import turned

# how often what scores move is taken on from what follows from it, and by how much more is tried than was found
ITERATIONS, MARGINS = 30, (1.001, 1.05, 1.5)


def change_by_leverage(rows: RowsAtFit, direction: Direction, m: int) -> float:
    """At least f(Δ) for any at most m rows; infinite where nothing follows."""
    T = largest_sum(rows.leverage, m)
    if not T < 1.0:
        return np.inf
    left = (1.0 - T) / SLACK
    G = largest_sum(rows.gradient, m)
    influence = largest_sum(np.maximum(direction.change, 0.0), m)
    beyond = np.sqrt(largest_sum(direction.curved**2, m) * T) * G / left
    nu = (G + rows.left) / np.sqrt(left)
    bent = direction.norm / np.sqrt(left) * _turned(rows, 1.0 / left, nu) * nu
    return float(SLACK**4 * (influence + beyond + direction.norm * rows.left / left + bent))


def _turned(rows: RowsAtFit, growth: float, nu: float) -> float:
    """z with H ≤ ``growth``·A; infinite where no ρ is found."""
    if rows.concordance == 0.0:
        return 0.0
    step = SLACK**2 * np.sqrt(growth) * nu * rows.reach + np.finfo(np.float64).tiny
    z = 0.0
    for _ in range(ITERATIONS):
        z = turned(rows, (1.0 + z) * step, growth)
        if not np.isfinite(z):
            return np.inf
    tried = [((1.0 + z) * margin - 1.0) for margin in MARGINS]
    return next((one for one in tried if turned(rows, (1.0 + one) * step, growth) < one), np.inf)


def largest_sum(values: Array, m: int) -> float:
    """At least the sum of the m largest."""
    if m <= 0:
        return 0.0
    largest = values if m >= values.size else np.partition(values, values.size - m)[values.size - m :]
    return float((1.0 + gamma(values.size)) * largest.sum())
