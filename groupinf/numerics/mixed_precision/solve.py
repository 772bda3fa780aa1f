"""(H − H(δ))⁻¹V to double precision by solves in single precision: iterative refinement."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from groupinf.numerics.conjugate_gradient import ColumnMap, conjugate_gradient
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.mixed_precision.inverse import Single, in_single
from groupinf.numerics.products import times

# relative residual to which single precision is trusted to solve at a time
REACHED = 3e-5
# of what a later round is to leave, what it aims at: what the first has left is known by its recurrence alone
SAFETY = 0.3
# no round is taken to leave less than this share
LEAST = 1e-7
# rounds at most: two reach 1e-9
MAX_ROUNDS = 4
# a residual that a round leaves at more than this share, in the 2-norm, shows that single precision does not do
MOST_LEFT = 0.05


def refined_solution(
    product: Callable[[Array], Array],
    removed: ColumnMap,
    inverse: Single,
    V: Array,
    tolerance: float,
    max_iterations: int,
) -> tuple[Array, NDArray[np.bool_]]:
    """x (P, B) with (H − H(δ))x = V to about ``tolerance``, relative in H⁻¹; and of which columns that is so: (B,).

    ``product`` is that with H − H(δ) in double precision, ``removed`` that with H(δ) in the precision of what it is
    given. A round solves for what is left by conjugate gradients in single precision, preconditioned by ``inverse``,
    and computes in double what is left then (Wilkinson's iterative refinement; Higham 2002, chapter 12).
    """
    x, left, before = np.zeros_like(V), V, np.linalg.norm(V, axis=0)
    remaining, right = np.ones(V.shape[1]), np.ones(V.shape[1], dtype=bool)
    for number in range(MAX_ROUNDS):
        columns, scale = in_single(left)
        wanted = np.maximum((SAFETY if number else 1.0) * tolerance / remaining, REACHED)
        end = conjugate_gradient(
            lambda U, of: -removed(U, of),
            lambda U, _: times(inverse, U),  # type: ignore[arg-type]
            columns,  # type: ignore[arg-type]
            wanted,
            max_iterations,
            beside_preconditioner=True,
        )
        x += end.solution * scale
        remaining = remaining * np.clip(end.relative_residual, LEAST, 1.0)
        right &= end.converged
        if (number or tolerance >= REACHED) and np.all(remaining[right] <= tolerance):
            break
        left = V - product(x)
        after = np.linalg.norm(left, axis=0)
        right &= ~(after > MOST_LEFT * before)
        before = after
    return x, right & (remaining <= tolerance)
