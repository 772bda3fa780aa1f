"""What takes most of the time of heavy rows, in NumPy and SciPy: the kernels of every place that has them alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from groupinf.numerics.conjugate_gradient import column_dots
from groupinf.numerics.heavy_rows.inner import Curved, Found
from groupinf.numerics.heavy_rows.kernels import Step
from groupinf.numerics.heavy_rows.rows import HeavyRows, Single
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.products import times, transposed_times

# finished columns are taken out when they are this share
LEAVING = 0.25

__all__ = ["small_systems", "solve", "step", "times", "transposed_times"]


def solve(hessian: Curved, V: Single, tolerance: Array, most: int) -> Found:
    """As ``inner.solve`` has it, in ``most`` iterations at most."""
    out = Found(np.zeros_like(V), np.zeros(V.shape[1], dtype=np.int64), np.zeros(V.shape[1], dtype=bool))
    at = _begin(hessian, V, tolerance)
    out.reached[:] = at.finished
    for iteration in range(1, most + 1):
        if at.finished.all():
            break
        if at.finished.sum() >= LEAVING * at.columns.size:
            hessian = hessian.of(~at.finished)
            at.keep(~at.finished)
        forward, new = at.advance(hessian)
        done = ~(new > at.tolerance**2 * at.first)
        leaving = (done | ~forward | (iteration == most)) & ~at.finished
        if leaving.any():
            numbers = at.columns[leaving]
            out.solution[:, numbers], out.iterations[numbers] = at.x[:, leaving], iteration
            out.reached[numbers] = (done & forward)[leaving]
            at.finished |= leaving
    return out


@dataclass
class _Active:
    columns: NDArray[np.int64]
    finished: NDArray[np.bool_]
    tolerance: Single
    first: Single
    x: Single
    r: Single
    p: Single
    rz: Single
    spare: Single

    def advance(self, hessian: Curved) -> tuple[NDArray[np.bool_], Single]:
        """Along p to the minimum, and the next p: where the curvature was positive (b,), and ρᵀP⁻¹ρ there (b,)."""
        product = hessian.product(self.p, self.spare)
        curvature = _dots(self.p, product)
        forward = curvature > 0.0
        alpha = np.divide(self.rz, curvature, out=np.zeros_like(curvature), where=forward)
        self.x += np.multiply(alpha, self.p, out=self.spare)
        product *= alpha
        self.r -= product
        z = hessian.preconditioner.apply(self.r)
        new = _dots(self.r, z)
        self.p *= np.divide(new, self.rz, out=np.zeros_like(new), where=self.rz > 0.0)
        self.p += z
        self.rz = new
        return forward, new

    def keep(self, stay: NDArray[np.bool_]) -> None:
        self.columns, self.finished, self.tolerance = self.columns[stay], self.finished[stay], self.tolerance[stay]
        self.first, self.rz = self.first[stay], self.rz[stay]
        self.x, self.r, self.p = self.x[:, stay], self.r[:, stay], self.p[:, stay]
        self.spare = np.empty_like(self.x)


def _begin(hessian: Curved, V: Single, tolerance: Array) -> _Active:
    z = hessian.preconditioner.apply(V)
    rz = _dots(V, z)
    return _Active(
        columns=np.arange(V.shape[1]),
        finished=~(rz > 0.0),
        tolerance=tolerance.astype(np.float32),
        first=rz,
        x=np.zeros_like(V),
        r=V.copy(),
        p=z,
        rz=rz,
        spare=np.empty_like(V),
    )


def _dots(a: Single, b: Single) -> Single:
    product: Single = np.einsum("ij,ij->j", a, b)
    return product


def small_systems(gram: Single, roots: Single) -> Single:
    """RK⁻¹R (B, k, k), K = I + RGR, of groups with ``roots`` R (k, B)."""
    root = np.ascontiguousarray(roots.T)
    middle = root[:, :, None] * gram * root[:, None, :]
    diagonal = np.arange(gram.shape[0])
    middle[:, diagonal, diagonal] += 1.0
    for system in middle:
        _invert(system)
    lower = np.tril(np.ones(gram.shape, dtype=bool), -1)
    middle = np.where(lower, middle.transpose(0, 2, 1), middle)
    return np.asarray(root[:, :, None] * middle * root[:, None, :])


def _invert(system: Single) -> None:
    """The upper half of the inverse, in place: three times as fast as what copies; 0 where rounding has made it
    indefinite, which leaves the diagonal alone to precondition.
    """
    _, failed = lapack.spotrf(system.T, lower=1, overwrite_a=1, clean=0)
    if not failed:
        _, failed = lapack.spotri(system.T, lower=1, overwrite_c=1)
    if failed:
        system[:] = 0.0


def step(rows: HeavyRows, solution: Single, length: Array, penalty: Array, theta: Array, gradient: Array) -> Step:
    """That of a ``solution`` (p, B) for gradients of ``length`` (B,), from θ (p, B)."""
    v = solution * length
    v *= rows.scale[:, None]
    penalised = penalty[:, None] * v
    return Step(v, column_dots(penalised, theta), column_dots(penalised, v), column_dots(gradient, v))
