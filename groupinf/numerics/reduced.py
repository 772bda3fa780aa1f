"""(H − H(w))⁻¹ for a block of groups, three ways: a factor per group, a small system per group, or iteration.

All answer one question, ``solve(V, columns)``: column j of V solved for group columns[j], with an estimate of what
the solution still lacks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.linalg import lapack

from groupinf.errors import ConvergenceError, GroupConvergenceError
from groupinf.numerics.conjugate_gradient import Columns, Solved, conjugate_gradient
from groupinf.numerics.factor import (
    SMALLEST_PIVOT,
    Cholesky,
    DenseFactor,
    Diagonal,
    accurate_cholesky,
    cholesky,
    with_flat_filled,
    without_flat_part,
)
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective, Rows, curvature_at, row_hessian, scores
from groupinf.numerics.removal import Removal, removed_hessian_products
from groupinf.wording import number

# relative residual of iterative solves, in the norm of H⁻¹: of Newton steps, and of certificates
NEWTON_TOLERANCE = 1e-9
CERTIFICATE_TOLERANCE = 1e-2
MAX_ITERATIONS = 1000
# a Hessian up to which a column that iteration has not solved is factored by itself: P up to 2,048
RESCUE_BYTES = 32 * 2**20


class ReducedSolver(Protocol):
    """Solves with H − H(w), each column for its own group."""

    def solve(self, V: Array, columns: Columns, tolerance: float) -> Array:
        """(H − H(w))⁻¹V (P, b), to a relative residual of ``tolerance`` where the way is iterative."""

    def pencil(self, column: int) -> Pencil | None:
        """A and H whose eigenvalues are those of H⁻¹(H − H(w)) of a group; None where none is at hand."""


@dataclass(frozen=True)
class Pencil:
    """A = H − H(w) beside ``H``, or I − D^½X_SH⁻¹X_SᵀD^½ of the group's rows beside the identity (``H`` None).

    ``factor`` is a factor of A.
    """

    A: Array
    H: Array | None
    factor: Cholesky

    def times(self, v: Array) -> Array:
        """Hv, a new array."""
        return v.copy() if self.H is None else self.H @ v


@dataclass(frozen=True)
class OwnFactors:
    """A Cholesky factor of H − H(w) for each group."""

    factors: tuple[Cholesky, ...]
    H: Array

    def solve(self, V: Array, columns: Columns, tolerance: float) -> Array:
        """Direct: ``tolerance`` is always met."""
        return np.column_stack([self.factors[c].solve(V[:, j]) for j, c in enumerate(columns)])

    def pencil(self, column: int) -> Pencil:
        """H − H(w) as its factor multiplies out, beside H."""
        factor = self.factors[column]
        lower = np.tril(factor.lower)
        return Pencil(lower @ lower.T, self.H, factor)


def own_factors(fitted: Fitted, whole: DenseFactor, members: Sequence[Rows]) -> OwnFactors:
    """Downdate H by each group's H(w) and factor.

    Where the difference has cost too many digits the rows that stay are summed anew, or factored themselves
    (``accurate_cholesky``); raises GroupConvergenceError where even that is singular.
    """
    return OwnFactors(tuple(_own_factor(fitted, whole.H, b, rows) for b, rows in enumerate(members)), whole.H)


def _own_factor(fitted: Fitted, H: Array, column: int, rows: Rows) -> Cholesky:
    downdated = reduced_hessian(fitted, H, rows)
    try:
        factor = cholesky(downdated.copy())
        if np.all(np.diag(factor.lower) ** 2 > SMALLEST_PIVOT * np.diag(H)):
            return factor
    except ConvergenceError:
        pass
    stays = np.delete(np.arange(fitted.objective.n), rows)
    try:
        return accurate_cholesky(
            hessian_without(fitted.objective, fitted.theta, rows), fitted.objective.at(stays), fitted.theta
        )
    except ConvergenceError as error:
        raise GroupConvergenceError(column, str(error)) from error


def reduced_hessian(fitted: Fitted, H: Array, rows: Rows) -> Array:
    """H − H(w) (P, P) for one group; from the rows that stay where those are fewer (no cancellation)."""
    if 2 * rows.size <= fitted.objective.n:
        return H - row_hessian(fitted.objective, fitted.theta, rows)
    return hessian_without(fitted.objective, fitted.theta, rows)


def hessian_without(objective: Objective, theta: Array, rows: Rows) -> Array:
    """∇²L(θ; s∘(1−w)) at any θ, summed over the rows that stay; a flat direction filled in."""
    stays = np.ones(objective.n, dtype=bool)
    stays[rows] = False
    H = row_hessian(objective, theta, np.flatnonzero(stays))
    H[np.diag_indices_from(H)] += objective.penalty()
    return with_flat_filled(objective, H)


@dataclass(frozen=True)
class SampleSpace:
    """One output: with Q = XH⁻¹Xᵀ and D the curvatures, the rows S of a group need only an |S| × |S| factor,

    (H − X_SᵀDX_S)⁻¹ = H⁻¹ + H⁻¹X_SᵀD^½ (I − D^½Q_SS D^½)⁻¹ D^½X_S H⁻¹ (Woodbury).
    """

    removal: Removal
    roots: tuple[Array, ...]
    systems: tuple[Array, ...]
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

    def pencil(self, column: int) -> Pencil:
        """The group's small system beside the identity."""
        return Pencil(self.systems[column], None, self.kernels[column])


def sample_space(removal: Removal, Q: Array) -> SampleSpace | None:
    """Factor each group's small system; ``Q`` (n, n) is XH⁻¹Xᵀ of the whole training set.

    None where a leverage is so near to 1 that 1 − h has lost its digits: the model all but interpolates a row.
    """
    objective, theta = removal.fitted.objective, removal.fitted.theta
    curvature = objective.loss.curvature(scores(objective.X, theta, 1), objective.y)[:, 0, 0] * objective.sample_weight
    roots = tuple(np.sqrt(curvature[rows]) for rows in removal.members)
    systems = _small_systems(Q, roots, removal.members)
    kernels = []
    for system in systems:
        lower, info = lapack.dpotrf(system, lower=1)
        if info != 0 or not np.all(np.diag(lower) ** 2 > SMALLEST_PIVOT):
            return None
        kernels.append(Cholesky(lower))
    return SampleSpace(removal, roots, systems, tuple(kernels))


def _small_systems(Q: Array, roots: Sequence[Array], members: Sequence[Rows]) -> tuple[Array, ...]:
    systems = []
    for root, rows in zip(roots, members, strict=True):
        system = -(Q[np.ix_(rows, rows)] * root[:, None] * root)
        system[np.diag_indices_from(system)] += 1.0
        systems.append(system)
    return tuple(systems)


@dataclass(frozen=True)
class _Unbounded:
    """What the ways that iterate have in common."""

    removal: Removal

    def pencil(self, column: int) -> None:
        """None is at hand."""
        return None

    def _solution(self, end: Solved, V: Array, columns: Columns) -> Array:
        """What iteration has found; a column that it has not is solved with a factor of its own, where P allows one."""
        if end.converged.all():
            return end.solution
        fitted, late = self.removal.fitted, np.flatnonzero(~end.converged)
        if not isinstance(fitted.factor, DenseFactor) or fitted.factor.H.nbytes > RESCUE_BYTES:
            worst = late[int(np.argmax(end.relative_residual[late]))]
            raise GroupConvergenceError(
                int(columns[worst]),
                "conjugate gradients with H − H(w) stopped at a relative residual of "
                f"{number(end.relative_residual[worst])}; a larger lambda_over_n or scaled features make it converge",
            )
        solution = end.solution.copy()
        for j in late:
            factor = _own_factor(fitted, fitted.factor.H, int(columns[j]), self.removal.members[columns[j]])
            solution[:, j] = factor.solve(V[:, j])
        return solution


@dataclass(frozen=True)
class Iterative(_Unbounded):
    """Conjugate gradients preconditioned by H, beside which only the removed rows need products."""

    def solve(self, V: Array, columns: Columns, tolerance: float) -> Array:
        """As many products as ``tolerance`` takes; raises ConvergenceError where they do not suffice."""
        return self._solution(
            conjugate_gradient(
                lambda U, local: -removed_hessian_products(self.removal, U, columns[local]),
                lambda U, _: self.removal.fitted.factor.solve(U),
                V,
                tolerance,
                MAX_ITERATIONS,
                beside_preconditioner=True,
            ),
            V,
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
        right = without_flat_part(V, fitted.objective.loss)
        return self._solution(
            conjugate_gradient(here.product, lambda U, _: self.diagonal.solve(U), right, tolerance, MAX_ITERATIONS),
            right,
            columns,
        )


def sample_space_kernel(fitted: Fitted) -> Array:
    """Q = XH⁻¹Xᵀ (n, n)."""
    X = fitted.objective.X
    Xt = X.T if isinstance(X, np.ndarray) else X.T.toarray()
    return np.asarray(X @ fitted.factor.solve(np.asfortranarray(Xt)))
