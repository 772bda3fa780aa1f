"""Linear models fitted in 50 digits with mpmath: what exact retraining is held against."""

from __future__ import annotations

from collections.abc import Sequence

import mpmath as mp
import numpy as np
from numpy.typing import NDArray

DIGITS = 50
# a Newton step that moves no score by more than this is the last: convergence is quadratic
LAST = mp.mpf(10) ** -28

Array = NDArray[np.float64]
Number = mp.mpf


class ExtendedModel:
    """θ̂ of Σ s_i ℓ_i + (λ/2)‖weights‖² on some rows, to DIGITS digits, by damped Newton steps.

    Where there are fewer rows than features the weights are Xᵀα, and α and the intercepts are the unknowns.
    """

    def __init__(
        self, X: Array, y: Array, weight: Array, lam: float, classes: int, kept: Sequence[int], start: Array
    ) -> None:
        """``start`` (d + 1, K') is where Newton starts; ``classes`` 0 is regression, 2 binary, more softmax."""
        self.classes, self.outputs = classes, max(1, classes if classes > 2 else 1)
        with mp.workdps(DIGITS):
            rows = [[mp.mpf(float(v)) for v in X[i]] for i in kept]
            self.dual = X.shape[1] > len(kept)
            self.basis = rows if self.dual else None
            self.features = [self._coordinates(row) for row in rows]
            self.y, self.s = [float(y[i]) for i in kept], [mp.mpf(float(weight[i])) for i in kept]
            self.gram = self.features if self.dual else None
            self.theta = self._fit(mp.mpf(float(lam)), start, X, kept)

    def scores(self, row: Array) -> list[Number]:
        """xᵀθ̂ of a row (d,), one for each output."""
        with mp.workdps(DIGITS):
            return self._scores(self._coordinates([mp.mpf(float(v)) for v in row]), self.theta)

    def loss(self, z: Sequence[Number], y: float) -> Number:
        """ℓ at scores z."""
        with mp.workdps(DIGITS):
            if self.classes == 0:
                return (z[0] - mp.mpf(float(y))) ** 2 / 2
            if self.classes == 2:
                return mp.log1p(mp.exp(-z[0] if y == 1 else z[0]))
            return mp.log(mp.fsum(mp.exp(v - z[int(y)]) for v in z))

    def _coordinates(self, row: list[Number]) -> list[Number]:
        if self.basis is None:
            return row
        return [mp.fdot(row, other) for other in self.basis]

    def _scores(self, x: list[Number], theta: list[list[Number]]) -> list[Number]:
        return [mp.fdot(x, column[:-1]) + column[-1] for column in theta]

    def _derivatives(self, z: list[Number], y: float) -> tuple[list[Number], list[list[Number]]]:
        if self.classes == 0:
            return [z[0] - mp.mpf(y)], [[mp.mpf(1)]]
        if self.classes == 2:
            p, q = 1 / (1 + mp.exp(-z[0])), 1 / (1 + mp.exp(z[0]))
            return [p if y == 0 else -q], [[p * q]]
        top = max(z)
        e = [mp.exp(v - top) for v in z]
        p = [v / mp.fsum(e) for v in e]
        r = [p[k] - (k == int(y)) for k in range(self.outputs)]
        return r, [[(p[k] if k == m else 0) - p[k] * p[m] for m in range(self.outputs)] for k in range(self.outputs)]

    def _fit(self, lam: Number, start: Array, X: Array, kept: Sequence[int]) -> list[list[Number]]:
        K, p = self.outputs, len(self.features[0]) + 1
        theta = [[mp.mpf(float(v)) for v in start[:, k]] for k in range(K)] if not self.dual else None
        if theta is None:
            z = X[list(kept)] @ start[:-1] + start[-1]
            r = [self._derivatives([mp.mpf(float(v)) for v in row], t)[0] for row, t in zip(z, self.y, strict=True)]
            theta = [
                [-s * v[k] / lam for s, v in zip(self.s, r, strict=True)] + [mp.mpf(float(start[-1, k]))]
                for k in range(K)
            ]
        for _ in range(200):
            g, H = self._system(lam, theta, p)
            step = mp.lu_solve(H, g)
            moved = [[step[k * p + j] for j in range(p)] for k in range(K)]
            most = max(abs(v) for x in self.features for v in self._scores(x, moved))
            t = mp.mpf(1) if self.classes == 0 or most < 1 else 1 / most
            theta = [[v - t * m for v, m in zip(*pair, strict=True)] for pair in zip(theta, moved, strict=True)]
            if most < LAST:
                return theta
        raise AssertionError("the reference in extended precision did not converge")

    def _system(self, lam: Number, theta: list[list[Number]], p: int) -> tuple[mp.matrix, mp.matrix]:
        """Equations and their derivatives: the gradient and the Hessian, or λα + s r = 0 and Σα = 0 row by row."""
        K = self.outputs
        g, H = mp.matrix(K * p, 1), mp.matrix(K * p, K * p)
        for i, x in enumerate(self.features):
            r, A = self._derivatives(self._scores(x, theta), self.y[i])
            wide, s = [*x, mp.mpf(1)], self.s[i]
            for k in range(K):
                if self.dual:
                    g[k * p + i] = lam * theta[k][i] + s * r[k]
                    H[k * p + i, k * p + i] += lam
                    for m in range(K):
                        for j in range(p):
                            H[k * p + i, m * p + j] += s * A[k][m] * wide[j]
                    continue
                for a in range(p):
                    g[k * p + a] += s * r[k] * wide[a]
                    for m in range(K):
                        factor = s * A[k][m] * wide[a]
                        for b in range(p):
                            H[k * p + a, m * p + b] += factor * wide[b]
        for k in range(K):
            last = k * p + p - 1
            if self.dual:
                g[last] = mp.fsum(theta[k][:-1])
                for j in range(p - 1):
                    H[last, k * p + j] = mp.mpf(1)
            else:
                for a in range(p - 1):
                    g[k * p + a] += lam * theta[k][a]
                    H[k * p + a, k * p + a] += lam
        if K > 1:  # a constant added to all intercepts changes nothing: they add up to 0
            last = K * p - 1
            g[last] = mp.fsum(column[-1] for column in theta)
            for j in range(K * p):
                H[last, j] = mp.mpf(1) if j % p == p - 1 else mp.mpf(0)
        return g, H
