"""Many convex problems minimised side by side, one pass over the data per step for all of them.

Directions come from preconditioned L-BFGS (``lbfgs``) or from truncated Newton (``newton_cg``); what a step must do
to be taken is the same for both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groupinf.numerics.conjugate_gradient import ColumnMap, Columns, column_dots, conjugate_gradient
from groupinf.numerics.losses.loss import Array

MEMORY = 8
# a step cut below this fraction does not move the parameters any more: the column has stalled
SMALLEST_STEP = 1e-6
# a step that is cut back keeps at least and at most these shares, wherever the secant points: the first bounds how fast
# steps vanish, the second how many passes a cut may take (Nocedal & Wright 2006, section 3.5)
CUT_BACK = 0.1, 0.7
# truncated Newton solves to this share of its gradient, less as the gradient falls (Nocedal & Wright 2006, eq. 7.3)
LARGEST_FORCING = 0.1
# nor to less than this share of the tolerance
ENOUGH = 0.3
MAX_ITERATIONS = 500


@dataclass(frozen=True)
class Minimised:
    """Where each of B problems ended: parameters and gradient (P, B), decrement √(gᵀM⁻¹g), passes, converged (B,).

    ``step`` (P, B) is what the next one would subtract: the gradient times the inverse of the Hessian as it is known.
    """

    theta: Array
    gradient: Array
    decrement: Array
    passes: NDArray[np.int64]
    converged: NDArray[np.bool_]
    step: Array

    @classmethod
    def unfinished(cls, start: Array) -> Minimised:
        """B problems that stand at ``start`` (P, B), to be written over as they end."""
        count = start.shape[1]
        return cls(
            theta=start.copy(),
            gradient=np.zeros_like(start),
            decrement=np.full(count, np.inf),
            passes=np.zeros(count, dtype=np.int64),
            converged=np.zeros(count, dtype=bool),
            step=np.zeros_like(start),
        )


@dataclass
class Active:
    """The columns still at work: base point, its gradient and M⁻¹gradient, direction, step, curvature pairs, passes."""

    columns: Columns
    theta: Array
    gradient: Array
    solved: Array
    norm: Array
    first_norm: Array
    tolerance: Array
    direction: Array
    step: Array
    passes: NDArray[np.int64]
    pairs: list[tuple[Array, Array, Array, Array]]

    def keep(self, mask: NDArray[np.bool_]) -> None:
        """Drop the columns outside ``mask``."""
        self.columns, self.norm, self.step = self.columns[mask], self.norm[mask], self.step[mask]
        self.first_norm, self.tolerance = self.first_norm[mask], self.tolerance[mask]
        self.passes = self.passes[mask]
        self.theta, self.gradient = self.theta[:, mask], self.gradient[:, mask]
        self.solved, self.direction = self.solved[:, mask], self.direction[:, mask]
        self.pairs = [(s[:, mask], y[:, mask], z[:, mask], rho[mask]) for s, y, z, rho in self.pairs]


@dataclass(frozen=True)
class LBFGS:
    """Directions −(M₀⁻¹ updated by the last ``memory`` steps) g. Nocedal & Wright 2006, algorithm 7.4.

    H₀ is M⁻¹ scaled by sᵀy/yᵀM⁻¹y of the last step; M⁻¹y is kept with each step, so a direction needs no solve.
    """

    memory: int = MEMORY

    def renew(self, state: Active, renewed: NDArray[np.bool_]) -> None:
        """Directions for the columns that have moved."""
        state.direction = np.where(renewed, -_two_loop(state), state.direction)

    def step(self, state: Active) -> Array:
        """The direction that would come next, which knows the curvature along the last steps."""
        return _two_loop(state)


@dataclass(frozen=True)
class NewtonCG:
    """Directions −∇²L⁻¹g by conjugate gradients, truncated while the gradient is large. Nocedal & Wright, 7.1.

    ``products(theta, columns)`` gives the map of directions to their products with each column's Hessian at theta.
    """

    products: Callable[[Array, Columns], ColumnMap]
    precondition: ColumnMap
    memory: int = 0

    def step(self, state: Active) -> Array:
        """None is at hand: another solve by iteration would cost as much as a step."""
        return np.zeros_like(state.gradient)

    def renew(self, state: Active, renewed: NDArray[np.bool_]) -> None:
        """Directions for the columns that have moved; their products with the Hessian count as passes."""
        if not renewed.any():
            return
        columns = state.columns[renewed]
        norm = state.norm[renewed]
        forcing = np.minimum(LARGEST_FORCING, np.sqrt(norm / state.first_norm[renewed]))
        forcing = np.maximum(forcing, ENOUGH * state.tolerance[renewed] / norm)
        end = conjugate_gradient(
            self.products(state.theta[:, renewed], columns),
            lambda V, local: self.precondition(V, columns[local]),
            state.gradient[:, renewed],
            forcing,
            MAX_ITERATIONS,
        )
        state.direction[:, renewed] = -end.solution
        state.passes[renewed] += end.iterations


def minimise(
    gradient: ColumnMap,
    solve: ColumnMap,
    start: Array,
    tolerance: Array,
    max_passes: int,
    directions: LBFGS | NewtonCG | None = None,
) -> Minimised:
    """Minimise B convex functions from ``start`` (P, B) until √(gᵀM⁻¹g) ≤ ``tolerance`` (B,), column by column.

    ``solve`` applies M⁻¹, the inverse of each column's preconditioner. A step is taken whole when it lowers the
    objective (its slope at the end is still downhill, which for a convex function proves it) or the norm of the
    gradient in M⁻¹; otherwise it is cut back to where the secant of the slope is zero. A column that has
    converged leaves the batch; one that stalls or uses up ``max_passes`` is returned with converged False.
    """
    directions = directions or LBFGS()
    out = Minimised.unfinished(start)
    state = _begin(gradient, solve, start, tolerance)
    moved = np.ones(start.shape[1], dtype=bool)
    while True:
        done = state.norm <= state.tolerance
        finished = done | (state.step < SMALLEST_STEP) | (state.passes >= max_passes)
        if finished.any():
            _record(out, state, finished, done, directions.step(state))
            state.keep(~finished)
            moved = moved[~finished]
        if state.columns.size == 0:
            return out
        directions.renew(state, moved)
        moved = _advance(gradient, solve, state, directions.memory)


def _begin(gradient: ColumnMap, solve: ColumnMap, start: Array, tolerance: Array) -> Active:
    columns = np.arange(start.shape[1])
    g = gradient(start, columns)
    v = solve(g, columns)
    norm = _norm(g, v)
    return Active(
        columns=columns,
        theta=start.copy(),
        gradient=g,
        solved=v,
        norm=norm,
        first_norm=np.where(norm > 0.0, norm, 1.0),
        tolerance=tolerance.copy(),
        direction=np.zeros_like(v),
        step=np.ones(columns.size),
        passes=np.ones(columns.size, dtype=np.int64),
        pairs=[],
    )


def _record(out: Minimised, state: Active, finished: NDArray[np.bool_], done: NDArray[np.bool_], step: Array) -> None:
    columns = state.columns[finished]
    out.theta[:, columns], out.gradient[:, columns] = state.theta[:, finished], state.gradient[:, finished]
    out.decrement[columns], out.passes[columns] = state.norm[finished], state.passes[finished]
    out.converged[columns], out.step[:, columns] = done[finished], step[:, finished]


def _advance(gradient: ColumnMap, solve: ColumnMap, state: Active, memory: int) -> NDArray[np.bool_]:
    """Try each column's step with one pass: True where it was taken."""
    moved = state.direction * state.step
    theta = state.theta + moved
    g = gradient(theta, state.columns)
    v = solve(g, state.columns)
    norm, slope, before = _norm(g, v), column_dots(g, state.direction), column_dots(state.gradient, state.direction)
    accept = (slope <= 0.0) | (norm < state.norm)
    # a rejected step has before ≤ 0 < slope, so its secant is finite
    secant = before / np.where(accept, 1.0, before - slope)
    state.step = np.where(accept, 1.0, state.step * np.clip(secant, *CUT_BACK))
    state.passes += 1
    if memory:
        y, z = g - state.gradient, v - state.solved
        curvature = column_dots(moved, y)
        rho = np.divide(1.0, curvature, out=np.zeros_like(curvature), where=accept & (curvature > 0.0))
        state.pairs = [*state.pairs, (moved, y, z, rho)][-memory:]
    if accept.all():
        state.theta, state.gradient, state.solved, state.norm = theta, g, v, norm
    else:
        state.theta, state.gradient = np.where(accept, theta, state.theta), np.where(accept, g, state.gradient)
        state.solved, state.norm = np.where(accept, v, state.solved), np.where(accept, norm, state.norm)
    return np.asarray(accept)


def _two_loop(state: Active) -> Array:
    """The L-BFGS product with the gradient; M⁻¹(g − Σ α_i y_i) = M⁻¹g − Σ α_i z_i, so no solve is needed."""
    q, r = state.gradient.copy(), state.solved.copy()
    alphas = []
    for s, y, z, rho in reversed(state.pairs):
        alpha = rho * column_dots(s, q)
        q -= alpha * y
        r -= alpha * z
        alphas.append(alpha)
    if state.pairs:
        _, y, z, rho = state.pairs[-1]
        scale = np.where(rho > 0.0, rho, 1.0) * column_dots(y, z)
        r /= np.where((rho > 0.0) & (scale > 0.0), scale, 1.0)
    for (s, y, _, rho), alpha in zip(state.pairs, reversed(alphas), strict=True):
        r += (alpha - rho * column_dots(y, r)) * s
    return r


def _norm(g: Array, v: Array) -> Array:
    return np.sqrt(np.maximum(column_dots(g, v), 0.0))
