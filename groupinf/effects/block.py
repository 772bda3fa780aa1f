"""All effects of one block of groups: predicted ones, actual ones by exact retraining, and their error estimates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from groupinf.effects.actual import Actual, by_gradient
from groupinf.effects.by_duality import known_machines, retrained_machines
from groupinf.effects.certificates import Certificates
from groupinf.effects.context import BlockContext
from groupinf.effects.evaluations.evaluation import Measure, measures_of, rounding_of
from groupinf.effects.evaluations.on_test_points import OnTestPoints
from groupinf.effects.jumps import Reached, with_jumps
from groupinf.effects.methods.method import Readout
from groupinf.effects.readout import predicted_reading
from groupinf.effects.resampled import resampled_effects
from groupinf.effects.retraining import Ended, effects_at, ended_at, retrain_to_tolerance
from groupinf.effects.study import Linearised, Study
from groupinf.effects.trust import Trust, trust_in
from groupinf.errors import ConvergenceError, GroupConvergenceError
from groupinf.numerics.change import changed
from groupinf.numerics.factor import Factor
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Rows
from groupinf.numerics.retrain import retrained_at

Computed = TypeVar("Computed")


@dataclass(frozen=True)
class BlockEffects:
    """Effects and error estimates (methods + actual, T, B), T running over evaluations and their test points.

    theta (B, P) are the retrained parameters, which the certificates are of. ``resampled`` (E·T, B, R) are the actual
    effects of the evaluations on test points, on each of R resamples of the test rows, where there are any. ``at`` is
    what predictions were made from, for what else is asked of the block.
    """

    at: BlockContext
    effect: Array
    error_estimate: Array
    theta: Array
    certificates: Certificates
    resampled: Array | None = None


def compute_block(
    study: Study, members: Sequence[Rows], names: Sequence[str], at: BlockContext | None = None
) -> BlockEffects:
    """Predict and retrain one block; ``names`` are what errors call the groups, ``at`` is their context where it has
    been computed.

    Raises ConvergenceError with the name of a group whose Hessian cannot be solved with or whose retraining does not
    reach the tolerance.
    """

    def retrained(at: BlockContext, measures: Sequence[Measure]) -> Actual:
        return _retrained(study, at, measures, names)

    return named(names, lambda: _block_effects(study, at or block_context(study, members), retrained))


@dataclass(frozen=True)
class PredictedEffects:
    """Predicted effects and their error estimates (methods, T, B), and what they were made ``at``."""

    at: BlockContext
    effect: Array
    error_estimate: Array


def predict_block(study: Study, members: Sequence[Rows], names: Sequence[str]) -> PredictedEffects:
    """Predict one block, and retrain nothing; errors are those of solves, and of rounding as it is at θ̂.

    Raises ConvergenceError with the name of a group whose Hessian cannot be solved with.
    """

    def predicted() -> PredictedEffects:
        at = block_context(study, members)
        measures, everywhere = measures_of(study.evaluations, study.test, at.changed), np.ones(len(members))
        # a score at the other end of an effect is taken to be off by as much as at θ̂
        fit = study.of_fit
        trust = Trust(fit.score_bound * everywhere, 2.0 * fit.score_error * everywhere, fit.rounding * everywhere)
        moved = rounding_of(measures, study.gradient_norms, at, trust, study.of_fit)
        return PredictedEffects(at, *_predicted(study, at, measures, moved, trust.score_error, []))

    return named(names, predicted)


@dataclass(frozen=True)
class ActualEffects:
    """Actual effects and their error estimates (T, B), T running over evaluations and their test points, with the
    retrained parameters theta (P, B) and the certificates of these.
    """

    effect: Array
    error_estimate: Array
    theta: Array
    certificates: Certificates


def retrain_block(study: Study, members: Sequence[Rows], names: Sequence[str]) -> ActualEffects:
    """Retrain one block, and predict nothing. Raises ConvergenceError as ``compute_block``."""

    def retrained() -> ActualEffects:
        at = block_context(study, members)
        measures = measures_of(study.evaluations, study.test, at.changed)
        actual = _retrained(study, at, measures, names)
        reached = [Reached(actual.theta, actual.solved, actual.left)]
        effect, error = with_jumps(
            actual.reading.effect, actual.error, measures, study.fitted, reached, actual.score_error
        )
        return ActualEffects(effect[0], error[0], actual.theta, actual.certificates)

    return named(names, retrained)


def evaluate_block(
    study: Study, members: Sequence[Rows], names: Sequence[str], theta: Array, known: Certificates
) -> BlockEffects:
    """The effects of one block whose retrained parameters (B, P) are known; nothing is retrained.

    What retraining took and came to is ``known``: its passes, whether it was refreshed or ended at rounding, and of a
    loss that is not smooth the duality gap. Error estimates are those of these parameters: nothing holds them to
    EFFECT_TOLERANCE.
    """

    def stored(at: BlockContext, measures: Sequence[Measure]) -> Actual:
        parameters = np.ascontiguousarray(theta.T)
        if study.machine is not None and known.duality_gap is not None:
            return known_machines(study, study.machine, at, measures, parameters, known.passes, known.duality_gap)
        retrained = retrained_at(at.changed, at.reduced, parameters, known.passes, known.refreshed, known.at_rounding)
        return _by_gradient(study, at, measures, ended_at(study, at, measures, retrained))

    return named(names, lambda: _block_effects(study, block_context(study, members), stored))


def _retrained(study: Study, at: BlockContext, measures: Sequence[Measure], names: Sequence[str]) -> Actual:
    """Every group retrained, by its gradient or, where the loss is not smooth, by duality."""
    if study.machine is not None:
        return retrained_machines(study, study.machine, at, measures, names)
    held = retrain_to_tolerance(study, at, names)
    if study.evaluations != study.held:
        held = effects_at(study, at, measures, held.retrained, held.end)
    return _by_gradient(study, at, measures, held)


def named(names: Sequence[str], compute: Callable[[], Computed]) -> Computed:
    """What ``compute`` gives; raises ConvergenceError with the name of the group where it raises one with a number."""
    try:
        return compute()
    except GroupConvergenceError as error:
        raise ConvergenceError(f"group {names[error.column]}: {error}") from error


def _block_effects(
    study: Study, at: BlockContext, actual_of: Callable[[BlockContext, Sequence[Measure]], Actual]
) -> BlockEffects:
    """Predicted effects, and the actual ones at the θ̂(δ) that ``actual_of`` finds or knows."""
    measures = measures_of(study.evaluations, study.test, at.changed)
    actual = actual_of(at, measures)
    effect, error = _predicted(study, at, measures, actual.moved, actual.score_error, [actual])
    return BlockEffects(
        at=at,
        effect=effect,
        error_estimate=error,
        theta=np.ascontiguousarray(actual.theta.T),
        certificates=actual.certificates,
        resampled=None if study.test.counts is None else _resampled(study, actual.theta),
    )


def _predicted(
    study: Study, at: BlockContext, measures: Sequence[Measure], moved: Array, off: Array, found: Sequence[Actual]
) -> tuple[Array, Array]:
    """Effects and errors of all methods, and of what was ``found`` by retraining, where anything was.

    ``moved`` (T, B) and ``off`` (B,) are how far rounding moves what a value is read off, and a score.
    """
    predicting = (
        at if study.linearised is None else _context(study.linearised, study.influence_solver, at.changed.members)
    )
    predicted = predicted_reading(measures, study.fitted, predicting, study.methods)
    effect = np.concatenate([predicted.effect, *(actual.reading.effect for actual in found)])
    error = np.concatenate([predicted.error(np.abs(predicted.left), moved), *(actual.error for actual in found)])
    if not any(measure.jumps for measure in measures):
        return effect, error
    exact = [m.solution(predicting) if m.readout is Readout.EXACT else None for m in study.methods]
    none, theta = np.zeros_like(moved), study.fitted.theta[:, None]
    reached = [None if step is None else Reached(theta + step.delta, step.remainder, none) for step in exact]
    reached += [Reached(actual.theta, actual.solved, actual.left) for actual in found]
    return with_jumps(effect, error, measures, study.fitted, reached, off)


def _resampled(study: Study, theta: Array) -> Array:
    measured = [evaluation for evaluation in study.evaluations if isinstance(evaluation, OnTestPoints)]
    before = study.fitted.theta[:, None]
    parts = [resampled_effects(evaluation, study.test, before, theta) for evaluation in measured]
    return np.concatenate(parts) if parts else np.empty((0, theta.shape[1], 0))


def _by_gradient(study: Study, at: BlockContext, measures: Sequence[Measure], ended: Ended) -> Actual:
    trust = trust_in(study.bounded, study.of_fit, ended.end, at.reduced, at.changed)
    return by_gradient(ended, trust, rounding_of(measures, study.gradient_norms, at, trust, study.of_fit))


def block_context(study: Study, members: Sequence[Rows]) -> BlockContext:
    """The changed groups, and what solves for them."""
    return _context(study, study.influence_solver, members)


def _context(of: Study | Linearised, influence_solver: Factor, members: Sequence[Rows]) -> BlockContext:
    block = changed(of.fitted, of.change, members)
    return BlockContext(block, of.engine.reduced(block), of.engine, influence_solver)
