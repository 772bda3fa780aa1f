"""Categories as 0/1 features."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def one_hot(values: NDArray[np.object_] | NDArray[np.int64]) -> tuple[list[str], NDArray[np.uint8]]:
    """Return the kept categories, sorted, as text and the (rows, kept) 0/1 matrix.

    A variable of exactly two categories keeps only its second: the first is the second's complement.

    >>> one_hot(np.array(["b", "a", "b"], dtype=object))
    (['b'], array([[1],
           [0],
           [1]], dtype=uint8))
    """
    codes, categories = pd.factorize(values, sort=True)
    first = 1 if len(categories) == 2 else 0
    kept = np.arange(first, len(categories))
    return [str(c) for c in categories[first:]], (codes[:, None] == kept).astype(np.uint8)


def left_out(values: NDArray[np.object_], kept: Sequence[str]) -> str:
    """The category of one_hot that has no feature, as the first of two; empty where each of them has one.

    >>> left_out(np.array(["b", "a", "b"], dtype=object), ["b"])
    'a'
    """
    others = {str(value) for value in pd.unique(values)} - set(kept)
    return others.pop() if len(others) == 1 else ""
