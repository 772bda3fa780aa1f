"""What floating point does to scores and gradients, as bounds that are proven and as estimates of a usual size.

A sum of k products in any order is off by at most γ_k Σ|products|, γ_k = ku/(1 − ku) with u = 2⁻⁵³ (Higham, Accuracy
and Stability of Numerical Algorithms, 2002, section 3.1). With columns scaled by m_j = max_i|x_ij|, Cauchy and Schwarz
bound Σ_j|x_ij θ_j| by ‖x_i/m‖·‖m∘θ‖, which costs no product with |X| and does not care how the features are scaled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import HESSIAN_ROWS, Objective, row_slices, scores
from groupinf.numerics.products import Design

UNIT = 2.0**-53
# the usual error of a term s_i r_i x_ij of a gradient and of the sums it goes through, each to a few roundings,
# relative to √Σ(s r)²·√Σx_ij², which bounds the sum of the terms' sizes
USUAL_TERM = 4 * UNIT
# bounds are sums and products of positive numbers, whose own rounding this covers
SLACK = 1.0 + 1e-9


def gamma(k: float) -> float:
    """γ_k; infinite from k = 1/u on."""
    return k * UNIT / (1.0 - k * UNIT) if k * UNIT < 1.0 else np.inf


def estimate_of(k: float) -> float:
    """The usual size of what γ_k bounds: rounding errors of random sign grow like √k, and not like k."""
    return float(2.0 * UNIT * np.sqrt(k))


@dataclass(frozen=True)
class Sizes:
    """Of the rows of a problem, in the norms that rounding is measured by.

    ``columns`` (p,) holds m_j, over training and test rows, ``sums`` (p,) √Σ_i x_ij²; ``rows`` (n,) ‖x_i/m‖ of the
    training rows, ``test_rows`` (m,) of the test rows, and ``largest_row`` the largest of both. ``spread`` is the
    largest distance, in what is penalised, of a training row from ``mean``, and ``reach`` that of a training or a test
    row: beside a free intercept from the mean (p − 1,) of the training rows, else from 0 (p,).
    """

    columns: Array
    sums: Array
    rows: Array
    test_rows: Array
    largest_row: float
    mean: Array
    spread: float
    reach: float

    def of_parameters(self, theta: Array, outputs: int) -> Array:
        """‖m∘θ‖ of the largest output: (P, B) -> (B,)."""
        scaled = theta.reshape(self.columns.size, outputs, -1) * self.columns[:, None, None]
        return np.asarray(np.sqrt((scaled**2).sum(axis=0)).max(axis=0))


def sizes_of(objective: Objective, test: Objective) -> Sizes:
    """The sizes of training rows and of the test rows that are looked at."""
    X = objective.X
    largest = np.maximum(_largest(X), _largest(test.X))
    columns = np.where(largest > 0.0, largest, 1.0)
    free = objective.intercept is Intercept.FREE
    mean = np.asarray(X.mean(axis=0)).ravel() if free else np.zeros(objective.p)
    rows, spread = _norms(X, columns, mean)
    others, reach = _norms(test.X, columns, mean)
    slices = (_scaled_squares(X[i : i + HESSIAN_ROWS], columns) for i in range(0, X.shape[0], HESSIAN_ROWS))
    squares = np.array([np.asarray(part.sum(axis=0)).ravel() for part in slices])
    return Sizes(
        columns=columns,
        sums=columns * np.sqrt(squares.sum(axis=0)),
        rows=rows,
        test_rows=others,
        largest_row=max(rows.max(), others.max(initial=0.0)),
        mean=mean[:-1] if free else mean,
        spread=spread.max(),
        reach=max(spread.max(), reach.max(initial=0.0)),
    )


def _largest(X: Design) -> Array:
    """max_i |x_ij|: (p,)."""
    if isinstance(X, np.ndarray):
        return np.asarray(np.maximum(X.max(axis=0), -X.min(axis=0)))
    largest, least = (np.asarray(side.toarray(), dtype=np.float64).ravel() for side in (X.max(axis=0), X.min(axis=0)))
    return np.asarray(np.maximum(largest, -least))


def _scaled_squares(X: Design, columns: Array) -> Design:
    """(x_ij/m_j)²."""
    if isinstance(X, np.ndarray):
        return (X / columns) ** 2
    return sparse.csr_array(X * (1.0 / columns)).power(2)


def _norms(X: Design, columns: Array, mean: Array) -> tuple[Array, Array]:
    """‖x_i/m‖ and at most ‖x_i − mean‖ of each row; a free intercept's one adds nothing to the latter."""
    scaled, distance = np.empty(X.shape[0]), np.empty(X.shape[0])
    for start in range(0, X.shape[0], HESSIAN_ROWS):
        part, at = X[start : start + HESSIAN_ROWS], slice(start, start + HESSIAN_ROWS)
        scaled[at] = np.sqrt(np.asarray(_scaled_squares(part, columns).sum(axis=1)).ravel())
        if isinstance(part, np.ndarray):
            distance[at] = np.linalg.norm(part - mean, axis=1)
        else:  # written out it could be too large
            distance[at] = np.sqrt(np.asarray(part.power(2).sum(axis=1)).ravel()) + np.linalg.norm(mean)
    return scaled, distance


def usual_decrement(objective: Objective, theta: Array, sizes: Sizes) -> float:
    """√(eᵀH⁻¹e) of the rounding e that ∇L(θ) usually has, θ (P,): an estimate, with λ alone for what sums leave.

    Rounding of the scores moves r_i by a_iδ_i, and XH⁻¹Xᵀ ≤ D⁻¹; that of the terms s_i r_i x_ij is USUAL_TERM of each.
    """
    loss, scattered, squares = objective.loss, 0.0, 0.0
    for rows in row_slices(objective, 1):
        z = scores(objective.X[rows], theta[:, None], loss.outputs)
        state = loss.curvature_state(z, objective.y[rows])
        trace = loss.curvature_trace(state)
        weight = objective.sample_weight[rows]
        scattered += float(np.sum(sizes.rows[rows] ** 2 * trace[:, 0] * weight))
        squares += float(np.sum(loss.squared_residuals(z, state, objective.y[rows]) * weight[:, None] ** 2))
    of_scores = estimate_of(objective.p + 2) * float(sizes.of_parameters(theta[:, None], loss.outputs)[0])
    of_terms = USUAL_TERM * np.sqrt(squares) * np.linalg.norm(sizes.sums)
    pulled = 3.0 * UNIT * np.sqrt(objective.lam) * np.linalg.norm(theta)
    return float(of_scores * np.sqrt(scattered) + of_terms / np.sqrt(objective.lam) + pulled)


def gradient_errors(objective: Objective, sizes: Sizes, residual: Array, theta: Array) -> tuple[Array, Array]:
    """At most what rounding does to ∇L at θ (P, B), number by number: to its terms and their sums, with ``residual``
    (B,) at least √Σ(s r)², and to the penalty: (P, B) each. Errors of the scores aside.
    """
    of_terms = SLACK * (gamma(summed_terms(objective) + 3) + objective.loss.roundings * UNIT) * residual
    sums = np.repeat(sizes.sums, objective.loss.outputs)
    return of_terms * sums[:, None], 3.0 * UNIT * objective.lam * np.abs(theta)


def summed_terms(objective: Objective) -> int:
    """How many additions a number of a gradient may have gone through: those of a slice, and the slices."""
    slices = [part.stop - part.start for part in row_slices(objective, 1)]
    return int(max(slices)) + len(slices) + 2


def hessian_terms(objective: Objective) -> int:
    """The same of a number of a Hessian."""
    return min(objective.n, HESSIAN_ROWS) + objective.n // HESSIAN_ROWS + 3
