"""Copies of two points on each of several axes: what the datasets ``ortho`` and ``ortho_12`` are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Axis:
    """``copies_0`` of ``at_0``·e, of class 0, and ``copies_1`` of ``at_1``·e, of class 1, on the axis e."""

    at_0: float
    at_1: float
    copies_0: int
    copies_1: int


def copies_on(axes: Sequence[Axis]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """X (n, d) and codes (n,), axis after axis, class 0 first; a group of copies of one point leaves H diagonal.

    With logistic loss no axis then knows of another, and removing k copies of a point scales the influence by
    1/(1 − k a xᵀH⁻¹x), a the curvature of the point (Koh et al. 2019, Proposition 4).
    """
    import numpy as np

    values = np.concatenate([np.repeat([a.at_0, a.at_1], [a.copies_0, a.copies_1]) for a in axes])
    codes = np.concatenate([np.repeat([0, 1], [a.copies_0, a.copies_1]) for a in axes])
    along = np.repeat(np.arange(len(axes)), [a.copies_0 + a.copies_1 for a in axes])
    return values[:, None] * np.eye(len(axes))[along], codes
