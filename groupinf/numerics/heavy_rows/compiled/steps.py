"""What a step of Newton's method comes to, read once."""

from __future__ import annotations

import numpy as np
from numba.core.types import float32, float64
from numpy.typing import NDArray

from groupinf.numerics.heavy_rows.compiled.function import called_with, whole, written
from groupinf.numerics.losses.loss import Array


@called_with(
    whole(float32, 2),
    whole(float64, 1),
    whole(float64, 1),
    whole(float64, 1),
    whole(float64, 2),
    whole(float64, 2),
    written(float64, 2),
    written(float64, 2),
)
def step_sums(
    solution: NDArray[np.float32],
    length: Array,
    scale: Array,
    penalty: Array,
    theta: Array,
    gradient: Array,
    v: Array,
    sums: Array,
) -> None:
    """v = d^{−½} times the ``solution`` (p, B) times the ``length`` (B,); added to ``sums`` (3, B) vᵀΛθ, vᵀΛv, vᵀ∇L."""
    for j in range(v.shape[0]):
        scaled, weight = scale[j], penalty[j]
        for b in range(v.shape[1]):
            moved = solution[j, b] * length[b] * scaled
            v[j, b] = moved
            sums[0, b] += weight * moved * theta[j, b]
            sums[1, b] += weight * moved * moved
            sums[2, b] += gradient[j, b] * moved
