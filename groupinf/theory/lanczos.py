"""The largest eigenvalues of H(w) relative to H by Lanczos's method, for many groups side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from groupinf.numerics.conjugate_gradient import column_dots
from groupinf.numerics.losses.loss import Array

# steps at most: on text, images and tables of numbers the largest eigenvalue is found in 10 to 25
STEPS = 40
# the error of the largest eigenvalue, as a share of it, at which steps end
TOLERANCE = 1e-4
# a direction that is smaller than this share of the largest eigenvalue found is rounding: nothing is left to find
EXHAUSTED = 1e-12


@dataclass(frozen=True)
class Ritz:
    """Ritz values (k, B), the largest first, and estimates of their errors, from which each is one eigenvalue away."""

    values: Array
    error: Array


def largest_eigenvalues(product: Callable[[Array], Array], solve: Callable[[Array], Array], start: Array) -> Ritz:
    """Eigenvalues of H⁻¹H(w), which is symmetric in the inner product of H: ``product`` is H(w)V and ``solve`` H⁻¹V,
    each column V_b (P, B) with its own w; ``start`` (P, B) is H times the first direction.

    Lanczos with full reorthogonalisation; |β_k s_k|, with s the last entry of an eigenvector of the tridiagonal
    matrix, bounds how far the nearest eigenvalue is from a Ritz value (Parlett 1998, section 13.2).
    """
    z, q = start, solve(start)
    Q, Z, alphas, betas = [], [], [], [_norms(q, z)]
    for _ in range(STEPS):
        scale = np.where(betas[-1] > 0.0, betas[-1], 1.0)
        q, z = q / scale, z / scale
        Q.append(q)
        Z.append(z)
        image = product(q)
        alphas.append(column_dots(q, image))
        q, z = _orthogonal(solve(image), image, Q, Z)
        largest = np.max(np.abs(alphas), axis=0)
        beta = _norms(q, z)
        betas.append(np.where(beta > EXHAUSTED * largest, beta, 0.0))
        found = _ritz(alphas, betas)
        if np.all(found.error[0] <= TOLERANCE * found.values[0]):
            break
    return found


def _norms(q: Array, z: Array) -> Array:
    """√(qᵀHq) with z = Hq: (B,)."""
    return np.sqrt(np.maximum(column_dots(q, z), 0.0))


def _orthogonal(q: Array, z: Array, Q: list[Array], Z: list[Array]) -> tuple[Array, Array]:
    """q and z = Hq less their parts along the directions Q, whose products with H are Z; twice, as once leaves some."""
    for _ in range(2):
        for known, image in zip(Q, Z, strict=True):
            share = column_dots(image, q)
            q, z = q - share * known, z - share * image
    return q, z


def _ritz(alphas: list[Array], betas: list[Array]) -> Ritz:
    k, groups = len(alphas), alphas[0].size
    T = np.zeros((groups, k, k))
    inner = np.arange(k)
    T[:, inner, inner] = np.array(alphas).T
    if k > 1:
        T[:, inner[1:], inner[:-1]] = T[:, inner[:-1], inner[1:]] = np.array(betas[1:-1]).T
    values, vectors = np.linalg.eigh(T)
    error = betas[-1][:, None] * np.abs(vectors[:, -1, :])
    return Ritz(np.ascontiguousarray(values[:, ::-1].T), np.ascontiguousarray(error[:, ::-1].T))
