"""Many small models at their exact minima, in extended precision, by the definitions of losses alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray
LONG = np.longdouble
MOST_STEPS = 200
# the square of a decrement from which full steps gain nearly all the digits at once, and how many are taken
NEAR, POLISHES = 1e-14, 5


@dataclass(frozen=True)
class Exact:
    """Rows (n, p), the ones of an intercept among them, labels, λ with a penalty of 0 or 1 for each row of θ, and the
    number of classes: 0 is regression, 2 binary, more softmax.
    """

    X: Array
    y: Array
    lam: float
    penalised: Array
    classes: int

    @property
    def outputs(self) -> int:
        return self.classes if self.classes > 2 else 1

    def losses(self, z: Array, y: Array) -> Array:
        """ℓ: z (..., K') and y (...) -> (...)."""
        if self.classes == 0:
            return (z[..., 0] - y) ** 2 / 2
        if self.classes == 2:
            return np.logaddexp(LONG(0), np.where(y == 1, -z[..., 0], z[..., 0]))
        top = z.max(axis=-1, keepdims=True)
        own = np.take_along_axis(z, y.astype(int)[..., None], axis=-1)
        return (top + np.log(np.exp(z - top).sum(axis=-1, keepdims=True)) - own)[..., 0]

    def derivatives(self, z: Array, y: Array) -> tuple[Array, Array]:
        """r (..., K') and A (..., K', K')."""
        if self.classes == 0:
            return z - y[..., None], np.ones((*z.shape, 1), dtype=LONG)
        if self.classes == 2:
            p = 1 / (1 + np.exp(-z))
            return p - y[..., None], (p * (1 - p))[..., None]
        p = np.exp(z - z.max(axis=-1, keepdims=True))
        p = p / p.sum(axis=-1, keepdims=True)
        return p - np.eye(self.outputs)[y.astype(int)], p[..., None] * (np.eye(self.outputs) - p[..., None, :])

    def objective(self, theta: Array, weight: Array, y: Array) -> Array:
        """θ (B, p, K'), weights and labels (B, n) -> (B,)."""
        penalty = LONG(self.lam) / 2 * (self.penalised[:, None] * theta**2).sum(axis=(1, 2))
        return (weight * self.losses(self.X.astype(LONG) @ theta, y)).sum(axis=1) + penalty

    def hessian(self, theta: Array, weight: Array, y: Array) -> Array:
        """∇²L (B, P, P), in double precision."""
        A = weight[..., None, None] * self.derivatives(self.X.astype(LONG) @ theta, y)[1]
        return self.gram(A) + np.diag(np.repeat(self.lam * self.penalised, self.outputs))

    def gram(self, A: Array) -> Array:
        """Σ (x xᵀ) ⊗ A_i: (B, n, K', K') -> (B, P, P)."""
        size = self.X.shape[1] * self.outputs
        blocks = np.einsum("nj,bnkm,nl->bjklm", self.X, A.astype(float), self.X, optimize=True)
        return blocks.reshape(len(A), size, size)

    def minima(self, start: Array, weight: Array, y: Array) -> Array:
        """θ* (B, p, K') of the objectives with weights and labels (B, n), by damped Newton steps from ``start``."""
        theta, X = start.astype(LONG), self.X.astype(LONG)
        value = self.objective(theta, weight, y)
        polishing = 0
        for _ in range(MOST_STEPS):
            r = self.derivatives(X @ theta, y)[0]
            gradient = X.T @ (weight[..., None] * r) + LONG(self.lam) * self.penalised[:, None] * theta
            step = self._solved(self.hessian(theta, weight, y), gradient)
            far = (gradient * step).sum(axis=(1, 2)) > NEAR * (1 + value)
            scale = np.ones((len(theta), 1, 1), dtype=LONG)
            while (worse := far & ~(self.objective(theta - scale * step, weight, y) <= value)).any():
                scale[worse] /= 2
            theta = theta - scale * step
            value = self.objective(theta, weight, y)
            polishing += int(not far.any())
            if polishing == POLISHES:
                return theta
        raise AssertionError("the exact minimum was not found")

    def _solved(self, H: Array, gradient: Array) -> Array:
        # far from the minimum all of a class may be told, and nothing then holds a free intercept
        K, H = self.outputs, H + np.diag(np.repeat(1e-9 * self.lam * (1 - self.penalised), self.outputs))
        if K > 1 and not self.penalised.all():
            H[:, -K:, -K:] += np.trace(H[:, -K:, -K:], axis1=1, axis2=2)[:, None, None] / K**2
        flat = gradient.reshape(len(H), -1, 1).astype(float)
        return np.linalg.solve(H, flat).reshape(gradient.shape)
