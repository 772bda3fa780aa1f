"""The penalised sum loss L(θ; s) = Σ_i s_i ℓ(x_i, y_i; θ) + (λ/2)‖weights‖², its gradients and Hessians.

Parameters are flat columns: θ (P,), or (P, B) for B models side by side, with P = p·K', and index j·K' + k for row j
of output k. Of the p = d + 1 rows the last is the intercept, penalised or not; without one p = d.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from groupinf.numerics.gram import copied_slices, summed_curvature
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.loss import Array, Loss
from groupinf.numerics.products import Design, times, transposed_times
from groupinf.numerics.row_space import in_coordinates, in_full

Rows = NDArray[np.int64]
# how many times rows count in each of B objectives, (n, B): False and True, or numbers
Counts = NDArray[np.bool_] | Array

# rows that are worked on at a time: X's slice and the scores stay in the cache, so that a pass reads X once
PASS_ROWS = 512
# rows of weighted X held at a time while a Hessian is summed
HESSIAN_ROWS = 4096


def with_intercept(X: Design) -> Design:
    """[X, 1], float64: (n, d) -> (n, d + 1), dense in C order or CSR."""
    ones = np.ones((X.shape[0], 1))
    if isinstance(X, np.ndarray):
        return np.ascontiguousarray(np.hstack([X, ones]), dtype=np.float64)
    stacked: sparse.csr_array = sparse.hstack([X, sparse.csr_array(ones)], format="csr", dtype=np.float64)
    return stacked


def design(X: Design, intercept: Intercept) -> Design:
    """The rows that parameters multiply: [X, 1], or X where there is no intercept."""
    return with_intercept(X) if intercept.columns else X


def row_norms(X: Design) -> Array:
    """‖x_i‖ of each row: (n,)."""
    if isinstance(X, np.ndarray):
        return np.concatenate([np.linalg.norm(X[rows], axis=1) for rows in copied_slices(X)])
    return np.sqrt(np.asarray(X.power(2).sum(axis=1)).ravel())


@dataclass(frozen=True)
class Objective:
    """L(θ; s) on rows X (n, p), the ones of an ``intercept`` last, with labels y (n,) and weights s (n,).

    ``basis`` (d, p − 1), or (d, p) without an intercept, is what X holds the coordinates in where there are fewer rows
    than features (``row_space``); None where X holds the features themselves.
    """

    X: Design
    y: Array
    sample_weight: Array
    lam: float
    loss: Loss
    basis: Array | None = None
    intercept: Intercept = Intercept.FREE

    @property
    def n(self) -> int:
        """Number of rows."""
        return int(self.X.shape[0])

    @property
    def p(self) -> int:
        """Rows of θ: features, and the intercept where there is one."""
        return int(self.X.shape[1])

    @property
    def size(self) -> int:
        """P = p·K', the number of parameters."""
        return self.p * self.loss.outputs

    @property
    def flat_intercepts(self) -> int:
        """Intercepts to all of which a constant may be added without changing L: K', or 0 where none is so free."""
        flat = self.loss.flat_direction and self.intercept is Intercept.FREE
        return self.loss.outputs if flat else 0

    def at(self, rows: slice | Rows) -> Objective:
        """The same objective on some of the rows."""
        return replace(self, X=self.X[rows], y=self.y[rows], sample_weight=self.sample_weight[rows])

    def in_full(self, theta: Array) -> Array:
        """Parameters (P, ...) as those of the features, and of the intercept: ((d + 1)·K', ...)."""
        return theta if self.basis is None else in_full(self.basis, theta, self.loss.outputs)

    def in_coordinates(self, theta: Array) -> Array:
        """Parameters of the features as those of X: (P, ...)."""
        return theta if self.basis is None else in_coordinates(self.basis, theta, self.loss.outputs)

    def penalty(self) -> Array:
        """Diagonal of the penalty's Hessian (P,): λ for weights, 0 for a free intercept."""
        diagonal = np.full((self.p, self.loss.outputs), self.lam)
        if self.intercept is Intercept.FREE:
            diagonal[-1] = 0.0
        return diagonal.ravel()


def scores(X: Design, theta: Array, outputs: int) -> Array:
    """z = Xθ: (n, p) and (P,) -> (n, K'); (P, B) -> (n, K', B)."""
    flat = theta.reshape(X.shape[1], -1)
    z = times(X, flat)
    return z.reshape((X.shape[0], outputs, *theta.shape[1:]))


def transposed_product(X: Design, r: Array) -> Array:
    """Xᵀ r in flat parameters: (n, K') -> (P,); (n, K', B) -> (P, B)."""
    flat = transposed_times(X, r.reshape(r.shape[0], -1))
    return flat.reshape((X.shape[1] * r.shape[1], *r.shape[2:]))


def values(objective: Objective, theta: Array, counts: Counts | None = None, labels: Array | None = None) -> Array:
    """L(θ; s∘counts): (P, B) and counts (n, B) -> (B,); without ``counts`` every row counts once.

    ``labels`` (n, 1, B) are those of each model, where they are not all y.
    """
    total = 0.5 * objective.penalty() @ theta**2
    for rows in row_slices(objective, theta.shape[1]):
        z = scores(objective.X[rows], theta, objective.loss.outputs)
        y = objective.y[rows] if labels is None else labels[rows]
        loss = objective.loss.values(z, y) * objective.sample_weight[rows, None]
        if counts is not None:
            loss *= counts[rows]
        total += loss.sum(axis=0)
    return total


def gradients(
    objective: Objective,
    theta: Array,
    counts: Counts | None = None,
    labels: Array | None = None,
    plain: bool = False,
) -> Array:
    """∇L(θ; s∘counts), one pass over the data for B models: (P, B) and counts (n, B) -> (P, B).

    ``labels`` (n, 1, B) are those of each model, where they are not all y. ``plain`` takes the loss's
    ``plain_residuals``.
    """
    residuals = objective.loss.plain_residuals if plain else objective.loss.residuals
    total = objective.penalty()[:, None] * theta
    unit = bool(np.all(objective.sample_weight == 1.0))
    for rows in row_slices(objective, theta.shape[1]):
        X = objective.X[rows]
        y = objective.y[rows] if labels is None else labels[rows]
        r = residuals(scores(X, theta, objective.loss.outputs), y)
        if not unit:
            r *= objective.sample_weight[rows, None, None]
        if counts is not None:
            r *= counts[rows, None, :]
        total += transposed_product(X, r)
    return total


def hessian_products(
    objective: Objective, theta: Array, V: Array, counts: Counts | None = None, labels: Array | None = None
) -> Array:
    """∇²L(θ; s∘counts) V at one θ (P,), for B directions V (P, B) with their own counts (n, B) and labels (n, 1, B)."""
    total = objective.penalty()[:, None] * V
    loss = objective.loss
    for rows in row_slices(objective, V.shape[1]):
        X = objective.X[rows]
        z = scores(X, theta, loss.outputs)
        if labels is None:
            state = loss.curvature_state(z, objective.y[rows])
        else:
            state = loss.curvature_state(z[:, :, None], labels[rows])
        u = loss.curvature_product(state, scores(X, V, loss.outputs)) * objective.sample_weight[rows, None, None]
        if counts is not None:
            u *= counts[rows, None, :]
        total += transposed_product(X, u)
    return total


@dataclass(frozen=True)
class Curvature:
    """∇²L(θ_b; s∘counts_b), ready for products: weights (n, B), curvature state (n, K', B), or (n, K', 1) at one θ."""

    objective: Objective
    state: Array
    weight: Array

    def product(self, V: Array, columns: NDArray[np.int64]) -> Array:
        """Products of V (P, b) with the Hessians of ``columns``."""
        objective, loss = self.objective, self.objective.loss
        weight = _chosen(self.weight, columns)
        state = self.state if self.state.shape[-1] == 1 else _chosen(self.state, columns)
        total = objective.penalty()[:, None] * V
        for rows in row_slices(objective, V.shape[1]):
            X = objective.X[rows]
            u = loss.curvature_product(state[rows], scores(X, V, loss.outputs))
            u *= weight[rows, None, :]
            total += transposed_product(X, u)
        return total


def _chosen(values: Array, columns: NDArray[np.int64]) -> Array:
    """Some columns of the last axis; all of them without a copy."""
    return values if columns.size == values.shape[-1] else values[..., columns]


def curvature_at(objective: Objective, theta: Array, counts: Counts, labels: Array | None = None) -> Curvature:
    """The Hessians at θ (P, B), or at one θ (P, 1) for all, with each model's counts (n, B) and labels (n, 1, B)."""
    y = objective.y if labels is None else labels
    state = objective.loss.curvature_state(scores(objective.X, theta, objective.loss.outputs), y)
    return Curvature(objective, state, objective.sample_weight[:, None] * counts)


def row_residuals(objective: Objective, theta: Array) -> Array:
    """s_i r_i at θ (P,), as p − y: (n, K'); the gradient of row i is their outer product with x_i."""
    z = scores(objective.X, theta, objective.loss.outputs)
    return objective.loss.plain_residuals(z, objective.y) * objective.sample_weight[:, None]


def row_hessian(objective: Objective, theta: Array, rows: Rows | slice, threads: int = 1) -> Array:
    """Σ_{i in rows} s_i ∇²ℓ_i(θ), no penalty: (P, P). For the rows of a group this is H(w).

    Where that is dear it is summed by so many ``threads``, which change no number.
    """
    X, y, weight, loss = objective.X[rows], objective.y[rows], objective.sample_weight[rows], objective.loss
    parts = (slice(start, start + HESSIAN_ROWS) for start in range(0, X.shape[0], HESSIAN_ROWS))
    curvatures = (
        (part, loss.curvature(scores(X[part], theta, loss.outputs), y[part]) * weight[part, None, None])
        for part in parts
    )
    return summed_curvature(X, curvatures, loss.outputs, loss.flat_direction, threads)


def hessian(objective: Objective, theta: Array, threads: int = 1) -> Array:
    """H = ∇²L(θ), the penalty included: (P, P); ``threads`` as in ``row_hessian``."""
    H = row_hessian(objective, theta, slice(None), threads)
    H.reshape(-1)[:: H.shape[0] + 1] += objective.penalty()
    return H


def row_slices(objective: Objective, width: int) -> Iterator[slice]:
    """Slices of rows to work on one after the other, for ``width`` models side by side."""
    # slicing CSR copies, and its products do not gain from the cache: one slice, unless the scores grow too large
    rows = PASS_ROWS if isinstance(objective.X, np.ndarray) else max(PASS_ROWS, 2**24 // max(1, width))
    for start in range(0, objective.n, rows):
        yield slice(start, min(start + rows, objective.n))
