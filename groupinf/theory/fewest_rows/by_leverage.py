"""How far any m rows can move a linear function of θ, from sums of the largest of numbers of single rows.

Let S be the m rows that are removed, A = H − H(S), T the sum of the m largest leverages, so that H(S) ≤ T·H and, where
T < 1, H ≤ A/(1 − T); G the sum of the m largest ‖g_i‖ in H⁻¹, so that ‖g_S‖ in A⁻¹ is at most G/√(1 − T). θ̂ goes to
θ̂ + Δ, where with the mean Ā of the Hessian of what stays, along the way, and γ = ∇L(θ̂)

    Δ = Ā⁻¹(g_S − γ),   f(Δ) = cᵀH⁻¹g_S + cᵀH⁻¹H(S)A⁻¹g_S − cᵀA⁻¹γ − cᵀA⁻¹(Ā − A)Δ.

The first term is the sum of influences, at most that of the m largest; the second at most
√(Σ b_iᵀC_ib_i)·√T·G/(1 − T); the third ‖c‖‖γ‖/(1 − T); all norms in H⁻¹. Where no two scores of a row that stays move
apart by more than ρ, generalised self-concordance (Bach 2010, section 2) keeps each of its curvatures between e^{∓cρt}
times what it was, so that lo·A ≤ Ā ≤ hi·A with lo = (1 − e^{−cρ})/(cρ), hi = (e^{cρ} − 1)/(cρ), and the last term is at
most ‖c‖/√(1 − T)·(hi − 1)·ν/lo with ν = (G + ‖γ‖)/√(1 − T). Of the squared loss it is 0, and f(Δ) exact but for T.

ρ follows from itself: with t(γ − g_S), from t = 0 to 1, as the gradient at θ̂ of what stays, its minimum leaves θ̂
continuously, and as long as no two scores have moved apart by more than ρ, none have by more than R/√(1 − T)·ν/lo, R
the largest reach of a row. Where that is below ρ, no score ever gets there, and the minimum exists.
"""

from __future__ import annotations

import numpy as np

from groupinf.numerics.losses.loss import Array
from groupinf.numerics.rounding import SLACK, gamma
from groupinf.theory.fewest_rows.at_fit import Direction, RowsAtFit

# how often ρ is taken on from what follows from it, and by how much more is tried than was found
ITERATIONS, MARGINS = 40, (1.001, 1.05, 1.5)


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
    moved = moved_apart(rows.concordance, float(rows.reach.max()) / np.sqrt(left) * nu)
    low, high = kept(rows.concordance, moved)
    bent = 0.0 if high == 1.0 else direction.norm / np.sqrt(left) * (high - 1.0) * nu / low
    return float(SLACK**4 * (influence + beyond + direction.norm * rows.left / left + bent))


def moved_apart(concordance: float, per_share: float) -> float:
    """A ρ with ``per_share``/lo(ρ) < ρ; infinite where none is found, 0 where curvatures stay."""
    if concordance == 0.0:
        return 0.0
    rho = per_share
    for _ in range(ITERATIONS):
        rho = per_share / kept(concordance, rho)[0]
        if not np.isfinite(rho) or concordance * rho > LARGEST:
            return np.inf
    tried = [rho * margin for margin in MARGINS]
    return next((one for one in tried if SLACK**2 * per_share / kept(concordance, one)[0] < one), np.inf)


# cρ beyond which what is left of a curvature says nothing
LARGEST = 50.0


def kept(concordance: float, rho: float) -> tuple[float, float]:
    """(lo, hi): at least and at most what the mean of a curvature is of what it was."""
    x = concordance * rho
    if x == 0.0:
        return 1.0, 1.0
    if not x <= LARGEST:
        return 0.0, np.inf
    return float(-np.expm1(-x) / x / SLACK), float(SLACK * np.expm1(x) / x)


def largest_sum(values: Array, m: int) -> float:
    """At least the sum of the m largest."""
    if m <= 0:
        return 0.0
    largest = values if m >= values.size else np.partition(values, values.size - m)[values.size - m :]
    return float((1.0 + gamma(values.size)) * largest.sum())
