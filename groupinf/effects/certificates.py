"""How exactly the groups of a block were retrained."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groupinf.numerics.losses.loss import Array


@dataclass(frozen=True)
class Certificates:
    """Of B groups: (B,) each.

    ``at_rounding`` says that retraining ended where rounding does, short of its tolerance. ``duality_gap`` is None
    where the loss is smooth: there the gradient tells.
    """

    passes: NDArray[np.int64]
    gradient_norm: Array
    decrement: Array
    score_bound: Array
    refreshed: NDArray[np.bool_]
    at_rounding: NDArray[np.bool_]
    duality_gap: Array | None = None


def no_certificates(by_duality: bool) -> Certificates:
    """Those of no group at all."""
    none, never = np.empty(0), np.empty(0, dtype=bool)
    passes, gap = np.empty(0, dtype=np.int64), none if by_duality else None
    return Certificates(passes, none, none, none, never, never, gap)
