"""What a fit says of each training row by itself: leverage, self-influence, leave-one-out, Cook's distance.

With X_i = x_iᵀ ⊗ I (K' × P), G_i = X_iH⁻¹X_iᵀ and ρ_i = (I − s_iA_iG_i)⁻¹s_ir_i, the Newton step without row i is
Δ_i = H⁻¹X_iᵀρ_i, which moves the row's own scores by G_iρ_i: for one output s_ir_iG_i/(1 − h_i).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from groupinf.numerics.approximate_leave_one_out import ChangedEach, changed_each, work_of_blocks
from groupinf.numerics.change import removing
from groupinf.numerics.fit import Fitted, refined_residuals
from groupinf.numerics.losses.loss import Array, Loss
from groupinf.numerics.objective import Objective, scores

# multiplications for the blocks G_i beyond which what tells their rounding, three times as many, is left out, and
# beyond which they are left out themselves: some minutes on one core
CHECKED_WORK, MOST_WORK = 1e12, 1e13


@dataclass(frozen=True)
class PlainScores:
    """What no solve is needed for, of each row at θ̂: (n,) each.

    ``loss`` is l_i, ``score`` z_i of one output, NaN of several; ``residual`` ∂l_i/∂z_i, of several outputs that of the
    row's own class: p − y, z − y, or p_y − 1. None of them is weighted.
    """

    loss: Array
    score: Array
    residual: Array


@dataclass(frozen=True)
class RowScores(PlainScores):
    """All that is told of each row: (n,) each, NaN where the row's leverage is 1 to rounding and nothing is left.

    ``leverage`` s_i tr(A_iG_i), ``self_influence`` g_iᵀH⁻¹g_i, ``self_newton`` the rise of s_il_i by Δ_i,
    ``leave_one_out_loss`` l_i there, and Cook's distance Δ_iᵀHΔ_i/(P·φ), P the parameters of the features, with φ = 1
    for classes and Σs_ir_i²/(n − Σh_i) for regression (Cook 1977; Pregibon 1981 for the logistic model).
    """

    leverage: Array
    self_influence: Array
    self_newton: Array
    leave_one_out_loss: Array
    cooks_distance: Array


def plain_scores(fitted: Fitted, measured: Loss | None = None) -> PlainScores:
    """Loss, score and residual of each row by the loss that is ``measured``, by default the fitted one."""
    rows = _measured(fitted, measured)
    loss, z = rows.loss, scores(rows.X, fitted.theta, rows.loss.outputs)
    residuals = refined_residuals(rows, np.ones(rows.n), fitted.theta, fitted.left)
    single = loss.outputs == 1
    own = residuals[:, 0] if single else residuals[np.arange(rows.n), rows.y.astype(np.int64)]
    return PlainScores(loss.values(z, rows.y), z[:, 0] if single else np.full(rows.n, np.nan), own)


def row_scores(fitted: Fitted, measured: Loss | None = None) -> RowScores | None:
    """All scores of each row; None where H has no factor, or the G_i take more than MOST_WORK.

    The steps are those of the loss of ``fitted``. Where another loss is ``measured``, that has loss, residual and the
    losses after the step, and self-influence is ∇(s_il_i)ᵀH⁻¹g_i with the gradient of that.
    """
    each = left_out_each(fitted)
    return None if each is None else scores_of_steps(fitted, each, measured)


def left_out_each(fitted: Fitted) -> ChangedEach | None:
    """The Newton steps without each row; None as ``row_scores``."""
    work = work_of_blocks(fitted)
    return None if work > MOST_WORK else changed_each(fitted, removing(fitted), errors_too=work <= CHECKED_WORK)


def scores_of_steps(fitted: Fitted, each: ChangedEach, measured: Loss | None = None) -> RowScores:
    """``row_scores`` of steps that are known."""
    rows, plain = _measured(fitted, measured), plain_scores(fitted, measured)
    loss, weight, G = fitted.objective.loss, rows.sample_weight, each.blocks
    z, moved = scores(rows.X, fitted.theta, loss.outputs), np.einsum("nkm,nm->nk", G, each.residuals)
    left_out = rows.loss.values(z + moved, rows.y)
    # trace(A_i G_i), G_i being symmetric
    leverage = np.einsum("nkm,nkm->n", loss.curvature(z, rows.y), G) * weight
    own = refined_residuals(rows, weight, fitted.theta, fitted.left)
    told = RowScores(
        **vars(plain),
        leverage=leverage,
        self_influence=np.einsum("nk,nkm,nm->n", own, G, fitted.residuals),
        self_newton=weight * (left_out - plain.loss),
        leave_one_out_loss=left_out,
        cooks_distance=np.einsum("nk,nk->n", each.residuals, moved) / (_parameters(fitted) * _scale(fitted, leverage)),
    )
    nothing = {name: np.where(each.lost, np.nan, getattr(told, name)) for name in _OF_THE_STEP}
    return replace(told, **nothing)


_OF_THE_STEP = ("self_newton", "leave_one_out_loss", "cooks_distance")


def _measured(fitted: Fitted, measured: Loss | None) -> Objective:
    return fitted.objective if measured is None else replace(fitted.objective, loss=measured)


def _parameters(fitted: Fitted) -> int:
    """Those of the features: of fewer rows than features, P is the number of coordinates."""
    return int(fitted.objective.in_full(np.zeros(fitted.objective.size)).size)


def _scale(fitted: Fitted, leverage: Array) -> float:
    """φ."""
    objective = fitted.objective
    if not objective.loss.is_for(0):
        return 1.0
    weight = objective.sample_weight
    squares = np.divide(fitted.residuals[:, 0] ** 2, weight, out=np.zeros_like(weight), where=weight > 0.0)
    return float(squares.sum() / (objective.n - leverage.sum()))
