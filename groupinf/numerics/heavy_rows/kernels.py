"""What takes most of the time of heavy rows, and what computes it: NumPy and SciPy, or what numba compiles."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol, cast

from groupinf.errors import RunError
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.products import Design

if TYPE_CHECKING:
    from groupinf.numerics.heavy_rows.inner import Curved, Found
    from groupinf.numerics.heavy_rows.rows import HeavyRows, Single

# what the extra groupinf[fast] installs
COMPILER = "numba"


@dataclass(frozen=True)
class Step:
    """v (p, B) of B groups, and with Λ the penalty: vᵀΛθ, vᵀΛv and vᵀ∇L, (B,) each."""

    v: Array
    penalised: Array
    of_itself: Array
    along_gradient: Array


class Kernels(Protocol):
    """Two modules have these functions: ``plain`` and ``compiled.kernels``. Both agree but for rounding."""

    def solve(self, hessian: Curved, V: Single, tolerance: Array, most: int) -> Found:
        """As ``inner.solve`` has it, in ``most`` iterations at most."""

    def small_systems(self, gram: Single, roots: Single) -> Single:
        """RK⁻¹R (B, k, k), K = I + RGR, of groups with ``roots`` R (k, B)."""

    def step(
        self, rows: HeavyRows, solution: Single, length: Array, penalty: Array, theta: Array, gradient: Array
    ) -> Step:
        """That of a ``solution`` (p, B) for gradients of ``length`` (B,), from θ (p, B)."""

    def times(self, X: Design, T: Array) -> Array:
        """X @ T in double precision: (n, p) and (p, b) -> (n, b)."""

    def transposed_times(self, X: Design, R: Array) -> Array:
        """Xᵀ @ R in double precision: (n, p) and (n, b) -> (p, b)."""


def compiler_is_installed() -> bool:
    """Whether there is a numba; nothing is imported."""
    return find_spec(COMPILER) is not None


def kernels(compiled: bool) -> Kernels:
    """The kernels in NumPy and SciPy, or the ``compiled`` ones, which numba makes or has kept.

    Raises RunError where numba does not go with what else is installed.
    """
    if not compiled:
        return cast(Kernels, import_module("groupinf.numerics.heavy_rows.plain"))
    try:
        return cast(Kernels, import_module("groupinf.numerics.heavy_rows.compiled.kernels"))
    except ImportError as error:
        raise RunError(
            f"{COMPILER} is installed and cannot be used: {error}; install a version of it that goes with the others, "
            "as pip install 'groupinf[fast]' does, or uninstall it"
        ) from error
