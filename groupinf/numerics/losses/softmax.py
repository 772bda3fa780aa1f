"""The logistic loss of several classes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from groupinf.numerics.losses.loss import LARGEST_ARGUMENT, LARGEST_THIRD_MOMENT, Array, Loss, beside

# a probability above which 1 − p has fewer than six digits left
NEAR_ONE = 1.0 - 1e-10
# of a variable in an interval of length 1 the largest variance (Popoviciu 1935)
LARGEST_VARIANCE = 0.25
# the norm of the third derivative of log Σ exp: scores of norm 1 span √2 at most
THIRD_OF_LOG_SUM = 2.0**1.5 * LARGEST_THIRD_MOMENT


class Softmax(Loss):
    """ℓ = log Σ_k exp(z_k) − z_y; r = p − onehot(y); A = diag(p) − p pᵀ ≤ ½(I − 11ᵀ/K).

    ‖r‖² = Σ_{k≠y} p_k² + (1 − p_y)² ≤ 2(1 − p_y)² < 2. The third derivative is the third central moment of scores drawn
    with the probabilities p, ∂³ℓ/∂z³[u, u, v] = Σ_k p_k(u_k − ū)²(v_k − v̄) with ū = pᵀu:
    - |v_k − v̄| ≤ max v − min v, so that its size is at most that times uᵀAu (Marteau-Ferey et al. 2019);
    - the u_k of a unit vector lie in an interval no longer than √2, so that [u, u, u] ≤ (√2)³/(6√3) = √6/9, which two
      likely classes attain at u = (1, −1)/√2.
    """

    name = "softmax"
    label = "softmax cross-entropy"
    units = "losses in nats"
    concordance = 1.0
    slope_bound = 2.0**0.5
    third_bound = THIRD_OF_LOG_SUM
    curvature_bound = LARGEST_VARIANCE
    flat_direction = True

    @classmethod
    def is_for(cls, classes: int) -> bool:
        """Any number but two, for which one output does."""
        return classes > 2 or classes == 1

    @classmethod
    def of(cls, classes: int, options: Mapping[str, float]) -> Softmax:
        """An output for each class."""
        return cls(classes)

    def __init__(self, outputs: int) -> None:
        self.outputs = outputs
        # an exponential and its rounded argument, in p twice, as it stands and in a sum of K; in A two p, and a sum
        self.roundings = 4.0 * (Loss.roundings + LARGEST_ARGUMENT) + 3.0 * outputs

    def between(self, z: Array, y: Array, reach: Array) -> tuple[Array, Array]:
        """With the own score ``reach`` above and below where it is, all others staying: no move has a lower loss, nor a
        higher one, as it falls with each difference between the own score and another.
        """
        own = np.zeros(z.shape, dtype=bool)
        np.put_along_axis(own, beside(y, z).astype(np.int64), True, axis=1)
        known = np.isfinite(reach)
        shift = np.where(own, np.where(known, reach, 0.0)[:, None], 0.0)
        low, high = self.values(z + shift, y), self.values(z - shift, y)
        return np.where(known, low, 0.0), np.where(known, high, np.inf)

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
        own = np.take_along_axis(z, beside(y, z).astype(np.int64), axis=1)
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

    def label_pull(self, y: Array, new: Array) -> Array:
        """onehot(y) − onehot(new)."""
        one = np.eye(self.outputs)
        return one[y.astype(np.int64)] - one[new.astype(np.int64)]

    def curvature_state(self, z: Array, y: Array) -> Array:
        """p."""
        return self._probabilities(z.copy())

    def curvature_kept(self, before: Array, after: Array) -> Array:
        """min_k p_k/p_k before: uᵀAu is the least Σ_k p_k(u_k − c)² over all c, and that of either is attained."""
        ratios = np.divide(after, before, out=np.ones_like(after), where=before > 0.0)
        return np.asarray(ratios.min(axis=1))

    def curvature_product(self, state: Array, u: Array) -> Array:
        """p ∘ (u − pᵀu); where a p is so near to 1 that this cancels, u is taken relative to the likeliest class's."""
        p = beside(state, u)
        if p.max() < NEAR_ONE:
            plain: Array = p * (u - (p * u).sum(axis=1, keepdims=True))
            return plain
        top = np.broadcast_to(np.argmax(p, axis=1, keepdims=True), (u.shape[0], 1, *u.shape[2:]))
        relative = u - np.take_along_axis(u, top, axis=1)
        product: Array = p * (relative - (p * relative).sum(axis=1, keepdims=True))
        return product

    def curvature(self, z: Array, y: Array) -> Array:
        """diag(p) − p pᵀ."""
        p = self._probabilities(z.copy())
        blocks: Array = -p[:, :, None] * p[:, None, :]
        diagonal = np.arange(p.shape[1])
        blocks[:, diagonal, diagonal] = p * _complements(p)
        return blocks

    def curvature_root(self, z: Array, y: Array) -> Array:
        """diag(√p) − √p pᵀ."""
        p = self._probabilities(z.copy())
        root = np.sqrt(p)
        roots: Array = -root[:, :, None] * p[:, None, :]
        diagonal = np.arange(p.shape[1])
        roots[:, diagonal, diagonal] = root * _complements(p)
        return roots

    def third(self, z: Array, y: Array, u: Array) -> Array:
        """p_k((u_k − ū)² − v) with ū = pᵀu and v = Σ_j p_j(u_j − ū)²."""
        p = beside(self._probabilities(z.copy()), u)
        squares = (u - (p * u).sum(axis=1, keepdims=True)) ** 2
        return np.asarray(p * (squares - (p * squares).sum(axis=1, keepdims=True)))

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
