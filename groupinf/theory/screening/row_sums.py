"""What the bound of influence is made of, once for a study: what groups sum of their rows, and what values are of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from groupinf.effects.evaluations.evaluation import BoundedPart, measures_of
from groupinf.numerics.change import changed
from groupinf.numerics.losses.loss import Array, Steepness
from groupinf.numerics.objective import scores
from groupinf.numerics.rounding import SLACK, UNIT, gamma
from groupinf.numerics.verified import VerifiedFactor
from groupinf.theory.balls import InHessian
from groupinf.theory.intervals import Interval, read, slope_rounding, summed, values_within
from groupinf.theory.screening.level import Setting

# rows that reach farthest, up to so many of which are left out
FAR = 64
# numbers of row influence that are held, for each row, output and value
MOST_HELD = 2**25

# of each measure the parts of f with how steep they are
Parts = Sequence[Sequence[tuple[BoundedPart, Steepness]]]


@dataclass(frozen=True)
class OfRows:
    """What groups sum of their rows: leverage, s²‖r‖² and what errors of scores may do to g, (n,) each, influence and
    uᵀsAu, (n, T) each; and s r at θ̂ (n, K').
    """

    leverage: Array
    squares: Array
    scattered: Array
    influence: Array
    shared: Array
    residuals: Array


@dataclass(frozen=True)
class OfValues:
    """Of each value of f at θ̂: H⁻¹φ (P, T), ‖φ‖, at most the norm of what it is off by (``slope``) and of what H⁻¹φ
    leaves to solve, half the least and the largest second term per squared length of δ, (T, 1) each; what f and f(θ̂*)
    are (T, 1).
    """

    solved: Array
    norm: Array
    slope: Array
    left: Array
    least: Array
    most: Array
    value: Interval
    exact: Interval


@dataclass(frozen=True)
class Reaches:
    """In H, the farthest first: the ``reach`` and leverage of FAR rows, and how far the rows after 0, 1, 2, … of them
    reach.
    """

    reach: Array
    leverage: Array
    others: Array


def bounded_parts(setting: Setting) -> Parts | None:
    """Those of all measures; None where one is another for each group, or has no bounds of its slopes and curvatures,
    or where row influence would be too much to hold.
    """
    study = setting.study
    objective = study.fitted.objective
    nobody = changed(study.fitted, study.change, [np.empty(0, dtype=np.int64)])
    measures = measures_of(setting.evaluations, study.test, nobody)
    values = sum(len(measure.labels) for measure in measures)
    same = all(evaluation.name in study.gradient_norms for evaluation in setting.evaluations)
    if not same or objective.n * objective.loss.outputs * values > MOST_HELD:
        return None
    parts = [
        [(part, steep) for part in measure.parts if isinstance(part, BoundedPart) and (steep := part.steepness())]
        for measure in measures
    ]
    whole = all(len(known) == len(measure.parts) for known, measure in zip(parts, measures, strict=True))
    return parts if whole else None


def reaches_of(verified: VerifiedFactor) -> Reaches:
    """By falling reach."""
    order = np.argsort(-verified.reach, kind="stable")
    far = order[:FAR]
    return Reaches(verified.reach[far], verified.leverage[far], np.append(verified.reach[order], 0.0)[: far.size + 1])


def of_values(setting: Setting, verified: VerifiedFactor, parts: Parts) -> OfValues:
    """Of all measures, one after the other."""
    found = [_of_measure(setting, known) for known in parts]
    phi = np.concatenate([gradient for gradient, *_ in found], axis=1)
    slope, least, most, low, high, exact_low, exact_high = (
        np.concatenate([np.broadcast_to(values[i], (values[0].shape[1], 1)) for values in found]) for i in range(1, 8)
    )
    solved, left = verified.solved(phi, setting.study.fitted.factor)
    return OfValues(
        solved=solved,
        norm=verified.norm(phi)[:, None],
        slope=slope,
        left=left[:, None],
        least=least,
        most=most,
        value=(low, high),
        exact=(exact_low, exact_high),
    )


def _of_measure(setting: Setting, known: Sequence[tuple[BoundedPart, Steepness]]) -> tuple[Array, ...]:
    """φ (P, T), and of OfValues ``slope``, ``least`` and ``most``, and the ends of ``value`` and ``exact``."""
    of_fit, once = setting.of_fit, np.ones(1)
    ball = of_fit.balls[0]
    assert isinstance(ball, InHessian)  # the first of any fit with a proven factor
    reads = [read(part, part.scores(of_fit.theta)) for part, _ in known]
    off = [part.off(of_fit.theta, of_fit.sizes, of_fit.score_error) for part, _ in known]
    curved = [part.sums(part.per_row(setting.prover.reach, once) ** 2) for part, _ in known]
    around = [one.part.between(one.z, 2.0 * error) for one, error in zip(reads, off, strict=True)]
    each = zip(reads, off, known, strict=True)
    return (
        summed([one.gradient for one in reads])[:, :, 0],
        summed([slope_rounding(one, error, steep, of_fit, ball) for one, error, (_, steep) in each]),
        summed([_half(steep.least, squares) for (_, steep), squares in zip(known, curved, strict=True)]),
        summed([_half(steep.most, squares) for (_, steep), squares in zip(known, curved, strict=True)]),
        summed([low for low, _ in around]),
        summed([high for _, high in around]),
        *values_within(reads, of_fit),
    )


def _half(curvature: float, squares: Array) -> Array:
    """Half of so much per squared length, 0 where the curvature is, also of what is infinite."""
    return np.zeros_like(squares) if curvature == 0.0 else SLACK * 0.5 * curvature * squares


def of_rows(setting: Setting, verified: VerifiedFactor, of: OfValues) -> OfRows:
    """What each row adds, rounding and what H⁻¹φ leaves to solve included."""
    objective, prover = setting.study.fitted.objective, setting.prover
    loss, weight, K = objective.loss, objective.sample_weight, objective.loss.outputs
    theta, bound = setting.of_fit.theta, loss.curvature_bound
    z = scores(objective.X, theta[:, 0], K)
    state = loss.curvature_state(z, objective.y)
    residuals = loss.residuals(z, objective.y) * weight[:, None]
    u = scores(objective.X, of.solved, K)
    off = gamma(objective.p + 2) * prover.sizes.of_parameters(of.solved, K) * prover.sizes.rows[:, None]
    ranges = np.ptp(u, axis=1) if K > 1 else np.abs(u[:, 0])
    curved = np.einsum("nkt,nkt->nt", u, loss.curvature_product(state, u))
    # what rounding does to A, and to its product with u
    curved += (verified.omega + 64.0 * UNIT) * K * ranges**2
    trace = loss.curvature_trace(state[:, :, None])
    root = np.sqrt(np.maximum(curved, 0.0)) + np.sqrt(K * trace) * off
    root = np.sqrt(weight)[:, None] * root + np.sqrt(verified.leverage)[:, None] * of.left.T
    error = setting.of_fit.score_error[0] * prover.sizes.rows
    return OfRows(
        leverage=verified.leverage,
        squares=np.einsum("nk,nk->n", residuals, residuals) * SLACK,
        scattered=2.0 * SLACK * (np.inf if bound is None else bound) * K * weight * error * verified.reach,
        influence=np.einsum("nkt,nk->nt", u, residuals),
        shared=SLACK * root**2,
        residuals=residuals,
    )
