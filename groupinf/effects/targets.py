"""Numbers of a fit that rows may move: a linear function of its parameters, and its ratio to a standard error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groupinf.effects.standard_errors.standard_error import StandardErrors
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array


@dataclass(frozen=True)
class Linear:
    """f = cᵀθ with ``c`` (P,)."""

    c: Array

    def value(self, fitted: Fitted) -> float:
        """cᵀθ̂."""
        return float(self.c @ fitted.theta)

    def slopes(self, fitted: Fitted) -> Array:
        """c."""
        return self.c

    def direct(self, fitted: Fitted) -> Array:
        """0: no training row is in f but through θ̂."""
        return np.zeros(fitted.objective.n)


@dataclass(frozen=True)
class Ratio:
    """f = cᵀθ/√v with the variance v of cᵀθ̂ by some ``errors``: the z or t statistic.

    ∇f = c/√v − ½f∇v/v, and a row left out changes f directly by −½f/v times what it changes v by.
    """

    c: Array
    errors: StandardErrors

    def value(self, fitted: Fitted) -> float:
        """cᵀθ̂/√v; NaN where v is none."""
        v = self.errors.value(fitted, self.c)
        return float(self.c @ fitted.theta / v**0.5) if v > 0.0 else float("nan")

    def slopes(self, fitted: Fitted) -> Array:
        """c/√v − ½f∇v/v."""
        v = self.errors.variance(fitted, self.c)
        return np.asarray(self.c / v.value**0.5 - 0.5 * self._over(fitted, v.value) * v.slopes)

    def direct(self, fitted: Fitted) -> Array:
        """−½f/v times the change of v."""
        v = self.errors.variance(fitted, self.c)
        return -0.5 * self._over(fitted, v.value) * v.direct

    def _over(self, fitted: Fitted, v: float) -> float:
        """f/v."""
        return float(self.c @ fitted.theta / v**1.5)
