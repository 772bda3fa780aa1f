"""Losses of linear models: value, residual and curvature as functions of the scores z = Xθ.

Scores have shape (n, K') or (n, K', B) for B models side by side; K' is 1 for the binary logistic and the
squared loss and K for softmax. Labels y (n,) float64 are class codes 0..K-1, or real values for the squared loss.
All follow DESIGN's table: r = p − y, and the curvature of point i in score space is the K' × K' matrix A_i
(binary: a_i = p_i(1 − p_i); softmax: diag(p_i) − p_i p_iᵀ; squared: 1).
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Loss(Protocol):
    """A convex per-point loss of the scores with K' outputs."""

    outputs: int

    def values(self, z: Array, y: Array) -> Array:
        """ℓ(z_i, y_i): (n, K', ...) -> (n, ...)."""

    def residuals(self, z: Array, y: Array) -> Array:
        """∂ℓ/∂z: same shape as z, which it may overwrite."""

    def curvature_state(self, z: Array) -> Array:
        """What products with the curvature need of z, computed once: same shape as z."""

    def curvature_product(self, state: Array, u: Array) -> Array:
        """A_i u_i, from the state at z_i: same shape as u; the state is (n, K') or as u."""

    def curvature(self, z: Array) -> Array:
        """A_i: (n, K') -> (n, K', K')."""


def _columns(a: Array, like: Array) -> Array:
    """``a`` with axes of length one at its end, to stand beside ``like``."""
    return a.reshape(a.shape + (1,) * (like.ndim - a.ndim))


def sigmoid(z: Array) -> Array:
    """1 / (1 + exp(−z)), overwriting z; |z| beyond 700 saturates, so that exp cannot overflow."""
    np.clip(z, -700.0, 700.0, out=z)
    np.negative(z, out=z)
    np.exp(z, out=z)
    z += 1.0
    return np.reciprocal(z, out=z)


class BinaryLogistic:
    """ℓ = log(1 + exp(z)) − y z with y in {0, 1}; r = p − y, a = p(1 − p) ≤ 1/4."""

    outputs = 1

    def values(self, z: Array, y: Array) -> Array:
        """log(1 + exp(−|z|)) + max(z, 0) − y z, which neither overflows nor cancels.

        >>> BinaryLogistic().values(np.array([[800.0], [-800.0]]), np.array([1.0, 1.0]))
        array([  0., 800.])
        """
        margin = np.where(_columns(y, z) == 1, -z, z)
        return np.logaddexp(0.0, margin)[:, 0]

    def residuals(self, z: Array, y: Array) -> Array:
        """p − y; z is overwritten."""
        p = sigmoid(z)
        p -= _columns(y, z)
        return p

    def curvature_state(self, z: Array) -> Array:
        """p(1 − p) = e / (1 + e)² with e = exp(−|z|), which is exact in both tails."""
        e = np.exp(-np.abs(z))
        state: Array = e / (1.0 + e) ** 2
        return state

    def curvature_product(self, state: Array, u: Array) -> Array:
        """p(1 − p) u."""
        return _columns(state, u) * u

    def curvature(self, z: Array) -> Array:
        """p(1 − p) as (n, 1, 1)."""
        return self.curvature_state(z)[:, :, None]


class Softmax:
    """ℓ = log Σ_k exp(z_k) − z_y; r = p − onehot(y); A = diag(p) − p pᵀ ≤ ½(I − 11ᵀ/K)."""

    def __init__(self, outputs: int) -> None:
        self.outputs = outputs

    @staticmethod
    def _probabilities(z: Array) -> Array:
        z -= z.max(axis=1, keepdims=True)
        np.exp(z, out=z)
        z /= z.sum(axis=1, keepdims=True)
        return z

    def values(self, z: Array, y: Array) -> Array:
        """log Σ exp(z_k − z_y).

        >>> Softmax(2).values(np.array([[0.0, 0.0]]), np.array([1.0])).round(6)
        array([0.693147])
        """
        own = np.take_along_axis(z, _columns(y, z).astype(np.int64), axis=1)
        shifted = z - own
        top = shifted.max(axis=1, keepdims=True)
        total: Array = top[:, 0] + np.log(np.exp(shifted - top).sum(axis=1))
        return total

    def residuals(self, z: Array, y: Array) -> Array:
        """p − onehot(y); z is overwritten."""
        p = self._probabilities(z)
        p[np.arange(y.size), y.astype(np.int64)] -= 1.0
        return p

    def curvature_state(self, z: Array) -> Array:
        """p."""
        return self._probabilities(z.copy())

    def curvature_product(self, state: Array, u: Array) -> Array:
        """p ∘ (u − pᵀu)."""
        p = _columns(state, u)
        product: Array = p * (u - (p * u).sum(axis=1, keepdims=True))
        return product

    def curvature(self, z: Array) -> Array:
        """diag(p) − p pᵀ."""
        p = self._probabilities(z.copy())
        blocks: Array = -p[:, :, None] * p[:, None, :]
        diagonal = np.arange(p.shape[1])
        blocks[:, diagonal, diagonal] += p
        return blocks


class Squared:
    """ℓ = ½(z − y)²; r = z − y, curvature 1: Newton's step is exact."""

    outputs = 1

    def values(self, z: Array, y: Array) -> Array:
        """½(z − y)²."""
        half: Array = 0.5 * ((z - _columns(y, z)) ** 2)[:, 0]
        return half

    def residuals(self, z: Array, y: Array) -> Array:
        """z − y; z is overwritten."""
        z -= _columns(y, z)
        return z

    def curvature_state(self, z: Array) -> Array:
        """Ones."""
        return np.ones_like(z)

    def curvature_product(self, state: Array, u: Array) -> Array:
        """u itself."""
        return u

    def curvature(self, z: Array) -> Array:
        """Ones, (n, 1, 1)."""
        return np.ones((z.shape[0], 1, 1))


def loss_for(classes: int) -> Loss:
    """Squared loss for regression (0 classes), binary logistic for two, softmax for more."""
    if classes == 0:
        return Squared()
    return BinaryLogistic() if classes == 2 else Softmax(classes)
