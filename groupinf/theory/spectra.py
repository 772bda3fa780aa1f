"""Spectra of A(w) = H^(−½)H(w)H^(−½): what a group takes out of the Hessian, in the metric of the Hessian.

Its eigenvalues a are in [0, 1) for removal; those of the error matrix D(w) = (I − A(w))⁻¹ − I (Koh et al. 2019,
Proposition 2) are a/(1 − a).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from scipy import linalg
from scipy.sparse.linalg import eigsh

from groupinf.numerics.change import Changed, RowChange
from groupinf.numerics.factor import DenseFactor, curved_rows
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective, Rows
from groupinf.numerics.reduced import Pencil
from groupinf.theory.lanczos import largest_eigenvalues

# eigenvalues that are kept of a group at most, where all of them are computed, and where only the largest are
KEPT, KEPT_OF_LARGE = 64, 8
# a matrix up to this size is decomposed wholly: beyond, its largest eigenvalues alone cost less
WHOLE = 256
# the kernel of all rows, and the rows in the metric of H, are at most this large
KERNEL_BYTES = ROWS_BYTES = 512 * 2**20
# with several outputs a row is K' rows, and beyond this P iteration on the rows as they are costs less
LARGEST_OF_SEVERAL = 128
# rows of a group, as a multiple of P, beyond which H − H(w) as it is factored costs less than its rows
SPARED = 4
# an eigenvalue has settled where its error is this share of it: by then those above it have as a rule been found
SETTLED = 1e-5
# relative accuracy that is asked of the largest eigenvalues where not all are computed
ACCURACY = 1e-6


@dataclass(frozen=True)
class Spectrum:
    """The eigenvalues of A(w) of B groups that are largest in size, (B, k), the largest first, NaN where a group has
    no more, and an estimate of how far each may be off, 0 where all were computed.
    """

    eigenvalues: Array
    error: Array

    @property
    def largest(self) -> Array:
        """μ(w): (B,)."""
        return self.eigenvalues[:, 0]


class Spectra(Protocol):
    """How the spectra of groups are found."""

    def of(self, changed: Changed, pencils: Sequence[Pencil | None]) -> Spectrum:
        """Those of a block of groups; ``pencils`` are their H − H(w) beside H, where these are at hand."""


@dataclass(frozen=True)
class Unchanged:
    """Of a change that takes nothing out of the Hessian."""

    def of(self, changed: Changed, pencils: Sequence[Pencil | None]) -> Spectrum:
        """0."""
        zero = np.zeros((len(changed.members), 1))
        return Spectrum(zero, zero)


@dataclass(frozen=True)
class ByRows:
    """From the rows of ``U`` (n·K', P) = D^½XL⁻ᵀ with H = LLᵀ: A(w) = ``share``·U_SᵀU_S and its eigenvalues are also
    those of ``share``·U_S U_Sᵀ, of which ``kernel`` (n, n) holds UUᵀ where it is not empty.
    """

    share: float
    outputs: int
    lower: Array
    U: Array
    kernel: Array

    def of(self, changed: Changed, pencils: Sequence[Pencil | None]) -> Spectrum:
        """Wholly where the smaller of the two matrices is small, else the largest eigenvalues by iteration."""
        each = pencils or [None] * len(changed.members)
        found = [self._of_one(rows, pencil) for rows, pencil in zip(changed.members, each, strict=True)]
        eigenvalues, error = np.full((2, len(found), max(values.size for values, _ in found)), np.nan)
        for b, (values, off) in enumerate(found):
            eigenvalues[b, : values.size], error[b, : values.size] = values, off
        return Spectrum(self.share * eigenvalues, abs(self.share) * error)

    def _of_one(self, rows: Rows, pencil: Pencil | None) -> tuple[Array, Array]:
        gram = self._gram(rows, pencil)
        if gram.shape[0] <= WHOLE:
            values = linalg.eigvalsh(gram, check_finite=False)[::-1][: min(KEPT, self.lower.shape[0])]
            return np.maximum(values, 0.0), np.zeros(values.size)
        start = np.random.default_rng(0).normal(size=gram.shape[0])
        values, vectors = eigsh(gram, k=KEPT_OF_LARGE, which="LA", v0=start, tol=ACCURACY)  # type: ignore[call-overload]
        left = np.linalg.norm(gram @ vectors - vectors * values, axis=0)
        return np.maximum(values[::-1], 0.0), left[::-1]

    def _gram(self, rows: Rows, pencil: Pencil | None) -> Array:
        """The smaller matrix: U_S U_Sᵀ, or U_SᵀU_S, which is (I − L⁻¹(H − H(w))L⁻ᵀ)/share where H − H(w) is at hand; of
        several outputs that may be filled along a flat direction in another way than H is.
        """
        if self.kernel.size:
            return self.kernel[np.ix_(rows, rows)]
        K = self.outputs
        if K == 1 and pencil is not None and pencil.H is not None and rows.size > SPARED * self.U.shape[1]:
            left = linalg.solve_triangular(self.lower, pencil.A, lower=True, check_finite=False)
            whole = linalg.solve_triangular(self.lower, left.T, lower=True, check_finite=False)
            return (np.eye(len(whole)) - 0.5 * (whole + whole.T)) / self.share
        picked = self.U[rows] if K == 1 else self.U.reshape(-1, K, self.U.shape[1])[rows].reshape(-1, self.U.shape[1])
        return picked @ picked.T if picked.shape[0] <= picked.shape[1] else picked.T @ picked


@dataclass(frozen=True)
class ByIteration:
    """By Lanczos's method in the inner product of H, with products of the groups' rows alone."""

    share: float

    def of(self, changed: Changed, pencils: Sequence[Pencil | None]) -> Spectrum:
        """μ, and the eigenvalues below it as far as all of them have settled: what has not may hide another."""
        columns, sign = np.arange(len(changed.members)), np.sign(self.share)
        draws = np.random.default_rng(0).normal(size=changed.g.shape)
        start = changed.removed_hessian_products(draws, columns)
        found = largest_eigenvalues(
            lambda V: sign * changed.removed_hessian_products(V, columns), changed.fitted.factor.solve, start
        )
        told = np.logical_and.accumulate(found.error <= SETTLED * np.abs(found.values), axis=0)
        told[0] = True
        values, error = (np.where(told, array, np.nan)[:KEPT_OF_LARGE].T for array in (found.values, found.error))
        return Spectrum(sign * values, error)


def rows_bytes(n: int, outputs: int, size: int) -> int:
    """Of the rows in the metric of H, twice while they are made, and of the kernel that may take their place."""
    held = 8 * n * outputs * size <= ROWS_BYTES and (outputs == 1 or size <= LARGEST_OF_SEVERAL)
    return (2 * 8 * n * outputs * size + (8 * n**2 if _has_kernel(n, outputs, size) else 0)) if held else 0


def _has_kernel(n: int, outputs: int, size: int) -> bool:
    """Whether a kernel of all rows fits, and costs less than it saves."""
    return outputs == 1 and 8 * n**2 <= KERNEL_BYTES and n < 8 * size


def spectra_of(fitted: Fitted, change: RowChange) -> Spectra:
    """The way that costs least; ``change`` moves no curvature by a new label."""
    objective, factor = fitted.objective, fitted.factor
    share = removed_share(change, objective)
    if share == 0.0:
        return Unchanged()
    n, outputs, size = objective.n, objective.loss.outputs, objective.size
    kernel = _has_kernel(n, outputs, size)
    several = outputs > 1 and size > LARGEST_OF_SEVERAL
    if several or 8 * n * outputs * size > ROWS_BYTES or not isinstance(factor, DenseFactor):
        return ByIteration(share)
    U = _rows_in_metric(fitted, change, factor)
    if kernel:
        return ByRows(share, 1, factor.factor.lower, np.empty((0, 0)), U @ U.T)
    return ByRows(share, outputs, factor.factor.lower, U, np.empty((0, 0)))


def removed_share(change: RowChange, objective: Objective) -> float:
    """What share of its own weight a row's part in H loses, negative where it gains: rows of the fit 1 − ``times``,
    those of a pool −``times``, where there is one.
    """
    of_pool = not np.array_equal(change.own, objective.sample_weight)
    return -change.times if of_pool else 1.0 - change.times


def _rows_in_metric(fitted: Fitted, change: RowChange, factor: DenseFactor) -> Array:
    """U, the rows of a pool with their own weights."""
    rows = curved_rows(replace(fitted.objective, sample_weight=change.own), fitted.theta)
    return np.asarray(linalg.solve_triangular(factor.factor.lower, rows.T, lower=True, check_finite=False).T)
