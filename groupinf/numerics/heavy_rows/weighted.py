"""What scores say of groups of one output: residuals and curvatures, as often as rows count in each of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groupinf.numerics.change import Changed
from groupinf.numerics.heavy_rows.rows import Single
from groupinf.numerics.losses.loss import Array, Loss
from groupinf.numerics.objective import Rows


@dataclass(frozen=True)
class Weighted:
    """A loss of one output with how often rows count, times their weight (n, B), and labels (n,) or (n, 1, B)."""

    loss: Loss
    weight: Array
    y: Array

    def residuals(self, z: Array) -> Array:
        """s_i r_i at scores z: (n, B) -> (n, B)."""
        r = self.loss.residuals(z[:, None, :].copy(), self.y)[:, 0]
        r *= self.weight
        return r

    def curvatures(self, z: Array) -> Single:
        """s_i a_i at scores z, in single precision: (n, B) -> (n, B)."""
        single: Any = z.astype(np.float32)[:, None, :]
        state = self.loss.curvature_state(single, self.y)[:, 0]
        return np.multiply(state, self.weight, dtype=np.float32)

    def at(self, rows: Rows) -> Weighted:
        """Of some rows."""
        return replace(self, weight=self.weight[rows], y=self.y[rows])

    def of(self, columns: NDArray[np.bool_] | NDArray[np.int64]) -> Weighted:
        """Of some groups."""
        y = self.y if self.y.ndim == 1 else self.y[..., columns]
        return replace(self, weight=self.weight[:, columns], y=y)


def weighted(changed: Changed) -> Weighted:
    """Of the groups of a block."""
    objective, terms = changed.objective, changed.terms
    y = objective.y if terms.labels is None else terms.labels
    return Weighted(objective.loss, objective.sample_weight[:, None] * terms.counts, y)
