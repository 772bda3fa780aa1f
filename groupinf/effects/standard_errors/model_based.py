"""Standard errors that take the model at its word."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from groupinf.effects.standard_errors.standard_error import Curved, StandardErrors, Variance, curved
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array


class ModelBased(StandardErrors):
    """v = φ·cᵀH⁻¹c; φ = 1 for classes, for regression the residual variance Σs_kr_k²/(n − P), n the rows that count.

    ∇(cᵀH⁻¹c) = −Σ_k X_kᵀs_k∂³ℓ_k[p_k, p_k], and row i left out adds p_iᵀC_ip_i; ∇φ = 2Σ_k X_kᵀC_kr_k/(n − P), and row
    i left out adds (φ − s_ir_i²)/(n − P).
    """

    name: ClassVar = "model"
    label: ClassVar = "Model-based"
    in_text: ClassVar = "model-based standard errors"
    equation: ClassVar = "φ H⁻¹, φ = Σ sᵢ rᵢ² / (n − P) for regression, else 1"
    source: ClassVar = "McCullagh and Nelder 1989, section 2.5"

    def value(self, fitted: Fitted, c: Array) -> float:
        """φ·cᵀH⁻¹c."""
        return float(c @ fitted.factor.solve(c)) * self._dispersion(fitted)

    def variance(self, fitted: Fitted, c: Array) -> Variance:
        """By a solve and a few passes."""
        rows = curved(fitted)
        y = fitted.factor.solve(c)
        p, form, phi = rows.of_rows(y), float(c @ y), self._dispersion(fitted)
        of_form, of_phi = -rows.gathered(rows.third(p, p)), self._slopes(rows)
        direct = phi * np.einsum("nk,nk->n", p, rows.product(p)) + form * self._direct(fitted, phi)
        return Variance(phi * form, phi * of_form + form * of_phi, direct)

    def _dispersion(self, fitted: Fitted) -> float:
        """φ; NaN where no row is left beside the parameters."""
        if not fitted.objective.loss.is_for(0):
            return 1.0
        freedom = _freedom(fitted)
        return float(_squares(fitted).sum() / freedom) if freedom > 0 else np.nan

    def _slopes(self, rows: Curved) -> Array:
        fitted = rows.fitted
        if not fitted.objective.loss.is_for(0):
            return np.zeros(fitted.objective.size)
        return 2.0 / _freedom(fitted) * rows.gathered(rows.product(_plain_residuals(fitted)))

    def _direct(self, fitted: Fitted, phi: float) -> Array:
        if not fitted.objective.loss.is_for(0):
            return np.zeros(fitted.objective.n)
        counts = fitted.objective.sample_weight > 0.0
        return np.where(counts, phi - _squares(fitted), 0.0) / _freedom(fitted)


def _freedom(fitted: Fitted) -> int:
    return int(np.count_nonzero(fitted.objective.sample_weight)) - fitted.objective.size


def _plain_residuals(fitted: Fitted) -> Array:
    """r (n, K'), 0 of a row that does not count."""
    weight = fitted.objective.sample_weight[:, None]
    return np.divide(fitted.residuals, weight, out=np.zeros_like(fitted.residuals), where=weight > 0.0)


def _squares(fitted: Fitted) -> Array:
    """s r²: (n,)."""
    return np.asarray(np.einsum("nk,nk->n", fitted.residuals, _plain_residuals(fitted)))
