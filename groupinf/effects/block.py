"""All effects of one block of groups: predicted ones, actual ones by exact retraining, and their error estimates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from groupinf.effects.evaluations import Evaluation, evaluations_for
from groupinf.effects.readout import predicted_readout
from groupinf.effects.retraining import Ended, ended_at, retrain_to_tolerance
from groupinf.effects.steps import (
    READOUTS,
    Step,
    influence_remainder,
    influence_step,
    newton_remainder,
    newton_step,
    refined,
)
from groupinf.effects.study import Study
from groupinf.effects.trust import trust_in
from groupinf.errors import ConvergenceError, GroupConvergenceError
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Rows
from groupinf.numerics.reduced import ReducedSolver
from groupinf.numerics.removal import Removal, removal
from groupinf.numerics.retrain import retrained_at

Evaluations = Sequence[Evaluation]
Deltas = Mapping[str, Array]


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

    def retrained(block: Removal, reduced: ReducedSolver, evaluations: Evaluations, steps: Deltas) -> Ended:
        return retrain_to_tolerance(study, block, reduced, evaluations, steps, names)

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

    def stored(block: Removal, reduced: ReducedSolver, evaluations: Evaluations, steps: Deltas) -> Ended:
        known = retrained_at(block, reduced, np.ascontiguousarray(theta.T), passes, refreshed, at_rounding)
        return ended_at(study, block, evaluations, steps, known)

    return _named(names, lambda: _block_effects(study, members, stored))


def _named(names: Sequence[str], compute: Callable[[], BlockEffects]) -> BlockEffects:
    try:
        return compute()
    except GroupConvergenceError as error:
        raise ConvergenceError(f"group {names[error.column]}: {error}") from error


def _block_effects(
    study: Study,
    members: Sequence[Rows],
    ended_of: Callable[[Removal, ReducedSolver, Evaluations, Deltas], Ended],
) -> BlockEffects:
    """Predicted effects, and the actual ones at the θ̂(w) that ``ended_of`` finds or knows."""
    fitted, block = study.fitted, removal(study.fitted, members)
    reduced = study.engine.reduced(block)
    steps = block_steps(study, block, reduced)
    evaluations = evaluations_for(
        study.evaluations, study.test, study.test_points, study.sums, fitted.objective, ~block.kept
    )
    ended = ended_of(block, reduced, evaluations, steps)
    trust = trust_in(study.bounded, study.of_fit, ended.end, reduced, members)
    predicted = predicted_readout(evaluations, fitted, _certified(study, block, reduced, steps), study.methods)
    errors = predicted.error(np.abs(predicted.left), trust.score_error)
    retrained = ended.retrained
    return BlockEffects(
        effect=np.concatenate([predicted.effect, ended.readout.effect]),
        error_estimate=np.concatenate([errors, ended.readout.error(ended.left[None], trust.score_error)]),
        theta=np.ascontiguousarray(retrained.theta.T),
        passes=retrained.passes,
        gradient_norm=retrained.gradient_norm,
        decrement=retrained.decrement,
        score_bound=trust.score_bound,
        refreshed=retrained.refreshed,
        at_rounding=retrained.at_rounding,
    )


def block_steps(study: Study, block: Removal, reduced: ReducedSolver) -> dict[str, Array]:
    """The parameter changes (P, B) that the methods read out or that retraining starts from."""
    used = _read_out(study) | {"newton" if study.engine.direct else "influence"}
    steps = {}
    if "influence" in used:
        steps["influence"] = influence_step(block, study.influence_solver)
    if "newton" in used:
        steps["newton"] = newton_step(block, reduced)
    return steps


def _read_out(study: Study) -> set[str]:
    """Names of the parameter changes that the methods read out."""
    return {READOUTS[method][0] for method in study.methods}


def _certified(study: Study, block: Removal, reduced: ReducedSolver, deltas: Mapping[str, Array]) -> dict[str, Step]:
    """The changes that the methods read out, with what each leaves to solve."""
    steps: dict[str, Step] = {}
    for name in _read_out(study):
        if name == "influence":
            remainder, direct = partial(influence_remainder, block), study.influence_solver is study.fitted.factor
        else:
            remainder, direct = partial(newton_remainder, block, reduced), study.engine.direct
        delta = deltas[name]
        steps[name] = refined(delta, remainder) if direct else Step(delta, remainder(delta))
    return steps
