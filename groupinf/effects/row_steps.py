"""The steps of single rows, and what steps of groups of them are made of."""

from __future__ import annotations

import numpy as np

from groupinf.numerics.change import RowChange
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Rows, scores, transposed_product


def row_step_products(fitted: Fitted, rows: slice | Rows) -> tuple[Array, Array]:
    """XH⁻¹Xᵀ and XH⁻²Xᵀ of some rows at θ̂, (m·K', m·K') each, score k of row i at i·K' + k."""
    objective, outputs = fitted.objective.at(rows), fitted.objective.loss.outputs
    size = objective.n * outputs
    each = np.eye(size).reshape(objective.n, outputs, size)
    solved = fitted.factor.solve(transposed_product(objective.X, each))
    kernel = scores(objective.X, solved, outputs).reshape(size, size)
    return 0.5 * (kernel + kernel.T), solved.T @ solved


def row_curvatures(fitted: Fitted, change: RowChange, rows: slice | Rows) -> Array:
    """s_i A_i − s'_i A'_i at θ̂, what the change of a row takes out of H: (m, K', K')."""
    objective = fitted.objective.at(rows)
    z = scores(objective.X, fitted.theta, objective.loss.outputs)
    label = objective.y if change.label is None else change.label[rows]
    before = objective.loss.curvature(z, objective.y) * objective.sample_weight[:, None, None]
    after = objective.loss.curvature(z, label) * (change.times * change.own[rows])[:, None, None]
    return np.asarray(before - after)
