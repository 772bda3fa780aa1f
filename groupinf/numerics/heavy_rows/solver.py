"""Solves, the way to θ̂(δ) and certificates of a block of groups whose Hessians are near to their few heavy rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groupinf.numerics.change import Changed
from groupinf.numerics.conjugate_gradient import ColumnMap, Columns
from groupinf.numerics.heavy_rows.inner import Curved, curved, picked
from groupinf.numerics.heavy_rows.minimise import minimise
from groupinf.numerics.heavy_rows.preconditioner import preconditioner
from groupinf.numerics.heavy_rows.refined import REFINED_BY, refined, step, unit_columns
from groupinf.numerics.heavy_rows.rows import HeavyRows
from groupinf.numerics.heavy_rows.weighted import weighted
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.minimise import Minimised
from groupinf.numerics.objective import scores
from groupinf.numerics.reduced import CERTIFICATE_TOLERANCE, OwnWay, Unbounded


@dataclass(frozen=True)
class HeavyRowsSolver(Unbounded, OwnWay):
    """Conjugate gradients in single precision, preconditioned by each group's heavy rows, and refined in double."""

    rows: HeavyRows

    def solve(self, V: Array, columns: Columns, tolerance: float) -> Array:
        """(H − H(δ))⁻¹V at θ̂, in rounds each of which takes the residual that is left in double precision."""
        changed, theta = self.changed.of(columns), self.changed.fitted.theta[:, None]
        hessian = self._hessian(changed, theta)
        if tolerance >= REFINED_BY:
            return self._solution(step(hessian, V, np.full(columns.size, tolerance)), V, columns)
        return self._solution(refined(hessian, changed.hessians(theta), V, tolerance), V, columns)

    def minimise(self, start: Array, tolerance: Array) -> Minimised:
        """From ``start`` (P, B) to √(gᵀP⁻¹g) ≤ ``tolerance`` (B,), gradients taken anew where it ends."""
        return minimise(self.changed, self.rows, start, tolerance)

    def certificate(self, theta: Array, gradient: Array) -> Array:
        """H_θ⁻¹ times the ``gradient`` (P, B), with each group's Hessian at its θ (P, B)."""
        columns = np.arange(theta.shape[1])
        end = step(self._hessian(self.changed, theta), gradient, np.full(columns.size, CERTIFICATE_TOLERANCE))
        return self._solution(end, gradient, columns)

    def of(self, columns: Columns) -> HeavyRowsSolver:
        """That of some groups."""
        return HeavyRowsSolver(self.changed.of(columns), self.rows)

    def _hessian(self, changed: Changed, theta: Array) -> Curved:
        """Those at θ (P, b), or at one θ (P, 1) for all."""
        curvature = weighted(changed).curvatures(scores(changed.objective.X, theta, 1)[:, 0])
        P = preconditioner(self.rows, curvature[self.rows.numbers])
        return curved(self.rows, picked(self.rows, curvature), curvature, P)


def at_fit(changed: Changed, rows: HeavyRows) -> ColumnMap:
    """P⁻¹ of each group of a block at θ̂, on parameters as they are: (V (P, b), columns) -> (P, b)."""
    X, theta = changed.fitted.objective.X[rows.numbers], changed.fitted.theta[:, None]
    P = preconditioner(rows, weighted(changed).at(rows.numbers).curvatures(scores(X, theta, 1)[:, 0]))

    def apply(V: Array, columns: Columns) -> Array:
        unit, length = unit_columns(rows, V)
        return np.asarray(P.of(columns).apply(unit) * length * rows.scale[:, None])

    return apply
