"""The rows of the test set that effects are measured on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groupinf.numerics.objective import Objective


@dataclass(frozen=True)
class TestRows:
    """T test points: ``rows`` holds their rows of the test set, ``labels`` (T,) what tables call them.

    ``sums`` is the slice of the rows that each test point is the sum over, empty where each row is a test point.
    ``counts`` (rows, R) says how often each row is in each of R resamples of the rows of its sum; None where no
    resamples are asked for.
    """

    __test__ = False  # not a pytest class

    rows: Objective
    labels: tuple[int, ...]
    sums: tuple[slice, ...] = ()
    counts: NDArray[np.uint8] | None = None
