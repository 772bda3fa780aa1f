"""A linear model without an intercept, fitted by plain Newton steps, and what removing groups does to it.

Nothing here is the project's own: what it computes may be held against this.
"""

from __future__ import annotations

from collections.abc import Sequence

import mpmath as mp
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
DIGITS = 40


class PlainModel:
    """θ̂ = argmin Σ ℓ(xᵢᵀθ, yᵢ) + (λ/2)‖θ‖², ℓ logistic for y in {0, 1}, or ½(z − y)² where ``squared``."""

    def __init__(self, X: Array, y: Array, lam: float, squared: bool = False) -> None:
        self.X, self.y, self.lam, self.squared = X, y.astype(np.float64), lam, squared
        self.theta = self._fit(np.arange(y.size), np.zeros(X.shape[1]))
        self.r, self.a = self._derivatives(X @ self.theta, self.y)
        self.H = (X.T * self.a) @ X + lam * np.eye(X.shape[1])

    def influence(self, rows: Sequence[int]) -> Array:
        """H⁻¹g(w)."""
        return np.linalg.solve(self.H, self.X[rows].T @ self.r[rows])

    def newton(self, rows: Sequence[int]) -> Array:
        """(H − H(w))⁻¹g(w)."""
        x = self.X[rows]
        return np.linalg.solve(self.H - (x.T * self.a[rows]) @ x, x.T @ self.r[rows])

    def actual(self, rows: Sequence[int]) -> Array:
        """θ̂(w) − θ̂, retrained."""
        kept = np.setdiff1d(np.arange(self.y.size), rows)
        return self._fit(kept, self.theta + self.newton(rows)) - self.theta

    def actual_in_extended_precision(self, rows: Sequence[int], x: Array) -> float:
        """xᵀ(θ̂(w) − θ̂), both θ̂ with gradients of DIGITS digits."""
        kept = np.setdiff1d(np.arange(self.y.size), rows)
        with mp.workdps(DIGITS):
            without, whole = self._extended(kept, self.theta + self.actual(rows)), self._extended(None, self.theta)
            return float(mp.fdot(map(mp.mpf, x.tolist()), [a - b for a, b in zip(without, whole, strict=True)]))

    def _fit(self, kept: NDArray[np.int64], theta: Array) -> Array:
        X, y = self.X[kept], self.y[kept]
        for _ in range(100):
            r, a = self._derivatives(X @ theta, y)
            H = (X.T * a) @ X + self.lam * np.eye(theta.size)
            step = np.linalg.solve(H, X.T @ r + self.lam * theta)
            theta = theta - self._length(X, y, theta, step) * step
            if np.linalg.norm(step) < 1e-13 * np.linalg.norm(theta):
                break
        return theta

    def _length(self, X: Array, y: Array, theta: Array, step: Array) -> float:
        """Half a step, a quarter, ... until the objective does not rise."""
        here, t = self._value(X, y, theta), 1.0
        while self._value(X, y, theta - t * step) > here + 1e-12 and t > 1e-6:
            t /= 2
        return t

    def _value(self, X: Array, y: Array, theta: Array) -> float:
        z = X @ theta
        each = (z - y) ** 2 / 2 if self.squared else np.logaddexp(0, z) - y * z
        return float(each.sum() + self.lam / 2 * theta @ theta)

    def _derivatives(self, z: Array, y: Array) -> tuple[Array, Array]:
        if self.squared:
            return z - y, np.ones_like(z)
        p = 1 / (1 + np.exp(-z))
        return p - y, p * (1 - p)

    def _extended(self, kept: NDArray[np.int64] | None, theta: Array) -> list[mp.mpf]:
        """θ̂ by Newton steps whose gradients have DIGITS digits and whose Hessian has 16, each of which adds digits."""
        kept = np.arange(self.y.size) if kept is None else kept
        _, a = self._derivatives(self.X[kept] @ theta, self.y[kept])
        H = (self.X[kept].T * a) @ self.X[kept] + self.lam * np.eye(theta.size)
        rows = [[mp.mpf(v) for v in row] for row in self.X[kept].tolist()]
        at, columns = [mp.mpf(v) for v in theta.tolist()], list(zip(*rows, strict=True))
        for _ in range(5):
            z = [mp.fdot(row, at) for row in rows]
            r = [(v if self.squared else 1 / (1 + mp.exp(-v))) - y for v, y in zip(z, self.y[kept], strict=True)]
            g = [mp.fdot(column, r) + self.lam * t for column, t in zip(columns, at, strict=True)]
            size = max(abs(v) for v in g)
            if size < mp.mpf(10) ** -30:
                break
            step = np.linalg.solve(H, np.array([float(v / size) for v in g]))
            at = [t - size * mp.mpf(s) for t, s in zip(at, step.tolist(), strict=True)]
        return at
