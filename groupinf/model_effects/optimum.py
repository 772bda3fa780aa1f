"""How far a fitted model is from the optimum of its objective, in terms of what effects are."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from groupinf.errors import ConvergenceError
from groupinf.numerics.conjugate_gradient import column_dots
from groupinf.numerics.factor import IterativeFactor
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective, gradients, hessian_products, scores, transposed_product
from groupinf.wording import number

# of what leaving out a typical row does: a model that is nearer to its optimum counts as being there. Found by leaving
# rows of three public data sets out one by one with scikit-learn's lbfgs and tol of 1e-3 to 1e-8: no effect was off by
# more than 1.6 times the share. The default tol of 1e-4 leaves 10 % to 1,100 %, 1e-8 at most 0.1 %
NEAR = 0.01
# training rows, evenly spread, whose leaving out is looked at
MOST_ROWS = 64
# relative residual to which H⁻¹g is solved for there where H has no factor: gᵀH⁻¹g is off by about its square
ROUGHLY = 0.03


@dataclass(frozen=True)
class Distance:
    """How far a model's θ is from θ̂: the ``gradient_norm`` there (None where the loss is not smooth), the
    ``decrement`` √((θ − θ̂)ᵀH(θ − θ̂)), what that is as a ``share`` of how far leaving out a row moves θ̂, and the most
    that a ``score`` of a test row is off.

    The latter is the root mean square of √(gᵢᵀH⁻¹gᵢ) over rows. By Cauchy and Schwarz ∇fᵀ(θ − θ̂) is at most
    ‖∇f‖·decrement in H⁻¹ for any f, and the influence of a row at most ‖∇f‖·√(gᵢᵀH⁻¹gᵢ): so the share says how large
    the error of an effect may be beside that of a typical row.
    """

    gradient_norm: float | None
    decrement: float
    share: float
    score: float

    @property
    def near(self) -> bool:
        """Whether the model counts as being at its optimum."""
        return self.share <= NEAR

    @property
    def in_words(self) -> str:
        """What there is of it, for a sentence."""
        gradient = "" if self.gradient_norm is None else f"its gradient has the norm {number(self.gradient_norm)}, "
        scores = f"test scores are off by up to {number(self.score)}"
        return f"{gradient}its Newton decrement is {number(self.decrement)}, {scores}"


def distance(fitted: Fitted, theta: Array, outside: float, test: Objective) -> Distance:
    """That of θ (P,), in coordinates of the fit, from θ̂ of ``fitted``; ``outside`` is the part of it that is outside
    of the span of the rows, where the fit has coordinates of that.
    """
    objective, off = fitted.objective, theta - fitted.theta
    squared = float(off @ hessian_products(objective, fitted.theta, off[:, None])[:, 0])
    decrement = math.hypot(math.sqrt(max(0.0, squared)), math.sqrt(objective.lam) * outside)
    norm = None
    if objective.loss.smooth:
        norm = float(np.hypot(np.linalg.norm(gradients(objective, theta[:, None])), objective.lam * outside))
    typical = typical_row(fitted)
    share = decrement / typical if typical > 0.0 else np.inf if decrement > 0.0 else 0.0
    moved = scores(test.X, off, objective.loss.outputs)
    if objective.loss.flat_direction:  # what all scores of a row have in common says nothing
        moved = moved - moved.mean(axis=1, keepdims=True)
    return Distance(norm, decrement, share, float(np.abs(moved).max()))


def typical_row(fitted: Fitted) -> float:
    """The root mean square of √(gᵢᵀH⁻¹gᵢ) over some rows: how far leaving out a typical one moves θ̂."""
    objective, outputs = fitted.objective, fitted.objective.loss.outputs
    rows = np.unique(np.linspace(0, objective.n - 1, min(objective.n, MOST_ROWS)).astype(np.int64))
    each = np.zeros((rows.size, outputs, rows.size))
    each[np.arange(rows.size), :, np.arange(rows.size)] = fitted.residuals[rows]
    g = transposed_product(objective.X[rows], each)
    factor = fitted.factor
    if isinstance(factor, IterativeFactor):
        factor = replace(factor, tolerance=ROUGHLY)
    return float(np.sqrt(np.mean(column_dots(g, factor.solve(g)))))


def require_optimum(name: str, exactly: str, found: Distance, steps: bool) -> None:
    """Raises ConvergenceError where the model is not at its optimum: what that does, and how to get there."""
    if found.near:
        return
    off = f"an effect may be off by {number(100 * found.share, 2)} % of what leaving out a typical row does"
    steps_too = ", and that its steps transform rows as they did when it was fitted" if steps else ""
    raise ConvergenceError(
        f"{name}: the model is not at the optimum of its objective: {off}, where {number(100 * NEAR)} % is tolerated "
        f"({found.in_words}). With refit=True effects are those of the exact optimum, found from its coefficients; a "
        f"model fitted with {exactly} is there by itself. If it was meant to be there: check that X, y and "
        f"sample_weight are those that it was fitted to{steps_too}"
    )
