"""(H − H(w))⁻¹ for a block of groups, three ways: a factor per group, a small system per group, or iteration.

All answer one question, ``solve(V, columns)``: column j of V solved for group columns[j], with an estimate of what
the solution still lacks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import linalg
from scipy.linalg import lapack

from groupinf.errors import ConvergenceError, GroupConvergenceError
from groupinf.numerics.conjugate_gradient import Columns, Solved, conjugate_gradient
from groupinf.numerics.factor import (
    Cholesky,
    DenseFactor,
    Diagonal,
    cholesky,
    without_flat_direction,
    without_intercept_mean,
)
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses import Array
from groupinf.numerics.objective import Objective, Rows, curvature_at, row_hessian, scores
from groupinf.numerics.removal import Removal, removed_hessian_products

# relative residual of iterative solves, in the norm of H⁻¹: of Newton steps, and of certificates
NEWTON_TOLERANCE = 1e-9
CERTIFICATE_TOLERANCE = 1e-2
MAX_ITERATIONS = 1000


class ReducedSolver(Protocol):
    """Solves with H − H(w), each column for its own group."""

    def solve(self, V: Array, columns: Columns, tolerance: float) -> Array:
        """(H − H(w))⁻¹V (P, b), to a relative residual of ``tolerance`` where the way is iterative."""

    def amplification(self) -> Array:
        """c with H ≤ c(H − H(w)), (B,); infinite where no bound is at hand."""


@dataclass(frozen=True)
class OwnFactors:
    """A Cholesky factor of H − H(w) for each group."""

    factors: tuple[Cholesky, ...]
    whole: Cholesky

    def solve(self, V: Array, columns: Columns, tolerance: float) -> Array:
        """Direct: ``tolerance`` is always met."""
        return np.column_stack([self.factors[c].solve(V[:, j]) for j, c in enumerate(columns)])

    def amplification(self) -> Array:
        """1 + tr((H − H(w))⁻¹H) − P: the eigenvalues are at least 1, so the largest is at most this."""
        whole = np.tril(self.whole.lower)
        ratios = (linalg.solve_triangular(f.lower, whole, lower=True, check_finite=False) for f in self.factors)
        return np.array([1.0 + np.sum(ratio**2) - whole.shape[0] for ratio in ratios])


def own_factors(fitted: Fitted, whole: DenseFactor, members: Sequence[Rows]) -> OwnFactors:
    """Downdate H by each group's H(w) and factor.

    Where the difference is not positive definite to working precision the rows that stay are summed anew;
    raises GroupConvergenceError where even that is singular.
    """
    return OwnFactors(tuple(_own_factor(fitted, whole.H, b, rows) for b, rows in enumerate(members)), whole.factor)


def _own_factor(fitted: Fitted, H: Array, column: int, rows: Rows) -> Cholesky:
    try:
        return cholesky(reduced_hessian(fitted, H, rows))
    except ConvergenceError:
        pass
    try:
        return cholesky(hessian_without(fitted.objective, fitted.theta, rows))
    except ConvergenceError as error:
        raise GroupConvergenceError(column, str(error)) from error


def reduced_hessian(fitted: Fitted, H: Array, rows: Rows) -> Array:
    """H − H(w) (P, P) for one group; from the rows that stay where those are fewer (no cancellation)."""
    if 2 * rows.size <= fitted.objective.n:
        return H - row_hessian(fitted.objective, fitted.theta, rows)
    return hessian_without(fitted.objective, fitted.theta, rows)


def hessian_without(objective: Objective, theta: Array, rows: Rows) -> Array:
    """∇²L(θ; s∘(1−w)) at any θ, summed over the rows that stay; the flat direction of softmax filled in."""
    stays = np.ones(objective.n, dtype=bool)
    stays[rows] = False
    H = row_hessian(objective, theta, np.flatnonzero(stays))
    H[np.diag_indices_from(H)] += objective.penalty()
    return without_flat_direction(objective, H)


@dataclass(frozen=True)
class SampleSpace:
    """One output: with Q = XH⁻¹Xᵀ and D the curvatures, the rows S of a group need only an |S| × |S| factor,

    (H − X_SᵀDX_S)⁻¹ = H⁻¹ + H⁻¹X_SᵀD^½ (I − D^½Q_SS D^½)⁻¹ D^½X_S H⁻¹ (Woodbury).
    """

    removal: Removal
    roots: tuple[Array, ...]
    kernels: tuple[Cholesky, ...]

    def solve(self, V: Array, columns: Columns, tolerance: float) -> Array:
        """Direct: two solves with H and one small one for each column."""
        fitted = self.removal.fitted
        first = fitted.factor.solve(V)
        back = np.empty_like(V)
        for j, c in enumerate(columns):
            X, root = fitted.objective.X[self.removal.members[c]], self.roots[c]
            inner = self.kernels[c].solve(root * np.asarray(X @ first[:, j]))
            back[:, j] = np.asarray(X.T @ (root * inner))
        return first + fitted.factor.solve(back)

    def amplification(self) -> Array:
        """1 + tr(S⁻¹) − |S| with S the small system, whose eigenvalues are those of H⁻¹(H − H(w)) that are not 1."""
        return np.array([_amplification(kernel.lower) for kernel in self.kernels])


def sample_space(removal: Removal, Q: Array) -> SampleSpace:
    """Factor each group's small system; ``Q`` (n, n) is XH⁻¹Xᵀ of the whole training set."""
    objective, theta = removal.fitted.objective, removal.fitted.theta
    curvature = objective.loss.curvature(scores(objective.X, theta, 1))[:, 0, 0] * objective.sample_weight
    roots = tuple(np.sqrt(curvature[rows]) for rows in removal.members)
    systems = _small_systems(Q, roots, removal.members)
    return SampleSpace(removal, roots, tuple(_small_factor(b, system) for b, system in enumerate(systems)))


def _amplification(lower: Array) -> float:
    inverse, info = lapack.dtrtri(lower, lower=1)
    if info != 0:
        return float("inf")
    return float(1.0 + np.sum(np.tril(inverse) ** 2) - lower.shape[0])


def _small_systems(Q: Array, roots: Sequence[Array], members: Sequence[Rows]) -> list[Array]:
    systems = []
    for root, rows in zip(roots, members, strict=True):
        system = -(Q[np.ix_(rows, rows)] * root[:, None] * root)
        system[np.diag_indices_from(system)] += 1.0
        systems.append(system)
    return systems


def _small_factor(column: int, system: Array) -> Cholesky:
    lower, info = lapack.dpotrf(system.T, lower=1, overwrite_a=1)
    if info != 0:
        raise GroupConvergenceError(column, "H − H(w) is not positive definite to working precision")
    return Cholesky(lower)


@dataclass(frozen=True)
class _Unbounded:
    """What the ways that iterate have in common."""

    removal: Removal

    def amplification(self) -> Array:
        """None is at hand: infinite."""
        return np.full(len(self.removal.members), np.inf)


@dataclass(frozen=True)
class Iterative(_Unbounded):
    """Conjugate gradients preconditioned by H, beside which only the removed rows need products."""

    def solve(self, V: Array, columns: Columns, tolerance: float) -> Array:
        """As many products as ``tolerance`` takes; raises ConvergenceError where they do not suffice."""
        return _solution(
            conjugate_gradient(
                lambda U, local: -removed_hessian_products(self.removal, U, columns[local]),
                lambda U, _: self.removal.fitted.factor.solve(U),
                V,
                tolerance,
                MAX_ITERATIONS,
                beside_preconditioner=True,
            ),
            columns,
        )


@dataclass(frozen=True)
class Passes(_Unbounded):
    """Conjugate gradients preconditioned by a diagonal: products with H − H(w) are passes over the rows that stay."""

    diagonal: Diagonal

    def solve(self, V: Array, columns: Columns, tolerance: float) -> Array:
        """As many passes as ``tolerance`` takes; raises ConvergenceError where they do not suffice."""
        fitted = self.removal.fitted
        here = curvature_at(fitted.objective, fitted.theta[:, None], self.removal.kept[:, columns])
        return _solution(
            conjugate_gradient(
                here.product,
                lambda U, _: self.diagonal.solve(U),
                without_intercept_mean(V, fitted.objective.loss.outputs),
                tolerance,
                MAX_ITERATIONS,
            ),
            columns,
        )


def _solution(end: Solved, columns: Columns) -> Array:
    if not end.converged.all():
        worst = int(np.argmax(np.where(end.converged, 0.0, end.relative_residual)))
        raise GroupConvergenceError(
            int(columns[worst]),
            f"conjugate gradients with H − H(w) stopped at a relative residual of {end.relative_residual[worst]:.3g}; "
            "a larger lambda_over_n or scaled features make the problem easier",
        )
    return end.solution


def sample_space_kernel(fitted: Fitted) -> Array:
    """Q = XH⁻¹Xᵀ (n, n)."""
    X = fitted.objective.X
    Xt = X.T if isinstance(X, np.ndarray) else X.T.toarray()
    return np.asarray(X @ fitted.factor.solve(np.asfortranarray(Xt)))
