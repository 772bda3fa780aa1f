"""H⁻¹ at θ̂: factored once and solved with many times, in the smaller space, or by iteration where neither fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from scipy import linalg
from scipy.linalg import lapack

from groupinf.errors import ConvergenceError
from groupinf.numerics.conjugate_gradient import Columns, conjugate_gradient
from groupinf.numerics.gram import copied_slices
from groupinf.numerics.heavy_rows.inner import Curved, curved_at
from groupinf.numerics.heavy_rows.refined import refined
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective, hessian, hessian_products, scores
from groupinf.numerics.products import Design, dense
from groupinf.wording import number

# a dense Hessian and its factor are each at most this large: P up to 16,384
DENSE_BYTES = 2 * 2**30
# relative residual, in the norm of the preconditioner, to which an iterative solve is taken
ITERATIVE_TOLERANCE = 1e-10
MAX_ITERATIONS = 5000
# below this share of its diagonal entry a pivot has lost half of its digits
SMALLEST_PIVOT = 1e-8
# the rows, stacked on the penalty, are factored where they take no more than this
STACKED_BYTES = 512 * 2**20
EASIER = "a larger lambda_over_n, or features scaled to about 1 (standardise: true), make the problem easier"
SINGULAR = (
    "a Hessian is not positive definite to working precision: λ is too small beside the features; "
    "a larger lambda_over_n, or features scaled to about 1 (standardise: true), make the problem solvable"
)
# rows of an inverse whose other half is filled in at a time
MIRRORED = 512


class Factor(Protocol):
    """A symmetric positive definite matrix that can be solved with; ``name`` tells in a manifest by what."""

    name: ClassVar[str]

    def solve(self, V: Array) -> Array:
        """The inverse times V: (P,) or (P, B)."""


@dataclass(frozen=True)
class Cholesky:
    """A = L Lᵀ as LAPACK's potrf leaves it (Fortran order, lower triangle; the upper is not read).

    ``by_rows`` says that it is R of a QR factorisation of rows, whose rounding is bounded by another number of units.
    """

    lower: Array
    by_rows: bool = False

    def solve(self, V: Array) -> Array:
        """A⁻¹V: (P,) or (P, B)."""
        if V.size == 0:  # LAPACK refuses it: of a group without a row that is changed
            return np.empty_like(V)
        solution, info = lapack.dpotrs(self.lower, V, lower=1)
        if info != 0:
            raise ConvergenceError(f"triangular solve failed (LAPACK potrs info {info}); {EASIER}")
        return np.asarray(solution, dtype=np.float64).reshape(V.shape)

    def inverse(self) -> Array:
        """A⁻¹ in full, exactly symmetric, in C order; takes no more memory than itself."""
        inverse, info = lapack.dpotri(self.lower, lower=1)
        if info != 0:
            raise ConvergenceError(f"inverting a factor failed (LAPACK potri info {info}); {EASIER}")
        for start in range(0, inverse.shape[0], MIRRORED):
            stop = start + MIRRORED
            corner = inverse[start:stop, start:stop]
            corner[...] = np.tril(corner) + np.tril(corner, -1).T
            inverse[start:stop, stop:] = inverse[stop:, start:stop].T
        return np.asarray(inverse.T)


def cholesky(A: Array) -> Cholesky:
    """Factor a symmetric positive definite A, which may be overwritten.

    Raises ConvergenceError where A is not positive definite to working precision.
    """
    lower, info = lapack.dpotrf(A.T, lower=1, clean=1, overwrite_a=1)
    if info != 0:
        raise ConvergenceError(SINGULAR)
    return Cholesky(np.asfortranarray(lower))


def accurate_cholesky(A: Array, objective: Objective, theta: Array) -> Cholesky:
    """Factor ∇²L(θ) for which ``A`` has been summed; where that has cost too many digits, from the rows themselves.

    A pivot far below its diagonal entry is what cancellation has left. The QR factorisation of √D X, with √λ I below
    it, has the same factor and squares nothing: what λ alone holds is right to u√(‖H‖/λ) and not to u‖H‖/λ.
    Raises ConvergenceError where A is not positive definite to working precision and the rows are too many for that.
    """
    try:
        factor = cholesky(A.copy())
    except ConvergenceError:
        if _stacked_bytes(objective) > STACKED_BYTES:
            raise
        return _from_rows(objective, theta)
    pivots = np.diag(factor.lower) ** 2
    if np.all(pivots > SMALLEST_PIVOT * np.diag(A)) or _stacked_bytes(objective) > STACKED_BYTES:
        return factor
    return _from_rows(objective, theta)


def _stacked_bytes(objective: Objective) -> int:
    return 8 * (objective.n * objective.loss.outputs + objective.size + 1) * objective.size


def curved_rows(objective: Objective, theta: Array) -> Array:
    """U = √D X (n·K', P), K' rows of it for each of X, with UᵀU the Hessian at θ (P,) without its penalty."""
    X, loss = dense(objective.X), objective.loss
    roots = loss.curvature_root(scores(X, theta, loss.outputs), objective.y)
    roots *= np.sqrt(objective.sample_weight)[:, None, None]
    return np.asarray(np.einsum("nj,nkm->nkjm", X, roots).reshape(-1, objective.size))


def _from_rows(objective: Objective, theta: Array) -> Cholesky:
    loss, stacked = objective.loss, [curved_rows(objective, theta)]
    stacked.append(np.diag(np.sqrt(objective.penalty())))
    if objective.flat_intercepts:
        flat = np.zeros(objective.size)
        flat[-loss.outputs :] = np.linalg.norm(stacked[0][:, -loss.outputs :])
        stacked.append(flat[None] / loss.outputs)
    upper = linalg.qr(np.vstack(stacked), mode="r", overwrite_a=True, check_finite=False)[0][: objective.size]
    lower = upper.T * np.where(np.diag(upper) < 0.0, -1.0, 1.0)
    if not np.all(np.diag(lower) > 0.0):
        raise ConvergenceError(SINGULAR)
    return Cholesky(np.asfortranarray(lower), by_rows=True)


@dataclass(frozen=True)
class DenseFactor:
    """H (P, P), a flat direction filled in, and its Cholesky factor."""

    name: ClassVar[str] = "cholesky"

    H: Array
    factor: Cholesky

    def solve(self, V: Array) -> Array:
        """H⁻¹V."""
        return self.factor.solve(V)


@dataclass(frozen=True)
class SampleSpaceFactor:
    """H = λI + XᵀDX of one output where P > n, solved with an n × n factor (Woodbury):

    H⁻¹v = (v − XᵀD^½ (λI + D^½XXᵀD^½)⁻¹ D^½Xv)/λ; ``root`` is D^½.
    """

    name: ClassVar[str] = "sample_space"

    X: Design
    root: Array
    lam: float
    kernel: Cholesky

    def solve(self, V: Array) -> Array:
        """H⁻¹V."""
        columns = V.reshape(V.shape[0], -1)
        inner = self.kernel.solve(self.root[:, None] * np.asarray(self.X @ columns))
        solution = (columns - np.asarray(self.X.T @ (self.root[:, None] * inner))) / self.lam
        return np.asarray(solution).reshape(V.shape)


@dataclass(frozen=True)
class BorderedFactor:
    """The same with a free intercept, by elimination: A = λI + X₋ᵀDX₋ of the features is ``inner``, and c = X₋ᵀD1 and
    ``schur`` = 1ᵀD1 − cᵀA⁻¹c border it.
    """

    name: ClassVar[str] = "sample_space"

    inner: SampleSpaceFactor
    coupling: Array
    schur: float

    def solve(self, V: Array) -> Array:
        """H⁻¹V."""
        columns = V.reshape(V.shape[0], -1)
        inner = self.inner.solve(columns[:-1])
        intercept = (columns[-1] - self.coupling @ inner) / self.schur
        weights = inner - self.inner.solve(self.coupling[:, None]) * intercept
        return np.vstack([weights, intercept]).reshape(V.shape)


def without_flat_part(V: Array, flat_intercepts: int) -> Array:
    """V (P, ...) without its part along a flat direction: rounding leaves some, which H cannot solve."""
    if not flat_intercepts:
        return V
    projected = V.copy()
    projected[-flat_intercepts:] -= projected[-flat_intercepts:].mean(axis=0)
    return projected


@dataclass(frozen=True)
class Diagonal:
    """diag H (P,) of a problem with so many ``flat_intercepts``."""

    name: ClassVar[str] = "diagonal"

    diagonal: Array
    flat_intercepts: int

    def solve(self, V: Array) -> Array:
        """V / diag H, without its part along a flat direction, as gradients have none."""
        return without_flat_part(V / self.diagonal.reshape(-1, *(1,) * (V.ndim - 1)), self.flat_intercepts)


@dataclass(frozen=True)
class IterativeFactor:
    """H = ∇²L(θ) of which only products are formed; solved by conjugate gradients with the diagonal before them, or
    with ``heavy`` rows as well where there are some.
    """

    name: ClassVar[str] = "cg"

    objective: Objective
    theta: Array
    diagonal: Diagonal
    tolerance: float = ITERATIVE_TOLERANCE
    heavy: Curved | None = None

    def solve(self, V: Array) -> Array:
        """H⁻¹V to the relative residual ``tolerance``; raises ConvergenceError where it is not reached."""
        columns = without_flat_part(V.reshape(V.shape[0], -1), self.objective.flat_intercepts)
        if self.heavy is not None:
            end = refined(self.heavy, self._product, columns, self.tolerance)
            if end.converged.all():
                return end.solution.reshape(V.shape)
        end = conjugate_gradient(
            self._product, lambda U, _: self.diagonal.solve(U), columns, self.tolerance, MAX_ITERATIONS
        )
        if not end.converged.all():
            raise ConvergenceError(
                f"conjugate gradients with H stopped at a relative residual of {number(end.relative_residual.max())} "
                f"after {MAX_ITERATIONS} iterations, tolerance {number(self.tolerance)}; {EASIER}"
            )
        return end.solution.reshape(V.shape)

    def _product(self, U: Array, _: Columns) -> Array:
        return hessian_products(self.objective, self.theta, U)


def factorise(objective: Objective, theta: Array, threads: int = 1) -> Factor:
    """H at θ in the form that solves cheapest: P × P, n × n where P > n, or by iteration where both are too large.

    ``threads`` may sum it, as in ``hessian``.
    """
    P, n = objective.size, objective.n
    one_output = objective.loss.outputs == 1
    if one_output and (8 * P**2 > DENSE_BYTES or 4 * n < P) and 8 * n**2 <= DENSE_BYTES:
        return _sample_space(objective, theta)
    if 8 * P**2 <= DENSE_BYTES:
        return dense_factor(objective, theta, threads)
    heavy = None
    if one_output and not isinstance(objective.X, np.ndarray):
        heavy = curved_at(objective, theta)
    return IterativeFactor(objective, theta, hessian_diagonal(objective, theta), heavy=heavy)


def dense_factor(objective: Objective, theta: Array, threads: int = 1) -> DenseFactor:
    """H at θ and its Cholesky factor."""
    H = with_flat_filled(objective, hessian(objective, theta, threads))
    return DenseFactor(H, accurate_cholesky(H, objective, theta))


def hessian_diagonal(objective: Objective, theta: Array) -> Diagonal:
    """diag ∇²L(θ)."""
    A = objective.loss.curvature(scores(objective.X, theta, objective.loss.outputs), objective.y)
    a = np.einsum("nkk->nk", A) * objective.sample_weight[:, None]
    parts = [_squares(objective.X[rows]).T @ a[rows] for rows in copied_slices(objective.X)]
    total = parts[0] if len(parts) == 1 else np.sum(parts, axis=0)
    return Diagonal(np.asarray(total).ravel() + objective.penalty(), objective.flat_intercepts)


def _squares(X: Design) -> Design:
    return X**2 if isinstance(X, np.ndarray) else X.power(2)


def with_flat_filled(objective: Objective, H: Array) -> Array:
    """H + c u uᵀ, in place, with u the flat direction, which adds a constant to all intercepts; else H.

    H u = 0 and every gradient is orthogonal to u, so solutions are those of the pseudo-inverse: the
    intercepts keep their sum. c is the mean curvature of the intercepts, which leaves the condition as it is.
    """
    K = objective.flat_intercepts
    if K:
        intercepts = H[-K:, -K:]
        intercepts += np.trace(intercepts) / K / K
    return H


def _sample_space(objective: Objective, theta: Array) -> SampleSpaceFactor | BorderedFactor:
    bordered = objective.intercept is Intercept.FREE
    X = objective.X[:, :-1] if bordered else objective.X
    a = objective.loss.curvature(scores(objective.X, theta, 1), objective.y)[:, 0, 0] * objective.sample_weight
    root = np.sqrt(a)
    gram = X @ X.T
    kernel = (gram if isinstance(gram, np.ndarray) else gram.toarray()) * root[:, None] * root
    kernel[np.diag_indices_from(kernel)] += objective.lam
    factor = SampleSpaceFactor(X, root, objective.lam, cholesky(kernel))
    if not bordered:
        return factor
    coupling = np.asarray(X.T @ a)
    inner = factor.solve(coupling[:, None])[:, 0]
    return BorderedFactor(factor, coupling, float(a.sum() - coupling @ inner))
