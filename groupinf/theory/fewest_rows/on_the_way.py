"""How far the mean Hessian on the way to another minimum is from that at θ̂, where scores move no farther than that.

A is the Hessian at θ̂ of the rows that stay, Ā its mean along the segment to their minimum. Where no two scores of row
k move apart by more than ρ_k, generalised self-concordance (Bach 2010, section 2) keeps its curvature between
e^{∓cρ_kt} times what it was, t from 0 to 1, so that the mean is between lo_k = (1 − e^{−cρ_k})/(cρ_k) and
hi_k = (e^{cρ_k} − 1)/(cρ_k) times, and never above the loss's largest curvature. With h_k ≤ a·leverage, the leverage in
A, and any number τ

    τA − Σ_k h_k(τ − lo_k)₊A ≤ Ā ≤ τA + Σ_k h_k(hi_k − τ)₊A,

as what a row holds of A is at most h_k: few rows that reach far, and may lose or win much, cost no more than they hold.
"""

from __future__ import annotations

import numpy as np

from groupinf.numerics.losses.loss import Array
from groupinf.numerics.rounding import SLACK, gamma
from groupinf.theory.fewest_rows.at_fit import RowsAtFit

# values of τ that are tried: the shares of rows that keep less, or get more
SHARES = np.linspace(0.0, 1.0, 17)
# cρ beyond which a curvature may be anything
LARGEST = 50.0


def curvature_range(rows: RowsAtFit, rho: Array) -> tuple[Array, Array]:
    """(lo_k, hi_k) of scores that move at most ρ (n,) apart: (n,) each."""
    x = np.minimum(rows.concordance * rho, LARGEST)
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(x > 0.0, -np.expm1(-x) / x / SLACK, 1.0)
        high = np.where(x > 0.0, SLACK * np.expm1(x) / x, 1.0)
    beyond = rows.concordance * rho > LARGEST
    return np.where(beyond, 0.0, low), np.minimum(np.where(beyond, np.inf, high), rows.most_curvature)


def turned(rows: RowsAtFit, rho: Array, growth: float) -> float:
    """At least ‖A^½Ā⁻¹A^½ − I‖, with H ≤ ``growth``·A; infinite where nothing is left of A for certain."""
    if rows.concordance == 0.0:
        return 0.0
    low, high = curvature_range(rows, rho)
    if not np.isfinite(high).all():
        return np.inf
    held = (1.0 + gamma(rho.size + 2)) * growth * rows.leverage
    below, above = np.quantile(low, SHARES), np.quantile(high, SHARES)
    least = float((below - SLACK * np.maximum(below - low[:, None], 0.0).T @ held).max())
    most = float((above + SLACK * np.maximum(high[:, None] - above, 0.0).T @ held).min())
    return float(SLACK * max(SLACK / least - 1.0, 1.0 - 1.0 / (SLACK * most))) if least > 0.0 else np.inf
