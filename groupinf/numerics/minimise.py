"""Preconditioned L-BFGS for many convex problems side by side, one pass over the data per step for all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groupinf.numerics.conjugate_gradient import ColumnMap, Columns
from groupinf.numerics.losses import Array

MEMORY = 8
# a step cut below this fraction does not move the parameters any more: the column has stalled
SMALLEST_STEP = 1e-6


@dataclass(frozen=True)
class Minimised:
    """Where each of B problems ended: parameters and gradient (P, B), decrement √(gᵀM⁻¹g), passes, converged (B,)."""

    theta: Array
    gradient: Array
    decrement: Array
    passes: NDArray[np.int64]
    converged: NDArray[np.bool_]


@dataclass
class _Active:
    """The columns still at work: base point, its gradient and M⁻¹gradient, direction, step, curvature pairs."""

    columns: Columns
    theta: Array
    gradient: Array
    solved: Array
    norm: Array
    direction: Array
    step: Array
    pairs: list[tuple[Array, Array, Array, Array]]

    def keep(self, mask: NDArray[np.bool_]) -> None:
        self.columns, self.norm, self.step = self.columns[mask], self.norm[mask], self.step[mask]
        self.theta, self.gradient = self.theta[:, mask], self.gradient[:, mask]
        self.solved, self.direction = self.solved[:, mask], self.direction[:, mask]
        self.pairs = [(s[:, mask], y[:, mask], z[:, mask], rho[mask]) for s, y, z, rho in self.pairs]


def minimise(
    gradient: ColumnMap, solve: ColumnMap, start: Array, tolerance: Array, max_passes: int, memory: int = MEMORY
) -> Minimised:
    """Minimise B convex functions from ``start`` (P, B) until √(gᵀM⁻¹g) ≤ ``tolerance`` (B,), column by column.

    ``solve`` applies M⁻¹, the inverse of each column's preconditioner. A step is taken whole when it lowers the
    objective (its slope at the end is still downhill, which for a convex function proves it) or the norm of the
    gradient in M⁻¹; otherwise it is cut back to where the secant of the slope is zero. A column that has
    converged leaves the batch; one that stalls or uses up ``max_passes`` is returned with converged False.
    Source: Nocedal & Wright 2006, algorithm 7.4, with H₀ = M⁻¹ and M⁻¹y_i kept so that a step needs one solve.
    """
    count = start.shape[1]
    out = Minimised(
        theta=start.copy(),
        gradient=np.zeros_like(start),
        decrement=np.full(count, np.inf),
        passes=np.zeros(count, dtype=np.int64),
        converged=np.zeros(count, dtype=bool),
    )
    state = _begin(gradient, solve, start)
    for passes in range(1, max_passes + 1):
        done = state.norm <= tolerance[state.columns]
        stalled = state.step < SMALLEST_STEP
        _record(out, state, passes, done)
        state.keep(~(done | stalled))
        if state.columns.size == 0 or passes == max_passes:
            break
        _advance(gradient, solve, state, memory)
    return out


def _begin(gradient: ColumnMap, solve: ColumnMap, start: Array) -> _Active:
    columns = np.arange(start.shape[1])
    g = gradient(start, columns)
    v = solve(g, columns)
    return _Active(
        columns=columns,
        theta=start.copy(),
        gradient=g,
        solved=v,
        norm=_norm(g, v),
        direction=-v,
        step=np.ones(columns.size),
        pairs=[],
    )


def _record(out: Minimised, state: _Active, passes: int, done: NDArray[np.bool_]) -> None:
    columns = state.columns
    out.theta[:, columns], out.gradient[:, columns] = state.theta, state.gradient
    out.decrement[columns], out.passes[columns], out.converged[columns] = state.norm, passes, done


def _advance(gradient: ColumnMap, solve: ColumnMap, state: _Active, memory: int) -> None:
    moved = state.direction * state.step
    theta = state.theta + moved
    g = gradient(theta, state.columns)
    v = solve(g, state.columns)
    norm, slope, before = _norm(g, v), _dot(g, state.direction), _dot(state.gradient, state.direction)
    accept = (slope <= 0.0) | (norm < state.norm)
    # a rejected step has before ≤ 0 < slope, so its secant is finite
    secant = before / np.where(accept, 1.0, before - slope)
    state.step = np.where(accept, 1.0, state.step * np.clip(secant, 0.1, 0.7))
    y, z = g - state.gradient, v - state.solved
    curvature = _dot(moved, y)
    rho = np.divide(1.0, curvature, out=np.zeros_like(curvature), where=accept & (curvature > 0.0))
    state.pairs = [*state.pairs, (moved, y, z, rho)][-memory:]
    state.theta, state.gradient = np.where(accept, theta, state.theta), np.where(accept, g, state.gradient)
    state.solved, state.norm = np.where(accept, v, state.solved), np.where(accept, norm, state.norm)
    state.direction = np.where(accept, -_two_loop(state), state.direction)


def _two_loop(state: _Active) -> Array:
    """The L-BFGS product with the gradient; M⁻¹(g − Σ α_i y_i) = M⁻¹g − Σ α_i z_i, so no solve is needed."""
    q, r = state.gradient.copy(), state.solved.copy()
    alphas = []
    for s, y, z, rho in reversed(state.pairs):
        alpha = rho * _dot(s, q)
        q -= alpha * y
        r -= alpha * z
        alphas.append(alpha)
    for (s, y, _, rho), alpha in zip(state.pairs, reversed(alphas), strict=True):
        r += (alpha - rho * _dot(y, r)) * s
    return r


def _dot(a: Array, b: Array) -> Array:
    product: Array = np.einsum("ij,ij->j", a, b)
    return product


def _norm(g: Array, v: Array) -> Array:
    return np.sqrt(np.maximum(_dot(g, v), 0.0))
