"""What a standard error of a linear function cᵀθ of the fit is, and how it changes with θ and with single rows.

With y = H⁻¹c, p_k = X_ky (K') and u = X_kV for some V: a variance is a function v(θ, s) of the parameters and the rows.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import scores, transposed_product


@dataclass(frozen=True)
class Variance:
    """v, its gradient in θ (P,), and by how much it changes, to first order, where each row is left out and θ stays
    (n,).
    """

    value: float
    slopes: Array
    direct: Array


class StandardErrors(ABC):
    """One way to estimate the variance of cᵀθ̂; standard errors are its root.

    In sentences they are ``in_text`` ("sandwich standard errors"); ``equation`` is the variance, ``source`` where it is
    from.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    in_text: ClassVar[str]
    equation: ClassVar[str]
    source: ClassVar[str]

    @abstractmethod
    def value(self, fitted: Fitted, c: Array) -> float:
        """v for c (P,)."""

    @abstractmethod
    def variance(self, fitted: Fitted, c: Array) -> Variance:
        """v with its derivatives."""


@dataclass(frozen=True)
class Curved:
    """A fit's rows as standard errors see them: scores z (n, K'), weights s (n,), and C_k = s_kA_k times anything."""

    fitted: Fitted
    z: Array
    state: Array

    @property
    def weight(self) -> Array:
        """s: (n,)."""
        return self.fitted.objective.sample_weight

    def product(self, u: Array) -> Array:
        """C_k u_k: (n, K') -> (n, K')."""
        return self.fitted.objective.loss.curvature_product(self.state, u) * self.weight[:, None]

    def third(self, u: Array, v: Array) -> Array:
        """s_k ∂³ℓ_k[u_k, v_k]: (n, K') twice -> (n, K'), from squares, as the form is symmetric."""
        objective = self.fitted.objective
        both = objective.loss.third(self.z, objective.y, u + v) - objective.loss.third(self.z, objective.y, u - v)
        return np.asarray(0.25 * both * self.weight[:, None])

    def of_rows(self, V: Array) -> Array:
        """X_kV: (P,) -> (n, K')."""
        objective = self.fitted.objective
        return scores(objective.X, V, objective.loss.outputs)

    def gathered(self, r: Array) -> Array:
        """Σ_k X_kᵀr_k: (n, K') -> (P,)."""
        return transposed_product(self.fitted.objective.X, r)


def curved(fitted: Fitted) -> Curved:
    """The rows of a fit."""
    objective = fitted.objective
    z = scores(objective.X, fitted.theta, objective.loss.outputs)
    return Curved(fitted, z, objective.loss.curvature_state(z, objective.y))
