"""How groups are cut into blocks that are retrained side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from groupinf.numerics.engine import Engine
from groupinf.numerics.objective import Objective

# groups in a block by default: enough columns for X @ Θ to be bound by arithmetic and not by reading X, also when most
# have converged
WIDEST = 48
# factors of a block, one P × P matrix per group
FACTOR_BYTES = 256 * 2**20


def block_width(objective: Objective, engine: Engine, widest: int | None) -> int:
    """Groups in a block, at most ``widest``, or WIDEST where it is None; fewer where each has a factor of its own.

    A function of the problem's shape and of what is asked for alone, never of the number of jobs.
    """
    width = WIDEST if widest is None else widest
    return min(width, max(1, FACTOR_BYTES // (8 * objective.size**2))) if engine.factors_each_group else width


def blocks_of(groups: Sequence[int] | NDArray[np.int64], width: int) -> tuple[tuple[int, ...], ...]:
    """Consecutive slices of at most ``width`` group numbers.

    >>> blocks_of([0, 1, 3, 4, 5], 2)
    ((0, 1), (3, 4), (5,))
    """
    numbers = [int(g) for g in groups]
    return tuple(tuple(numbers[i : i + width]) for i in range(0, len(numbers), width))
