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

# a probability above which 1 − p has fewer than six digits left
NEAR_ONE = 1.0 - 1e-10


class Loss(Protocol):
    """A convex per-point loss of the scores with K' outputs.

    ``concordance`` is the least c with |d log a/dz| ≤ c (generalised self-concordance, Bach 2010): 0 where the
    curvature is constant; infinite where no bound on scores has been derived.
    """

    outputs: int
    concordance: float

    def values(self, z: Array, y: Array) -> Array:
        """ℓ(z_i, y_i): (n, K', ...) -> (n, ...)."""

    def residuals(self, z: Array, y: Array) -> Array:
        """∂ℓ/∂z, its relative error a few roundings: same shape as z, which it may overwrite."""

    def plain_residuals(self, z: Array, y: Array) -> Array:
        """The same as p − y, its absolute error a few roundings."""

    def curvature_state(self, z: Array) -> Array:
        """What products with the curvature need of z, computed once: same shape as z."""

    def curvature_product(self, state: Array, u: Array) -> Array:
        """A_i u_i, from the state at z_i: same shape as u; the state is (n, K') or as u."""

    def curvature(self, z: Array) -> Array:
        """A_i: (n, K') -> (n, K', K')."""

    def curvature_root(self, z: Array) -> Array:
        """B_i with B_iᵀB_i = A_i: (n, K') -> (n, K', K')."""

    def squared_residuals(self, z: Array, state: Array, y: Array) -> Array:
        """Σ_k r_k² from z and the state there, which costs less than r: (n, K', B) -> (n, B)."""

    def curvature_trace(self, state: Array) -> Array:
        """Trace of A_i from the state (n, K', B): (n, B)."""

    def shared_curvature(self, state: Array, weight: Array) -> Array:
        """Least eigenvalue of Σ_i weight_i A_i, 1 left out for softmax, from state (n, K', B), weight (n, B): (B,)."""


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
    """ℓ = log(1 + exp(z)) − y z with y in {0, 1}; r = p − y, a = p(1 − p) ≤ 1/4, a′/a = 1 − 2p."""

    outputs = 1
    concordance = 1.0

    def values(self, z: Array, y: Array) -> Array:
        """log(1 + exp(−|z|)) + max(z, 0) − y z, which neither overflows nor cancels.

        >>> BinaryLogistic().values(np.array([[800.0], [-800.0]]), np.array([1.0, 1.0]))
        array([  0., 800.])
        """
        margin = np.where(_columns(y, z) == 1, -z, z)
        return np.logaddexp(0.0, margin)[:, 0]

    def residuals(self, z: Array, y: Array) -> Array:
        """p − y = −ỹ σ(−ỹz) with ỹ = 2y − 1, exact to rounding of itself also where p is near y; z is overwritten.

        >>> float(BinaryLogistic().residuals(np.array([[50.0]]), np.array([1.0]))[0, 0])
        -1.928749847963918e-22
        """
        sign = _columns(1.0 - 2.0 * y, z)
        z *= sign
        r = sigmoid(z)
        r *= sign
        return r

    def plain_residuals(self, z: Array, y: Array) -> Array:
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

    def curvature_root(self, z: Array) -> Array:
        """√(p(1 − p)) as (n, 1, 1)."""
        return np.sqrt(self.curvature(z))

    def squared_residuals(self, z: Array, state: Array, y: Array) -> Array:
        """|r| is the smaller root of |r|(1 − |r|) = a where the class is predicted, and else the larger one."""
        smaller = 2.0 * state[:, 0] / (1.0 + np.sqrt(1.0 - 4.0 * state[:, 0]))
        predicted = (z[:, 0] > 0.0) == (y == 1.0)[:, None]
        return np.where(predicted, smaller, 1.0 - smaller) ** 2

    def curvature_trace(self, state: Array) -> Array:
        """p(1 − p)."""
        return state[:, 0]

    def shared_curvature(self, state: Array, weight: Array) -> Array:
        """The sum itself."""
        return np.asarray((state[:, 0] * weight).sum(axis=0))


class Softmax:
    """ℓ = log Σ_k exp(z_k) − z_y; r = p − onehot(y); A = diag(p) − p pᵀ ≤ ½(I − 11ᵀ/K)."""

    concordance = float("inf")

    def __init__(self, outputs: int) -> None:
        self.outputs = outputs

    @staticmethod
    def _probabilities(z: Array) -> Array:
        z -= z.max(axis=1, keepdims=True)
        np.exp(z, out=z)
        z /= z.sum(axis=1, keepdims=True)
        return z

    def values(self, z: Array, y: Array) -> Array:
        """log Σ exp(z_k − z_y), the largest term left out of the sum: a small loss is as exact as a large one.

        >>> Softmax(2).values(np.array([[0.0, 0.0], [50.0, 0.0]]), np.array([1.0, 0.0]))
        array([6.93147181e-01, 1.92874985e-22])
        """
        own = np.take_along_axis(z, _columns(y, z).astype(np.int64), axis=1)
        shifted = z - own
        top = np.argmax(shifted, axis=1)[:, None]
        largest = np.take_along_axis(shifted, top, axis=1)
        others = np.exp(shifted - largest)
        np.put_along_axis(others, top, 0.0, axis=1)
        total: Array = largest[:, 0] + np.log1p(others.sum(axis=1))
        return total

    def residuals(self, z: Array, y: Array) -> Array:
        """p − onehot(y); z is overwritten. That of the own class is minus the sum of the others, which cancels nothing.

        >>> Softmax(2).residuals(np.array([[50.0, 0.0]]), np.array([0.0]))
        array([[-1.92874985e-22,  1.92874985e-22]])
        """
        r = self._probabilities(z)
        own = np.arange(y.size), y.astype(np.int64)
        r[own] = 0.0
        r[own] = -r.sum(axis=1)
        return r

    def plain_residuals(self, z: Array, y: Array) -> Array:
        """p − onehot(y); z is overwritten."""
        p = self._probabilities(z)
        p[np.arange(y.size), y.astype(np.int64)] -= 1.0
        return p

    def curvature_state(self, z: Array) -> Array:
        """p."""
        return self._probabilities(z.copy())

    def curvature_product(self, state: Array, u: Array) -> Array:
        """p ∘ (u − pᵀu); where a p is so near to 1 that this cancels, u is taken relative to the likeliest class's."""
        p = _columns(state, u)
        if p.max() < NEAR_ONE:
            plain: Array = p * (u - (p * u).sum(axis=1, keepdims=True))
            return plain
        top = np.broadcast_to(np.argmax(p, axis=1, keepdims=True), (u.shape[0], 1, *u.shape[2:]))
        relative = u - np.take_along_axis(u, top, axis=1)
        product: Array = p * (relative - (p * relative).sum(axis=1, keepdims=True))
        return product

    def curvature(self, z: Array) -> Array:
        """diag(p) − p pᵀ."""
        p = self._probabilities(z.copy())
        blocks: Array = -p[:, :, None] * p[:, None, :]
        diagonal = np.arange(p.shape[1])
        blocks[:, diagonal, diagonal] = p * _complements(p)
        return blocks

    def curvature_root(self, z: Array) -> Array:
        """diag(√p) − √p pᵀ."""
        p = self._probabilities(z.copy())
        root = np.sqrt(p)
        roots: Array = -root[:, :, None] * p[:, None, :]
        diagonal = np.arange(p.shape[1])
        roots[:, diagonal, diagonal] = root * _complements(p)
        return roots

    def squared_residuals(self, z: Array, state: Array, y: Array) -> Array:
        """Σ_{k≠y} p_k² + (Σ_{k≠y} p_k)²."""
        others = state.copy()
        others[np.arange(y.size), y.astype(np.int64)] = 0.0
        return np.asarray(np.einsum("nkb,nkb->nb", others, others) + others.sum(axis=1) ** 2)

    def curvature_trace(self, state: Array) -> Array:
        """1 − pᵀp."""
        return np.asarray((state * _complements(state)).sum(axis=1))

    def shared_curvature(self, state: Array, weight: Array) -> Array:
        """The second smallest eigenvalue: the smallest is that of 1, and 0."""
        p = state * weight[:, None, :]
        sums = -np.einsum("nkb,nmb->bkm", p, state)
        diagonal = np.arange(self.outputs)
        sums[:, diagonal, diagonal] = (p * _complements(state)).sum(axis=0).T
        return np.linalg.eigvalsh(sums)[:, 1]


def _complements(p: Array) -> Array:
    """1 − p_k as the sum of the others where p_k is the largest: (n, K, ...)."""
    top = np.argmax(p, axis=1)[:, None]
    others = p.copy()
    np.put_along_axis(others, top, 0.0, axis=1)
    complements = 1.0 - p
    np.put_along_axis(complements, top, others.sum(axis=1, keepdims=True), axis=1)
    return complements


class Squared:
    """ℓ = ½(z − y)²; r = z − y, curvature 1: Newton's step is exact."""

    outputs = 1
    concordance = 0.0

    def values(self, z: Array, y: Array) -> Array:
        """½(z − y)²."""
        half: Array = 0.5 * ((z - _columns(y, z)) ** 2)[:, 0]
        return half

    def residuals(self, z: Array, y: Array) -> Array:
        """z − y; z is overwritten."""
        z -= _columns(y, z)
        return z

    def plain_residuals(self, z: Array, y: Array) -> Array:
        """z − y; z is overwritten."""
        return self.residuals(z, y)

    def curvature_state(self, z: Array) -> Array:
        """Ones."""
        return np.ones_like(z)

    def curvature_product(self, state: Array, u: Array) -> Array:
        """u itself."""
        return u

    def curvature(self, z: Array) -> Array:
        """Ones, (n, 1, 1)."""
        return np.ones((z.shape[0], 1, 1))

    def curvature_root(self, z: Array) -> Array:
        """Ones, (n, 1, 1)."""
        return np.ones((z.shape[0], 1, 1))

    def squared_residuals(self, z: Array, state: Array, y: Array) -> Array:
        """(z − y)²."""
        return np.asarray((z[:, 0] - y[:, None]) ** 2)

    def curvature_trace(self, state: Array) -> Array:
        """Ones."""
        return state[:, 0]

    def shared_curvature(self, state: Array, weight: Array) -> Array:
        """The sum itself."""
        return np.asarray((state[:, 0] * weight).sum(axis=0))


def loss_for(classes: int) -> Loss:
    """Squared loss for regression (0 classes), binary logistic for two, softmax for more."""
    if classes == 0:
        return Squared()
    return BinaryLogistic() if classes == 2 else Softmax(classes)
