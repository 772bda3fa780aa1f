"""All effects of one block of groups: predicted ones, actual ones by exact retraining, and their error estimates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groupinf.effects.context import BlockContext
from groupinf.effects.evaluations.evaluation import Measure, measures_of
from groupinf.effects.readout import predicted_reading
from groupinf.effects.retraining import Ended, effects_at, ended_at, retrain_to_tolerance
from groupinf.effects.study import Study
from groupinf.effects.trust import trust_in
from groupinf.errors import ConvergenceError, GroupConvergenceError
from groupinf.numerics.change import changed
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Rows
from groupinf.numerics.retrain import retrained_at


@dataclass(frozen=True)
class BlockEffects:
    """Effects and error estimates (methods + actual, T, B), T running over evaluations and their test points.

    theta (B, P) are the retrained parameters; passes, gradient_norm, decrement, score_bound, refreshed, at_rounding
    (B,) their certificates: the last says that retraining ended where rounding does, short of its tolerance.
    """

    effect: Array
    error_estimate: Array
    theta: Array
    passes: NDArray[np.int64]
    gradient_norm: Array
    decrement: Array
    score_bound: Array
    refreshed: NDArray[np.bool_]
    at_rounding: NDArray[np.bool_]


def compute_block(study: Study, members: Sequence[Rows], names: Sequence[str]) -> BlockEffects:
    """Predict and retrain one block; ``names`` are what errors call the groups.

    Raises ConvergenceError with the name of a group whose Hessian cannot be solved with or whose retraining does not
    reach the tolerance.
    """

    def retrained(at: BlockContext, measures: Sequence[Measure]) -> Ended:
        held = retrain_to_tolerance(study, at, names)
        return held if study.evaluations == study.held else effects_at(study, at, measures, held.retrained, held.end)

    return _named(names, lambda: _block_effects(study, members, retrained))


def evaluate_block(
    study: Study,
    members: Sequence[Rows],
    names: Sequence[str],
    theta: Array,
    passes: NDArray[np.int64],
    refreshed: NDArray[np.bool_],
    at_rounding: NDArray[np.bool_],
) -> BlockEffects:
    """The effects of one block whose retrained parameters (B, P) are known; nothing is retrained.

    ``passes``, ``refreshed`` and ``at_rounding`` (B,) are what retraining took and came to. Error estimates are those
    of these parameters: nothing holds them to EFFECT_TOLERANCE.
    """

    def stored(at: BlockContext, measures: Sequence[Measure]) -> Ended:
        parameters = np.ascontiguousarray(theta.T)
        return ended_at(
            study, at, measures, retrained_at(at.changed, at.reduced, parameters, passes, refreshed, at_rounding)
        )

    return _named(names, lambda: _block_effects(study, members, stored))


def _named(names: Sequence[str], compute: Callable[[], BlockEffects]) -> BlockEffects:
    try:
        return compute()
    except GroupConvergenceError as error:
        raise ConvergenceError(f"group {names[error.column]}: {error}") from error


def _block_effects(
    study: Study, members: Sequence[Rows], ended_of: Callable[[BlockContext, Sequence[Measure]], Ended]
) -> BlockEffects:
    """Predicted effects, and the actual ones at the θ̂(δ) that ``ended_of`` finds or knows."""
    at = block_context(study, members)
    measures = measures_of(study.evaluations, study.test, at.changed)
    ended = ended_of(at, measures)
    trust = trust_in(study.bounded, study.of_fit, ended.end, at.reduced, at.changed)
    predicted = predicted_reading(measures, study.fitted, at, study.methods)
    errors = predicted.error(np.abs(predicted.left), trust.score_error)
    retrained = ended.retrained
    return BlockEffects(
        effect=np.concatenate([predicted.effect, ended.reading.effect]),
        error_estimate=np.concatenate([errors, ended.reading.error(ended.left[None], trust.score_error)]),
        theta=np.ascontiguousarray(retrained.theta.T),
        passes=retrained.passes,
        gradient_norm=retrained.gradient_norm,
        decrement=retrained.decrement,
        score_bound=trust.score_bound,
        refreshed=retrained.refreshed,
        at_rounding=retrained.at_rounding,
    )


def block_context(study: Study, members: Sequence[Rows]) -> BlockContext:
    """The changed groups, and what solves for them."""
    block = changed(study.fitted, study.change, members)
    return BlockContext(block, study.engine.reduced(block), study.engine, study.influence_solver)
