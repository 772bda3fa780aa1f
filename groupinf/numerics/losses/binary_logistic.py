"""The logistic loss of two classes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from groupinf.numerics.losses.loss import LARGEST_THIRD_MOMENT, Array, TwoClassLoss, beside


def sigmoid(z: Array) -> Array:
    """1 / (1 + exp(−z)), overwriting z; |z| beyond 700 saturates, so that exp cannot overflow."""
    np.clip(z, -700.0, 700.0, out=z)
    np.negative(z, out=z)
    np.exp(z, out=z)
    z += 1.0
    return np.reciprocal(z, out=z)


class BinaryLogistic(TwoClassLoss):
    """ℓ = log(1 + exp(z)) − y z with y in {0, 1}; r = p − y, a = p(1 − p) ≤ 1/4, a′/a = 1 − 2p.

    So |r| < 1, |a′/a| < 1, and |a′| = p(1 − p)|1 − 2p| is the third central moment of a coin.
    """

    name = "binary_logistic"
    label = "logistic loss"
    units = "losses in nats"
    concordance = 1.0
    slope_bound = 1.0
    third_bound = LARGEST_THIRD_MOMENT
    curvature_bound = 0.25

    def score_words(self, classes: Sequence[str]) -> str:
        """z = log(p/(1 − p)) with p the probability of the second class."""
        return f"log-odds of class {classes[1]}"

    def values(self, z: Array, y: Array) -> Array:
        """log(1 + exp(−|z|)) + max(z, 0) − y z, which neither overflows nor cancels.

        >>> BinaryLogistic().values(np.array([[800.0], [-800.0]]), np.array([1.0, 1.0]))
        array([  0., 800.])
        """
        margin = np.where(beside(y, z) == 1, -z, z)
        return np.logaddexp(0.0, margin)[:, 0]

    def residuals(self, z: Array, y: Array) -> Array:
        """p − y = −ỹ σ(−ỹz) with ỹ = 2y − 1, exact to rounding of itself also where p is near y; z is overwritten.

        >>> float(BinaryLogistic().residuals(np.array([[50.0]]), np.array([1.0]))[0, 0])
        -1.928749847963918e-22
        """
        sign = beside(1.0 - 2.0 * y, z)
        z *= sign
        r = sigmoid(z)
        r *= sign
        return r

    def unit_residuals(self, z: Array, y: Array) -> Array:
        """−ỹ, also where p is y to rounding."""
        return np.array(np.broadcast_to(beside(1.0 - 2.0 * y, z), z.shape))

    def plain_residuals(self, z: Array, y: Array) -> Array:
        """p − y; z is overwritten."""
        p = sigmoid(z)
        p -= beside(y, z)
        return p

    def label_pull(self, y: Array, new: Array) -> Array:
        """y − new."""
        return (y - new)[:, None]

    def curvature_state(self, z: Array, y: Array) -> Array:
        """p(1 − p) = e / (1 + e)² with e = exp(−|z|), which is exact in both tails."""
        e = np.exp(-np.abs(z))
        state: Array = e / (1.0 + e) ** 2
        return state

    def curvature_slope(self, z: Array, y: Array) -> Array:
        """p(1 − p)(1 − 2p), with 1 − 2p = −tanh(z/2)."""
        return np.asarray(-self.curvature_state(z, y) * np.tanh(0.5 * z))

    def squared_residuals(self, z: Array, state: Array, y: Array) -> Array:
        """|r| is the smaller root of |r|(1 − |r|) = a where the class is predicted, and else the larger one."""
        # near z = 0, a can be rounded to above 1/4
        smaller = 2.0 * state[:, 0] / (1.0 + np.sqrt(np.maximum(1.0 - 4.0 * state[:, 0], 0.0)))
        predicted = (z[:, 0] > 0.0) == (y == 1.0)[:, None]
        return np.where(predicted, smaller, 1.0 - smaller) ** 2
