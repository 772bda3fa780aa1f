"""H⁻¹ in single precision, a preconditioner that costs half as much as one in double."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import blas

from groupinf.numerics.conjugate_gradient import column_dots
from groupinf.numerics.factor import DenseFactor
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.products import times

Single = NDArray[np.float32]

# parameters from which products with half the bytes are worth the conversions
FEWEST = 512
# how far, in the norm of H, an inverse in single precision may be from H⁻¹. Measured: 1e-4 on a tenth of MNIST, 3e-5
# on digits, 4e-4 on unscaled features whose H has the condition 10⁷
MOST_OFF = 0.01
# numbers below this share of the largest of their column count as 0
TINY = 1e-18
# random vectors that tell it
PROBES = 8


def shared_inverse(factor: DenseFactor) -> Array | Single:
    """H⁻¹ (P, P) in single precision, or in double where P is small or rounding leaves too little of it.

    With H = LLᵀ the largest eigenvalue of Lᵀ(M⁻¹ − H⁻¹)L is at most its norm of Frobenius, √P‖Lᵀ(M⁻¹ − H⁻¹)Lu‖/‖u‖ in
    the mean over random u (Hutchinson 1990): where that is below 1, M⁻¹ is positive definite.
    """
    inverse = factor.factor.inverse()
    if inverse.shape[0] < FEWEST:
        return inverse
    single = inverse.astype(np.float32)
    lower = factor.factor.lower
    u = np.random.default_rng(0).standard_normal((lower.shape[0], PROBES))
    v = blas.dtrmm(1.0, lower, u, lower=1)
    off = blas.dtrmm(1.0, lower, preconditioned(single, v) - times(inverse, v), lower=1, trans_a=1)
    frobenius = np.sqrt(lower.shape[0] * np.mean(column_dots(off, off) / column_dots(u, u)))
    return single if frobenius <= MOST_OFF else inverse


def preconditioned(inverse: Array | Single, V: Array) -> Array:
    """``inverse`` times V (P, B) in the precision of the former, each column by itself scaled to be neither too large
    nor too small for it.
    """
    if inverse.dtype == V.dtype:
        return times(inverse, V)  # type: ignore[arg-type]
    columns, scale = in_single(V)
    return times(inverse, columns) * scale  # type: ignore[arg-type]


def in_single(V: Array) -> tuple[Single, Array]:
    """V (P, B) in single precision over the largest number of each column, and these numbers (B,).

    What is below TINY of that becomes 0: processors multiply numbers near the end of the range a hundred times slower.
    """
    scale = np.abs(V).max(axis=0, initial=0.0)
    scale[~((scale > 0.0) & np.isfinite(scale))] = 1.0
    scaled = V / scale
    scaled[np.abs(scaled) < TINY] = 0.0
    return scaled.astype(np.float32), scale
