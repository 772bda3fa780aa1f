"""P⁻¹ of each group of a block, with the curvatures of its heavy rows as they are where it stands (Woodbury):

P⁻¹u = u − X_TᵀR K⁻¹R X_T u in the scaled parameters, K = I + R X_T X_TᵀR (k, k) and R = D_T^½.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from groupinf.numerics.heavy_rows.rows import HeavyRows, Single


@dataclass(frozen=True)
class Preconditioner:
    """RK⁻¹R (B, k, k) of each group."""

    rows: HeavyRows
    middle: Single

    def apply(self, U: Single) -> Single:
        """P⁻¹U, scaled parameters (p, B), column by column."""
        inner = np.matmul(self.middle, np.asarray(self.rows.heavy @ U).T[:, :, None])[:, :, 0]
        back: Single = np.asarray(self.rows.heavy_transposed @ np.ascontiguousarray(inner.T))
        np.subtract(U, back, out=back)
        return back

    def of(self, columns: NDArray[np.bool_] | NDArray[np.int64]) -> Preconditioner:
        """Those of some groups."""
        return replace(self, middle=self.middle[columns])


def preconditioner(rows: HeavyRows, curvature: Single) -> Preconditioner:
    """That of groups with curvatures s_i a_i (k, B) of the heavy rows."""
    return Preconditioner(rows, rows.kernels.small_systems(rows.gram, np.sqrt(curvature)))
