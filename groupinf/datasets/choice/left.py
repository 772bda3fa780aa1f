"""What a choice of rows has left, and what was learnt from the training rows that it left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class RowsLeft:
    """Training, test and pool rows after a ``step``, which has the name of its key; before any it is empty."""

    step: str
    n: int
    n_test: int
    n_pool: int = 0


@dataclass(frozen=True)
class FeatureScale:
    """x of standardised features is (feature − ``mean``)/``sd``, (d,) each; a mean of 0 where none is taken out."""

    mean: NDArray[np.float64]
    sd: NDArray[np.float64]


@dataclass(frozen=True)
class TargetScale:
    """y of a standardised target is (target − ``mean``)/``sd``, both of the training rows, which count alike."""

    mean: float
    sd: float
