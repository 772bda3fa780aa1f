"""(H − H(δ))⁻¹ by iteration beside H, in single precision where that serves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groupinf.numerics.conjugate_gradient import Columns, conjugate_gradient
from groupinf.numerics.factor import DenseFactor
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.mixed_precision.inverse import Single
from groupinf.numerics.mixed_precision.solve import refined_solution
from groupinf.numerics.products import times
from groupinf.numerics.reduced import MAX_ITERATIONS, Unbounded


@dataclass(frozen=True)
class Iterative(Unbounded):
    """Conjugate gradients preconditioned by H, beside which only the changed rows need products.

    With H⁻¹ in single precision as ``inverse`` they run in it, and are refined in double.
    """

    inverse: Array | Single | None = None

    @property
    def summed(self) -> Array | None:
        """H (P, P) where H⁻¹ serves in single precision, else None. Rounding it to 24 bits has then moved solutions
        by a hundredth at most, and the rounding to 53 bits that H has gone through is taken to move them by 10⁻¹⁰.
        """
        whole = self.changed.fitted.factor
        single = self.inverse is not None and self.inverse.dtype == np.float32
        return whole.H if single and isinstance(whole, DenseFactor) else None

    def products(self, V: Array, columns: Columns) -> Array:
        """(H − H(δ))V (P, b) where H is ``summed``."""
        assert self.summed is not None
        return times(self.summed, V) - self.changed.removed_hessian_products(V, columns)

    def solve(self, V: Array, columns: Columns, tolerance: float) -> Array:
        """As many products as ``tolerance`` takes; raises ConvergenceError where they do not suffice."""
        if self.summed is None:
            return self._in_double(V, columns, tolerance)
        solution, right = refined_solution(
            lambda U: self.products(U, columns),
            lambda U, local: self.changed.removed_hessian_products(U, columns[local]),
            self.inverse,  # type: ignore[arg-type]
            V,
            tolerance,
            MAX_ITERATIONS,
        )
        if not right.all():
            solution[:, ~right] = self._in_double(V[:, ~right], columns[~right], tolerance)
        return solution

    def _in_double(self, V: Array, columns: Columns, tolerance: float) -> Array:
        return self._solution(
            conjugate_gradient(
                lambda U, local: -self.changed.removed_hessian_products(U, columns[local]),
                lambda U, _: self.changed.fitted.factor.solve(U),
                V,
                tolerance,
                MAX_ITERATIONS,
                beside_preconditioner=True,
            ),
            V,
            columns,
        )
