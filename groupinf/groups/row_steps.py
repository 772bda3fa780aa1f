"""What steps of parameters are made of, row by row: enough for the steps of any group, and products between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class RowSteps:
    """Of n rows with K' scores each, score k of row i at i·K' + k.

    ``residuals`` (n, K') is what the change of a row takes out of the gradient, ``curvature`` (n, K', K') out of the
    Hessian, both as factors of x_i; ``kernel`` XH⁻¹Xᵀ and ``gram`` XH⁻²Xᵀ (n·K', n·K').
    """

    residuals: NDArray[np.float64]
    curvature: NDArray[np.float64]
    kernel: NDArray[np.float64]
    gram: NDArray[np.float64]
