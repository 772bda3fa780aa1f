"""(H − H(δ))⁻¹ for a block of groups, three ways: a factor per group, a small system per group, or iteration.

All answer one question, ``solve(V, columns)``: column j of V solved for group columns[j], with an estimate of what
the solution still lacks.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.linalg import lapack

from groupinf.errors import ConvergenceError, GroupConvergenceError
from groupinf.numerics.change import Changed, removed_curvatures
from groupinf.numerics.conjugate_gradient import Columns, Solved, conjugate_gradient
from groupinf.numerics.factor import (
    SMALLEST_PIVOT,
    Cholesky,
    DenseFactor,
    Diagonal,
    Factor,
    accurate_cholesky,
    cholesky,
    with_flat_filled,
    without_flat_part,
)
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.minimise import Minimised
from groupinf.numerics.objective import Objective, Rows, hessian
from groupinf.numerics.removed_rows import own_scores, own_sums
from groupinf.wording import number

# relative residual of iterative solves, in the norm of H⁻¹: of Newton steps, and of certificates
NEWTON_TOLERANCE = 1e-9
CERTIFICATE_TOLERANCE = 1e-2
MAX_ITERATIONS = 1000
# a Hessian up to which a column that iteration has not solved is factored by itself: P up to 2,048
RESCUE_BYTES = 32 * 2**20
# matrices of a block that proofs alone ask for: of 48 groups up to P = 836
PENCIL_BYTES = 512 * 2**20


class ReducedSolver(Protocol):
    """Solves with H − H(δ), each column for its own group."""

    def solve(self, V: Array, columns: Columns, tolerance: float) -> Array:
        """(H − H(δ))⁻¹V (P, b), to a relative residual of ``tolerance`` where the way is iterative."""

    def pencil(self, column: int) -> Pencil | None:
        """A and H whose eigenvalues are those of H⁻¹(H − H(δ)) of a group; None where none is at hand."""


class OwnWay(ABC):
    """A solver that also knows its own way to θ̂(δ), and the Hessians there."""

    @abstractmethod
    def minimise(self, start: Array, tolerance: Array) -> Minimised:
        """Minimise the groups' objectives from ``start`` (P, B) to a decrement of ``tolerance`` (B,)."""

    @abstractmethod
    def certificate(self, theta: Array, gradient: Array) -> Array:
        """Each group's Hessian at its θ (P, B), inverted, times the ``gradient`` (P, B), to CERTIFICATE_TOLERANCE."""

    @abstractmethod
    def of(self, columns: Columns) -> ReducedSolver:
        """What solves for some of the groups."""


@dataclass(frozen=True)
class Pencil:
    """A = H − H(δ) beside ``H``, or I − D^½X_SH⁻¹X_SᵀD^½ of the group's rows beside the identity (``H`` None).

    ``factor`` is a factor of A. ``rounding`` is how many times as much as in H − H(δ) rounding may have done to A.
    """

    A: Array
    H: Array | None
    factor: Cholesky
    rounding: float = 1.0

    def times(self, v: Array) -> Array:
        """Hv, a new array."""
        return v.copy() if self.H is None else self.H @ v


@dataclass(frozen=True)
class SomeReduced:
    """What solves for a block, of those of its groups that have the numbers ``columns`` (B,)."""

    whole: ReducedSolver
    columns: Columns

    def solve(self, V: Array, columns: Columns, tolerance: float) -> Array:
        """As the whole block is solved with."""
        return self.whole.solve(V, self.columns[columns], tolerance)

    def pencil(self, column: int) -> Pencil | None:
        """That of the group."""
        return self.whole.pencil(int(self.columns[column]))


@dataclass(frozen=True)
class AsFitted:
    """H − H(δ) is H: a change that takes nothing out of it."""

    factor: Factor

    def solve(self, V: Array, columns: Columns, tolerance: float) -> Array:
        """H⁻¹V, as the fit solves."""
        return self.factor.solve(V)

    def pencil(self, column: int) -> None:
        """None is needed."""
        return None


@dataclass(frozen=True)
class OwnFactors:
    """A Cholesky factor of H − H(δ) for each group."""

    factors: tuple[Cholesky, ...]
    H: Array

    def solve(self, V: Array, columns: Columns, tolerance: float) -> Array:
        """Direct: ``tolerance`` is always met."""
        return np.column_stack([self.factors[c].solve(V[:, j]) for j, c in enumerate(columns)])

    def pencil(self, column: int) -> Pencil:
        """H − H(δ) as its factor multiplies out, beside H."""
        factor = self.factors[column]
        lower = np.tril(factor.lower)
        return Pencil(lower @ lower.T, self.H, factor)


def some_of(reduced: ReducedSolver, columns: Columns) -> ReducedSolver:
    """What solves for some of the groups of a block."""
    if isinstance(reduced, OwnFactors):
        return OwnFactors(tuple(reduced.factors[c] for c in columns), reduced.H)
    if isinstance(reduced, OwnWay):
        return reduced.of(columns)
    return SomeReduced(reduced, columns)


def own_factors(changed: Changed, whole: DenseFactor) -> OwnFactors:
    """Downdate H by each group's H(δ) and factor.

    Where the difference has cost too many digits the changed objective's Hessian is summed anew, or its rows factored
    themselves (``accurate_cholesky``); raises GroupConvergenceError where even that is singular.
    """
    return OwnFactors(tuple(_own_factor(changed, whole.H, b) for b in range(len(changed.members))), whole.H)


def _own_factor(changed: Changed, H: Array, column: int) -> Cholesky:
    downdated = changed_hessian(changed, H, column)
    try:
        factor = cholesky(downdated.copy())
        if np.all(np.diag(factor.lower) ** 2 > SMALLEST_PIVOT * np.diag(H)):
            return factor
    except ConvergenceError:
        pass
    counted, theta = _counted_rows(changed, column), changed.fitted.theta
    try:
        return accurate_cholesky(with_flat_filled(counted, hessian(counted, theta)), counted, theta)
    except ConvergenceError as error:
        raise GroupConvergenceError(column, str(error)) from error


def pencils_of(reduced: ReducedSolver, changed: Changed) -> tuple[Pencil | None, ...]:
    """The pencil of each group: that at hand, or one that is formed because proofs need it, where H is formed and all
    of them take no more than PENCIL_BYTES; None elsewhere, and where H − H(δ) is singular.
    """
    found, whole = tuple(reduced.pencil(b) for b in range(len(changed.members))), changed.fitted.factor
    missing = sum(pencil is None for pencil in found)
    if not isinstance(whole, DenseFactor) or pencil_bytes(whole.H.shape[0], missing) > PENCIL_BYTES:
        return found
    return tuple(_own_pencil(changed, whole.H, b) if pencil is None else pencil for b, pencil in enumerate(found))


def pencil_bytes(size: int, groups: int) -> int:
    """Of the matrices and factors of so many groups, of P = ``size`` parameters."""
    return 2 * 8 * size**2 * groups


def _own_pencil(changed: Changed, H: Array, column: int) -> Pencil | None:
    try:
        return OwnFactors((_own_factor(changed, H, column),), H).pencil(0)
    except GroupConvergenceError:
        return None


def changed_hessian(changed: Changed, H: Array, column: int) -> Array:
    """H − H(δ) (P, P) for one group; of more than half of the rows from those that count (no cancellation)."""
    if 2 * changed.members[column].size <= changed.objective.n:
        return H - changed.removed_hessian(column)
    counted = _counted_rows(changed, column)
    return with_flat_filled(counted, hessian(counted, changed.fitted.theta))


def _counted_rows(changed: Changed, column: int) -> Objective:
    """The objective of one group, on the rows that count in it."""
    return changed.objective_of(column).at(np.flatnonzero(changed.terms.counts[:, column]))


@dataclass(frozen=True)
class SampleSpace:
    """One output: with Q = XH⁻¹Xᵀ and what the rows S of a group take out of H, σD with D ≥ 0 and a sign σ, only an
    |S| × |S| factor is needed,

    (H − σX_SᵀDX_S)⁻¹ = H⁻¹ + σH⁻¹X_SᵀD^½ (I − σD^½Q_SS D^½)⁻¹ D^½X_S H⁻¹ (Woodbury).
    """

    changed: Changed
    sign: float
    roots: tuple[Array, ...]
    systems: tuple[Array, ...]
    kernels: tuple[Cholesky, ...]

    def solve(self, V: Array, columns: Columns, tolerance: float) -> Array:
        """Direct: two solves with H and one small one for each column."""
        fitted, own = self.changed.fitted, [self.changed.members[c] for c in columns]
        first = fitted.factor.solve(V)
        inner = [
            self.roots[c] * self.kernels[c].solve(self.roots[c] * z)
            for c, z in zip(columns, own_scores(fitted.objective.X, own, first), strict=True)
        ]
        return first + self.sign * fitted.factor.solve(own_sums(fitted.objective.X, own, inner))

    def pencil(self, column: int) -> Pencil:
        """The group's small system beside the identity."""
        return Pencil(self.systems[column], None, self.kernels[column])


def sample_space(changed: Changed, Q: Array) -> SampleSpace | None:
    """Factor each group's small system; ``Q`` (n, n) is XH⁻¹Xᵀ of all rows.

    None where a leverage is so near to 1 that 1 − h has lost its digits: the model all but interpolates a row. And
    where some rows are taken out of H and others added to it.
    """
    removed = removed_curvatures(changed.fitted, changed.change)[:, 0, 0]
    sign = -1.0 if np.all(removed <= 0.0) else 1.0
    if not np.all(sign * removed >= 0.0):
        return None
    roots = tuple(np.sqrt(sign * removed[rows]) for rows in changed.members)
    systems = _small_systems(Q, sign, roots, changed.members)
    kernels = []
    for system in systems:
        lower, info = lapack.dpotrf(system, lower=1)
        if info != 0 or not np.all(np.diag(lower) ** 2 > SMALLEST_PIVOT):
            return None
        kernels.append(Cholesky(lower))
    return SampleSpace(changed, sign, roots, systems, tuple(kernels))


def _small_systems(Q: Array, sign: float, roots: Sequence[Array], members: Sequence[Rows]) -> tuple[Array, ...]:
    systems = []
    for root, rows in zip(roots, members, strict=True):
        system = -sign * (Q[np.ix_(rows, rows)] * root[:, None] * root)
        system[np.diag_indices_from(system)] += 1.0
        systems.append(system)
    return tuple(systems)


@dataclass(frozen=True)
class Unbounded:
    """What the ways that iterate have in common."""

    changed: Changed

    def pencil(self, column: int) -> None:
        """None is at hand."""
        return None

    def _solution(self, end: Solved, V: Array, columns: Columns) -> Array:
        """What iteration has found; a column that it has not is solved with a factor of its own, where P allows one."""
        if end.converged.all():
            return end.solution
        fitted, late = self.changed.fitted, np.flatnonzero(~end.converged)
        if not isinstance(fitted.factor, DenseFactor) or fitted.factor.H.nbytes > RESCUE_BYTES:
            worst = late[int(np.argmax(end.relative_residual[late]))]
            raise GroupConvergenceError(
                int(columns[worst]),
                "conjugate gradients with the Hessian of the changed rows stopped at a relative residual of "
                f"{number(end.relative_residual[worst])}; a larger lambda_over_n or scaled features make it converge",
            )
        solution = end.solution.copy()
        for j in late:
            factor = _own_factor(self.changed, fitted.factor.H, int(columns[j]))
            solution[:, j] = factor.solve(V[:, j])
        return solution


@dataclass(frozen=True)
class Passes(Unbounded):
    """Conjugate gradients preconditioned by a diagonal: products with H − H(δ) are passes over the data."""

    diagonal: Diagonal

    def solve(self, V: Array, columns: Columns, tolerance: float) -> Array:
        """As many passes as ``tolerance`` takes; raises ConvergenceError where they do not suffice."""
        fitted = self.changed.fitted
        here = self.changed.hessians(fitted.theta[:, None], columns)
        right = without_flat_part(V, fitted.objective.flat_intercepts)
        return self._solution(
            conjugate_gradient(here, lambda U, _: self.diagonal.solve(U), right, tolerance, MAX_ITERATIONS),
            right,
            columns,
        )


def sample_space_kernel(fitted: Fitted) -> Array:
    """Q = XH⁻¹Xᵀ (n, n)."""
    X = fitted.objective.X
    Xt = X.T if isinstance(X, np.ndarray) else X.T.toarray()
    return np.asarray(X @ fitted.factor.solve(np.asfortranarray(Xt)))
