"""Factor a Hessian once, solve with it many times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg
from scipy.linalg import lapack

from groupinf.errors import ConvergenceError
from groupinf.numerics.losses import Array
from groupinf.numerics.objective import Objective


@dataclass(frozen=True)
class Cholesky:
    """H = L Lᵀ as LAPACK's potrf leaves it (Fortran order, lower triangle; the upper is not read)."""

    lower: Array

    def solve(self, V: Array) -> Array:
        """H⁻¹V: (P,) or (P, B)."""
        solution, info = lapack.dpotrs(self.lower, V, lower=1)
        if info != 0:
            raise ConvergenceError(f"triangular solve failed (LAPACK potrs info {info})")
        return np.asarray(solution, dtype=np.float64).reshape(V.shape)


def cholesky(H: Array) -> Cholesky:
    """Factor a symmetric positive definite H, which may be overwritten.

    Raises ConvergenceError where H is not positive definite to working precision.
    """
    try:
        lower = linalg.cholesky(H.T, lower=True, overwrite_a=True, check_finite=False)
    except linalg.LinAlgError as error:
        raise ConvergenceError(f"the Hessian is not positive definite to working precision ({error})") from None
    return Cholesky(np.asfortranarray(lower))


def without_flat_direction(objective: Objective, H: Array) -> Array:
    """H + c u uᵀ, in place, with u the direction that adds a constant to all softmax intercepts.

    H u = 0 and every gradient is orthogonal to u, so solutions are those of the pseudo-inverse: the
    intercepts keep their sum. c is the mean curvature of the intercepts, which leaves the condition as it is.
    """
    K = objective.loss.outputs
    if K > 1:
        intercepts = H[-K:, -K:]
        intercepts += np.trace(intercepts) / K / K
    return H
