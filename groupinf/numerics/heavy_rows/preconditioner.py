"""P⁻¹ of each group of a block, with the curvatures of its heavy rows as they are where it stands (Woodbury):

P⁻¹u = u − X_TᵀR K⁻¹R X_T u in the scaled parameters, K = I + R X_T X_TᵀR (k, k) and R = D_T^½.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

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
    if rows.compiled:
        from groupinf.numerics.heavy_rows.compiled.solve import small_systems  # imports numba

        return Preconditioner(rows, small_systems(rows.gram, np.sqrt(curvature)))
    root = np.sqrt(np.ascontiguousarray(curvature.T))
    middle = root[:, :, None] * rows.gram * root[:, None, :]
    diagonal = np.arange(rows.gram.shape[0])
    middle[:, diagonal, diagonal] += 1.0
    for system in middle:
        _invert(system)
    lower = np.tril(np.ones(rows.gram.shape, dtype=bool), -1)
    middle = np.where(lower, middle.transpose(0, 2, 1), middle)
    return Preconditioner(rows, root[:, :, None] * middle * root[:, None, :])


def _invert(system: Single) -> None:
    """The upper half of the inverse, in place: three times as fast as what copies; 0 where rounding has made it
    indefinite, which leaves the diagonal alone to precondition.
    """
    _, failed = lapack.spotrf(system.T, lower=1, overwrite_a=1, clean=0)
    if not failed:
        _, failed = lapack.spotri(system.T, lower=1, overwrite_c=1)
    if failed:
        system[:] = 0.0
