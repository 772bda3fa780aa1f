"""Standard errors that hold where the model is wrong, too."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from groupinf.effects.standard_errors.standard_error import StandardErrors, Variance, curved
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array


class Sandwich(StandardErrors):
    """v = cᵀH⁻¹(Σ_k s_k² X_kᵀr_kr_kᵀX_k)H⁻¹c = Σ_k ψ_k² with ψ_k = s_kr_kᵀp_k (Huber 1967; White 1980, HC0).

    With m = 2Σψ_ks_kX_kᵀr_k and n_k = X_kH⁻¹m, as H⁻¹ moves with θ and with every row,
    ∇v = Σ_k X_kᵀ(2ψ_kC_kp_k − s_k∂³ℓ_k[p_k, n_k]), and row i left out changes v by −ψ_i² + n_iᵀC_ip_i.
    """

    name: ClassVar = "sandwich"
    label: ClassVar = "Sandwich"
    in_text: ClassVar = "sandwich standard errors (HC0)"
    equation: ClassVar = "H⁻¹ (Σ sᵢ² rᵢ² xᵢxᵢᵀ) H⁻¹"
    source: ClassVar = "Huber 1967; White 1980"

    def value(self, fitted: Fitted, c: Array) -> float:
        """Σψ²."""
        return float(np.sum(self._parts(fitted, curved(fitted).of_rows(fitted.factor.solve(c))) ** 2))

    def variance(self, fitted: Fitted, c: Array) -> Variance:
        """By two solves and a few passes."""
        rows = curved(fitted)
        p = rows.of_rows(fitted.factor.solve(c))
        psi = self._parts(fitted, p)
        m = 2.0 * rows.gathered(fitted.residuals * psi[:, None])
        turned, of_p = rows.of_rows(fitted.factor.solve(m)), rows.product(p)
        slopes = rows.gathered(2.0 * psi[:, None] * of_p - rows.third(p, turned))
        return Variance(float(np.sum(psi**2)), slopes, -(psi**2) + np.einsum("nk,nk->n", turned, of_p))

    def _parts(self, fitted: Fitted, p: Array) -> Array:
        """ψ: (n,)."""
        return np.asarray(np.einsum("nk,nk->n", fitted.residuals, p))
