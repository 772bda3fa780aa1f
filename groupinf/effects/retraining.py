"""Retraining until every effect of a block is as exact as it is to be, or as rounding lets it be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from groupinf.effects.context import BlockContext
from groupinf.effects.evaluations.evaluation import Measure, measures_of
from groupinf.effects.readout import Reading, actual_reading
from groupinf.effects.study import Study
from groupinf.effects.trust import Trust, retrained_end, trust_in
from groupinf.errors import ConvergenceError, GroupConvergenceError
from groupinf.numerics.bounds import End
from groupinf.numerics.conjugate_gradient import ColumnMap, column_dots
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.reduced import OwnWay
from groupinf.numerics.retrain import Retrained, best_start, retrain, with_own_hessians
from groupinf.wording import counted, number

# what is left of an effect must be below this share of the largest of its evaluation
EFFECT_TOLERANCE = 1e-8
# the decrement bounds what is left by Cauchy and Schwarz with H for H − H(δ); where that was too optimistic,
# the tolerance is lowered by this factor at least, at most so many times
TIGHTEN, MAX_TIGHTENINGS = 0.1, 6
# what is aimed at first: less of it, as little is cheaper than a second look at a block in which one group needs more
AIM = 0.4
# a decrement below this share of √L(0) is rounding: no group is taken further
ROUNDING = 1e-14
# where the usual rounding of a gradient leaves a decrement ν, steps may cease to lower it at a few times ν
STALLED = 10.0
# nor is it rounding where that may leave more than this share of √L(0)
MOST_ROUNDING = 1e-6
# a step v = M⁻¹g is that of the Hessian H_θ where a group ended if q = vᵀH_θv/gᵀv is 1. |log q|, and a share of how far
# scores have moved, say how much of ‖∇f‖·decrement, which bounds what is left, may hide from ∇f·v. Where |log q| is
# above OTHER_HESSIAN, a group goes on with Hessians of its own. All found on random problems down to λ/n = 1e-12, of
# whose errors then fewer than one in a hundred is above its estimate.
OTHER_HESSIAN = 1.5
OF_MISMATCH, OF_SHIFT = 2.0, 0.5
# how fast curvatures are taken to change along a score where the loss has no constant: as fast as the logistic loss's
UNKNOWN_CONCORDANCE = 1.0


@dataclass(frozen=True)
class Ended:
    """Retrained groups, what is said of where they ended, and what is left of their effects: (T, B)."""

    retrained: Retrained
    end: End
    left: Array
    reading: Reading


def retrain_to_tolerance(study: Study, at: BlockContext, names: Sequence[str]) -> Ended:
    """Retrain to the decrement that should do for every effect; go on where what is left of one says it did not.

    The effects are those on the study's ``held`` evaluations, whatever it measures: the same parameters for all. An
    effect is right where at most EFFECT_TOLERANCE of the largest of its evaluation is left: the largest influence
    of the run, or the largest actual effect of the block where that is larger, as it is where the model interpolates.
    What rounding leaves no group is taken below: it ends there, ``at_rounding``.
    """
    block, reduced, measures = at.changed, at.reduced, measures_of(study.held, study.test, at.changed)
    floor = max(ROUNDING * study.fitted.scale, float(_believable(study, study.of_fit)[0]))
    tolerance = np.maximum(_decrement_tolerance(study, at), floor)
    precondition, newton = study.engine.precondition(block, reduced), study.engine.truncated_newton
    retrained = retrain(block, reduced, precondition, _start(at, precondition), tolerance, newton)
    for tightened in range(1 + MAX_TIGHTENINGS):
        ended = ended_at(study, at, measures, retrained)
        excess = _excess(study, measures, ended)
        late = ~(excess <= 1.0)  # also where it is not a number
        more = late & retrained.converged & (tolerance > floor)
        if tightened == MAX_TIGHTENINGS or not more.any():
            break
        tighter = np.maximum(tolerance * np.minimum(TIGHTEN, 0.5 / np.where(more, excess, 1.0)), floor)
        tolerance = np.where(more, tighter, tolerance)
        retrained = _continued(retrained, retrain(block, reduced, precondition, retrained.theta, tolerance, newton))
    late |= ~retrained.converged
    if not (late | _bent(ended)).any():
        return ended
    usual = _believable(study, trust_in(study.bounded, study.of_fit, ended.end, reduced, block))
    for goal in (np.maximum(tolerance, usual), usual):
        stuck = _bent(ended) | (late & ~(retrained.decrement <= usual))
        if not stuck.any():
            break
        retrained = with_own_hessians(block, reduced, precondition, retrained, stuck, goal)
        ended = ended_at(study, at, measures, retrained)
        usual = _believable(study, trust_in(study.bounded, study.of_fit, ended.end, reduced, block))
        excess = _excess(study, measures, ended)
        late = ~(excess <= 1.0)
    _require(~late | (retrained.decrement <= STALLED * usual), names, retrained, usual, excess)
    return replace(ended, retrained=replace(retrained, at_rounding=late))


def ended_at(study: Study, at: BlockContext, measures: Sequence[Measure], retrained: Retrained) -> Ended:
    """What is said of where retrained groups ended, and their effects."""
    end = retrained_end(study.bounded, retrained, at.changed)
    return effects_at(study, at, measures, retrained, end)


def effects_at(study: Study, at: BlockContext, measures: Sequence[Measure], retrained: Retrained, end: End) -> Ended:
    """Read the effects off retrained parameters, and what is left of them.

    |∇f·left| is of first order; where scores have moved so far that curvatures have changed, a share of
    ‖∇f‖·decrement, which bounds it, is added for what the Hessian at hand does not see.
    """
    reading = actual_reading(measures, study.fitted, retrained.theta, retrained.solved)
    concordance = study.fitted.objective.loss.concordance
    concordance = UNKNOWN_CONCORDANCE if concordance is None else concordance
    moved = np.minimum(1.0, np.expm1(np.minimum(concordance * end.shift, 1.0)))
    changed = np.minimum(1.0, OF_MISMATCH * _mismatch(retrained, end) + OF_SHIFT * moved)
    norms, row = np.empty_like(reading.left[0]), 0
    for measure in measures:
        rows = slice(row, row + len(measure.labels))
        before, after = reading.before[0, rows].max(axis=0), reading.after[0, rows]
        # how far scores may be off does not grow with what is read off them
        smooth = (before > 0.0) & (not measure.jumps)
        grown = np.divide(after, before, out=np.ones_like(after), where=smooth)
        norms[rows] = grown * measure.evaluation.gradient_norms(study.gradient_norms, at)
        row = rows.stop
    left = (1.0 + OF_SHIFT * moved) * np.abs(reading.left[0]) + changed * retrained.decrement * norms
    return Ended(retrained, end, left, reading)


def _believable(study: Study, trust: Trust) -> Array:
    """What rounding leaves of a decrement, 0 where that is so much that it says nothing of a minimum: (B,)."""
    return np.where(trust.rounding <= MOST_ROUNDING * study.fitted.scale, trust.rounding, 0.0)


def _mismatch(retrained: Retrained, end: End) -> Array:
    """|log q|, 0 where nothing is left: (B,)."""
    expected = column_dots(retrained.gradient, retrained.solved)
    known = (expected > 0.0) & (end.along > 0.0)
    return np.where(known, np.abs(np.log(np.where(known, end.along, 1.0) / np.where(known, expected, 1.0))), 0.0)


def _bent(ended: Ended) -> NDArray[np.bool_]:
    """Where the Hessian at hand is not that of where a group ended, which has the last word on what is left."""
    return _mismatch(ended.retrained, ended.end) > OTHER_HESSIAN


def _excess(study: Study, measures: Sequence[Measure], ended: Ended) -> Array:
    """What is left of an effect, relative to what may be: the largest of each group (B,)."""
    scales = np.concatenate([[study.scales[m.evaluation.name]] * len(m.labels) for m in measures])
    largest = np.fmax(scales, np.abs(ended.reading.effect[0]).max(axis=1))
    may_be_left = np.maximum(EFFECT_TOLERANCE * largest, np.finfo(np.float64).tiny)
    return np.asarray((ended.left / may_be_left[:, None]).max(axis=0))


def _start(at: BlockContext, precondition: ColumnMap) -> Array:
    """θ̂ and the Newton step; where passes are nearly free, the best of θ̂ alone and with either step.

    The influence step stands in where H − H(δ) of some group cannot be solved with by iteration. A step by H itself
    knows nothing of the curvature that new labels bring, and may go far beyond: θ̂ alone is tried as well.
    """
    if isinstance(at.reduced, OwnWay):
        return at.changed.fitted.theta[:, None] + at.influence
    fitted, steps = at.changed.fitted, [at.influence]
    try:
        steps.append(at.newton)
    except GroupConvergenceError:
        if at.engine.direct:
            raise
    moved = [fitted.theta[:, None] + delta for delta in steps]
    stay = np.repeat(fitted.theta[:, None], len(at.changed.members), axis=1)
    if at.engine.truncated_newton:
        return best_start(at.changed, precondition, [stay, *moved])
    return best_start(at.changed, precondition, [stay, moved[-1]]) if at.engine.solves_by_h else moved[-1]


def _decrement_tolerance(study: Study, at: BlockContext) -> Array:
    """(B,): the decrement δ at which δ·‖∇f‖_{H⁻¹}, which bounds what is left, is small enough for every f."""
    tolerance = np.full(len(at.changed.members), np.inf)
    for evaluation in study.held:
        norm = evaluation.gradient_norms(study.gradient_norms, at)
        with np.errstate(divide="ignore"):
            tolerance = np.minimum(tolerance, AIM * EFFECT_TOLERANCE * study.scales[evaluation.name] / norm)
    return tolerance


def _continued(first: Retrained, second: Retrained) -> Retrained:
    return replace(second, passes=first.passes + second.passes, refreshed=first.refreshed | second.refreshed)


def _require(
    ready: NDArray[np.bool_], names: Sequence[str], retrained: Retrained, tolerance: Array, excess: Array
) -> None:
    if ready.all():
        return
    worst = int(np.flatnonzero(~ready)[0])
    raise ConvergenceError(
        f"group {names[worst]}: retraining stopped after {counted(int(retrained.passes[worst]), 'pass', 'passes')} "
        f"over the data with {number(excess[worst])} times as much left of an effect as may be, at a Newton decrement "
        f"of {number(retrained.decrement[worst])} where rounding leaves {number(tolerance[worst])}; a larger "
        "lambda_over_n or scaled features make the problem easier"
    )
