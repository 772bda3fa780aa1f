"""Newton's method for many groups of one output: steps in double precision, solved for in single precision."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from groupinf.numerics.change import Changed
from groupinf.numerics.conjugate_gradient import column_dots
from groupinf.numerics.heavy_rows.inner import Picked, curved, picked, solve
from groupinf.numerics.heavy_rows.line_search import Line, search
from groupinf.numerics.heavy_rows.preconditioner import Preconditioner, preconditioner
from groupinf.numerics.heavy_rows.refined import norm_of, unit_columns
from groupinf.numerics.heavy_rows.rows import HeavyRows, Single
from groupinf.numerics.heavy_rows.weighted import Weighted, weighted
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.minimise import Minimised

# a step solves to √(norm/first norm), at most this (Nocedal & Wright 2006, eq. 7.3), and not to less than this share of
# the tolerance
LARGEST_FORCING, ENOUGH = 0.25, 0.5
# steps of a group at most: on Enron none took more than 13
MAX_STEPS = 60


@dataclass
class _Active:
    """The groups still at work, with their numbers ``columns``: θ (p, B), scores and residuals (n, B), the norm that
    was first (B,), tolerance, and passes.
    """

    columns: NDArray[np.int64]
    rows: Weighted
    theta: Array
    z: Array
    r: Array
    first: Array
    tolerance: Array
    passes: NDArray[np.int64]
    picked: Picked | None = None

    def keep(self, stay: NDArray[np.bool_]) -> None:
        self.columns, self.rows, self.theta = self.columns[stay], self.rows.of(stay), self.theta[:, stay]
        self.z, self.r, self.first = self.z[:, stay], self.r[:, stay], self.first[stay]
        self.tolerance, self.passes = self.tolerance[stay], self.passes[stay]


@dataclass(frozen=True)
class _Here:
    """Where groups stand: ∇L (p, B), and it scaled to length 1 in single precision with its ``length`` (B,); s_i a_i
    (n, B); P there, and √(gᵀP⁻¹g) (B,).
    """

    gradient: Array
    unit: Single
    length: Array
    curvature: Single
    preconditioner: Preconditioner
    norm: Array

    def of(self, stay: NDArray[np.bool_]) -> _Here:
        return _Here(
            self.gradient[:, stay],
            self.unit[:, stay],
            self.length[stay],
            self.curvature[:, stay],
            self.preconditioner.of(stay),
            self.norm[stay],
        )


def minimise(changed: Changed, rows: HeavyRows, start: Array, tolerance: Array) -> Minimised:
    """Minimise the objectives of a block of groups from ``start`` (P, B) until √(gᵀP⁻¹g) ≤ ``tolerance`` (B,).

    A group whose step does not lead downhill, or that takes too many, is returned with converged False.
    """
    out = Minimised.unfinished(start)
    at = _begin(changed, rows, start, tolerance)
    stuck = np.zeros(start.shape[1], dtype=bool)
    for step in range(MAX_STEPS + 1):
        here = _here(changed, rows, at)
        at.first = here.norm if step == 0 else at.first
        done = here.norm <= at.tolerance
        finished = done | stuck | (step == MAX_STEPS)
        if finished.any():
            leaving = at.columns[finished]
            out.theta[:, leaving] = at.theta[:, finished]
            out.decrement[leaving], out.passes[leaving] = here.norm[finished], at.passes[finished]
            out.converged[leaving] = done[finished]
            at.keep(~finished)
            here = here.of(~finished)
        if at.columns.size == 0:
            break
        stuck = _advance(changed, rows, at, here)
    return replace(out, gradient=changed.gradients(out.theta), passes=out.passes + 1)


def _begin(changed: Changed, rows: HeavyRows, start: Array, tolerance: Array) -> _Active:
    count, counted = start.shape[1], weighted(changed)
    z = rows.kernels.times(changed.objective.X, start)
    return _Active(
        columns=np.arange(count),
        rows=counted,
        theta=start.copy(),
        z=z,
        r=counted.residuals(z),
        first=np.ones(count),
        tolerance=tolerance,
        passes=np.zeros(count, dtype=np.int64),
    )


def _here(changed: Changed, rows: HeavyRows, at: _Active) -> _Here:
    objective, pull = changed.objective, changed.terms.pull
    gradient = rows.kernels.transposed_times(objective.X, at.r)
    gradient += objective.penalty()[:, None] * at.theta
    if pull is not None:
        gradient += pull[:, at.columns]
    at.passes += 1
    curvature = at.rows.curvatures(at.z)
    unit, length = unit_columns(rows, gradient)
    P = preconditioner(rows, curvature[rows.numbers])
    norm = norm_of(P, unit, length)
    return _Here(gradient, unit, length, curvature, P, norm)


def _advance(changed: Changed, rows: HeavyRows, at: _Active, here: _Here) -> NDArray[np.bool_]:
    """One step of each group; True where it led nowhere."""
    at.picked = picked(rows, here.curvature, at.picked)
    forcing = np.minimum(LARGEST_FORCING, np.sqrt(here.norm / at.first))
    forcing = np.maximum(forcing, ENOUGH * at.tolerance / here.norm)
    found = solve(curved(rows, at.picked, here.curvature, here.preconditioner), here.unit, forcing)
    at.passes += found.iterations
    objective, pull = changed.objective, changed.terms.pull
    step = rows.kernels.step(rows, found.solution, here.length, objective.penalty(), at.theta, here.gradient)
    constant = -step.penalised
    if pull is not None:
        constant -= column_dots(pull[:, at.columns], step.v)
    line = Line(at.rows, at.z, rows.kernels.times(objective.X, step.v), constant, step.of_itself)
    taken = search(line, -step.along_gradient)
    moved = taken.t * step.v
    at.theta = np.subtract(at.theta, moved, out=moved)
    at.z, at.r = taken.z, taken.r
    return ~taken.enough
