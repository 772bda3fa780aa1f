"""Pairs of rows whose influence and Newton steps point apart, and a test point on which effects show that."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from groupinf.numerics.change import changed, removing
from groupinf.numerics.conjugate_gradient import column_dots
from groupinf.numerics.engine import choose_engine
from groupinf.numerics.fit import fit
from groupinf.numerics.objective import Objective
from groupinf.numerics.reduced import NEWTON_TOLERANCE

Array = NDArray[np.float64]


@dataclass(frozen=True)
class PairSteps:
    """Of k pairs of rows that are removed the steps Δᵢₙᶠ and Δᴺ and the exact θ̂(w) − θ̂, a row (d,) for each pair."""

    influence: Array
    newton: Array
    actual: Array

    def first(self, pairs: int) -> PairSteps:
        """Those of the first so many pairs."""
        return PairSteps(self.influence[:pairs], self.newton[:pairs], self.actual[:pairs])


def turned_pairs(objective: Objective, keep: int) -> PairSteps:
    """The ``keep`` pairs of smallest cosine Δᵢₙᶠᵀ Δᴺ/(‖Δᵢₙᶠ‖ ‖Δᴺ‖) of all pairs of rows, the smallest first.

    They are those of the builder ``pairs``; each is retrained by itself. Koh et al. 2019, Figure 3 left, without the
    offset that the authors' code has in the denominator.
    """
    fitted = fit(objective)
    change, pairs = removing(fitted), [np.array(pair) for pair in combinations(range(objective.n), 2)]
    block = changed(fitted, change, pairs)
    influence = fitted.factor.solve(block.g)
    reduced = choose_engine(fitted, change, 2.0).reduced(block)
    newton = reduced.solve(block.g, np.arange(len(pairs)), NEWTON_TOLERANCE)
    cosine = column_dots(influence, newton) / np.linalg.norm(influence, axis=0) / np.linalg.norm(newton, axis=0)
    kept = np.argsort(cosine, kind="stable")[:keep]
    theta = [fit(block.objective_of(int(i)), fitted.theta + newton[:, i]).theta for i in kept]
    return PairSteps(influence[:, kept].T, newton[:, kept].T, np.array(theta) - fitted.theta)


def opposing_test_point(steps: PairSteps, ridge: float, agreement: float) -> Array:
    """The x (d,) of norm 1 on which influence opposes the Newton step and the truth most, while these two agree.

    With A, B, C the influence steps, Newton steps and exact steps, and sym(P, Q) = ½(PᵀQ + QᵀP), the eigenvector of
    the smallest eigenvalue μ of

        [sym(A, B) + sym(A, C) − κ sym(B, C)] x = μ [S + γ tr(S)/d I] x, S = AᵀA + BᵀB + CᵀC,

    where ``ridge`` is γ, which keeps effects from vanishing, and ``agreement`` κ. Its largest entry is positive.
    """
    A, B, C = steps.influence, steps.newton, steps.actual
    opposed = _sym(A, B) + _sym(A, C) - agreement * _sym(B, C)
    size = A.T @ A + B.T @ B + C.T @ C
    size[np.diag_indices_from(size)] += ridge * np.trace(size) / A.shape[1]
    x = eigh(opposed, size, subset_by_index=(0, 0))[1][:, 0]
    return np.asarray(x / np.linalg.norm(x) * np.sign(x[np.argmax(np.abs(x))]))


def _sym(P: Array, Q: Array) -> Array:
    product = P.T @ Q
    return np.asarray(0.5 * (product + product.T))
