"""All effects of one block of groups: predicted ones, actual ones by exact retraining, and their error estimates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groupinf.effects.evaluations import Evaluation, evaluations_for
from groupinf.effects.readout import Effects, actual_effects, predicted_effects
from groupinf.effects.steps import (
    READOUTS,
    Step,
    influence_remainder,
    influence_step,
    newton_remainder,
    newton_step,
)
from groupinf.errors import ConvergenceError, GroupConvergenceError
from groupinf.numerics.bounds import leverage_amplification, score_bounds
from groupinf.numerics.conjugate_gradient import ColumnMap, column_dots
from groupinf.numerics.engine import Engine
from groupinf.numerics.factor import Factor
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses import Array
from groupinf.numerics.objective import Objective, Rows
from groupinf.numerics.reduced import ReducedSolver
from groupinf.numerics.removal import Removal, removal
from groupinf.numerics.retrain import Retrained, best_start, retrain, retrained_at

# every error estimate must be below this share of the largest predicted effect of its evaluation
EFFECT_TOLERANCE = 1e-8
# the decrement bounds the estimates by Cauchy and Schwarz with H for H − H(w); where that was too optimistic,
# the tolerance is lowered by this factor at least, at most so many times
TIGHTEN, MAX_TIGHTENINGS = 0.1, 6
# a decrement below this share of √L(0) is rounding: no group is taken further
ROUNDING = 1e-14

Evaluations = Sequence[Evaluation]
Deltas = Mapping[str, Array]
_Actual = tuple[Retrained, Effects]


@dataclass(frozen=True)
class Study:
    """What every block needs: the fit, the test rows, what to compute, and the frozen scale of each evaluation.

    ``test`` holds the rows of ``test_points``, ``sums`` the slice of them that each test point is the sum over (empty
    where each row is a test point); ``scales`` maps an evaluation to its largest predicted effect over all groups,
    ``gradient_norms`` to the largest ‖∇f(θ̂)‖ in H⁻¹ over test points.
    For one output ``leverage`` (n,) holds the h_i of the training rows and ``row_norm`` the largest xᵀH⁻¹x over these
    and ``test``; where they are not computed, empty and infinite.
    """

    fitted: Fitted
    engine: Engine
    influence_solver: Factor
    test: Objective
    test_points: tuple[int, ...]
    evaluations: tuple[str, ...]
    methods: tuple[str, ...]
    scales: Mapping[str, float]
    gradient_norms: Mapping[str, float]
    leverage: Array
    row_norm: float
    sums: tuple[slice, ...] = ()


@dataclass(frozen=True)
class BlockEffects:
    """Effects and error estimates (methods + actual, T, B), T running over evaluations and their test points.

    theta (B, P) are the retrained parameters; passes, gradient_norm, decrement, score_bound, refreshed (B,) their
    certificates.
    """

    effect: Array
    error_estimate: Array
    theta: Array
    passes: NDArray[np.int64]
    gradient_norm: Array
    decrement: Array
    score_bound: Array
    refreshed: NDArray[np.bool_]


def compute_block(study: Study, members: Sequence[Rows], names: Sequence[str]) -> BlockEffects:
    """Predict and retrain one block; ``names`` are what errors call the groups.

    Raises ConvergenceError with the name of a group whose Hessian cannot be solved with or whose retraining does not
    reach the tolerance.
    """

    def retrained(block: Removal, reduced: ReducedSolver, evaluations: Evaluations, steps: Deltas) -> _Actual:
        return retrain_to_tolerance(study, block, reduced, evaluations, steps, names)

    return _named(names, lambda: _block_effects(study, members, retrained))


def evaluate_block(
    study: Study,
    members: Sequence[Rows],
    names: Sequence[str],
    theta: Array,
    passes: NDArray[np.int64],
    refreshed: NDArray[np.bool_],
) -> BlockEffects:
    """The effects of one block whose retrained parameters (B, P) are known; nothing is retrained.

    ``passes`` and ``refreshed`` (B,) are what retraining took. Error estimates are those of these parameters: nothing
    holds them to EFFECT_TOLERANCE.
    """

    def stored(block: Removal, reduced: ReducedSolver, evaluations: Evaluations, steps: Deltas) -> _Actual:
        at = retrained_at(block, reduced, np.ascontiguousarray(theta.T), passes, refreshed)
        return at, actual_effects(evaluations, study.fitted.theta, at.theta, at.solved)

    return _named(names, lambda: _block_effects(study, members, stored))


def _named(names: Sequence[str], compute: Callable[[], BlockEffects]) -> BlockEffects:
    try:
        return compute()
    except GroupConvergenceError as error:
        raise ConvergenceError(f"group {names[error.column]}: {error}") from error


def _block_effects(
    study: Study,
    members: Sequence[Rows],
    actual_of: Callable[[Removal, ReducedSolver, Evaluations, Deltas], _Actual],
) -> BlockEffects:
    """Predicted effects, and the actual ones at the θ̂(w) that ``actual_of`` finds or knows."""
    fitted, block = study.fitted, removal(study.fitted, members)
    reduced = study.engine.reduced(block)
    steps = block_steps(study, block, reduced)
    evaluations = evaluations_for(
        study.evaluations, study.test, study.test_points, study.sums, fitted.objective, ~block.kept
    )
    predicted = predicted_effects(evaluations, fitted.theta, _certified(study, block, reduced, steps), study.methods)
    retrained, actual = actual_of(block, reduced, evaluations, steps)
    return BlockEffects(
        effect=np.concatenate([predicted.effect, actual.effect]),
        error_estimate=np.concatenate([predicted.error_estimate, actual.error_estimate]),
        theta=np.ascontiguousarray(retrained.theta.T),
        passes=retrained.passes,
        gradient_norm=retrained.gradient_norm,
        decrement=retrained.decrement,
        score_bound=block_score_bound(study, block, reduced, retrained),
        refreshed=retrained.refreshed,
    )


def block_score_bound(study: Study, block: Removal, reduced: ReducedSolver, retrained: Retrained) -> Array:
    """Proven bound on the error of any training or chosen test row's score; infinite where nothing is proven."""
    if np.isinf(study.row_norm):
        return np.full(len(block.members), np.inf)
    amplification = np.minimum(reduced.amplification(), leverage_amplification(study.leverage, block.members))
    return score_bounds(block, retrained.theta, retrained.decrement, amplification, study.row_norm)


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
        delta = deltas[name]
        left = influence_remainder(block, delta) if name == "influence" else newton_remainder(block, reduced, delta)
        steps[name] = Step(delta, left)
    return steps


def retrain_to_tolerance(
    study: Study,
    block: Removal,
    reduced: ReducedSolver,
    evaluations: Sequence[Evaluation],
    steps: Mapping[str, Array],
    names: Sequence[str],
) -> tuple[Retrained, Effects]:
    """Retrain to the decrement that should do for every effect; go on where an error estimate says it did not."""
    tolerance = _decrement_tolerance(study, block, steps)
    limits = np.concatenate([[EFFECT_TOLERANCE * study.scales[e.name]] * len(e.test_points) for e in evaluations])
    precondition, newton = study.engine.precondition(block, reduced), study.engine.truncated_newton
    start = _start(study, block, precondition, steps)
    retrained = retrain(block, reduced, precondition, start, tolerance, newton)
    for tightened in range(1 + MAX_TIGHTENINGS):
        actual = actual_effects(evaluations, study.fitted.theta, retrained.theta, retrained.solved)
        late = ~(actual.error_estimate[0] <= limits[:, None]).all(axis=0)  # also where it is not a number
        if tightened == MAX_TIGHTENINGS or not (late & retrained.converged).any():
            break
        excess = (actual.error_estimate[0] / limits[:, None]).max(axis=0)
        tighter = np.maximum(tolerance * np.minimum(TIGHTEN, 0.5 / excess), ROUNDING * study.fitted.scale)
        tolerance = np.where(late, tighter, tolerance)
        retrained = _continued(retrained, retrain(block, reduced, precondition, retrained.theta, tolerance, newton))
    _require(retrained.converged & ~late, names, retrained, tolerance)
    return retrained, actual


def _start(study: Study, block: Removal, precondition: ColumnMap, steps: Mapping[str, Array]) -> Array:
    """θ̂ and the Newton step, else the influence step; where passes are nearly free the best of all these and θ̂."""
    moved = {name: study.fitted.theta[:, None] + delta for name, delta in steps.items()}
    if not study.engine.truncated_newton:
        return moved["newton"] if "newton" in moved else moved["influence"]
    stay = np.repeat(study.fitted.theta[:, None], len(block.members), axis=1)
    return best_start(block, precondition, [stay, *moved.values()])


def _decrement_tolerance(study: Study, block: Removal, steps: Mapping[str, Array]) -> Array:
    """(B,): the decrement δ at which δ·‖∇f‖_{H⁻¹}, which bounds the estimate, is small enough for every f.

    ∇f of the group's own loss is g(w), whose norm √(gᵀΔ) a step Δ gives: exactly where it is the influence's.
    """
    step = steps["influence"] if "influence" in steps else steps["newton"]
    own = np.sqrt(np.abs(column_dots(block.g, step)))
    tolerance = np.full(own.size, np.inf)
    for name in study.evaluations:
        norm = own if name == "self_loss" else np.full(own.size, study.gradient_norms[name])
        with np.errstate(divide="ignore"):
            tolerance = np.minimum(tolerance, EFFECT_TOLERANCE * study.scales[name] / norm)
    floor: Array = np.maximum(tolerance, ROUNDING * study.fitted.scale)
    return floor


def _continued(first: Retrained, second: Retrained) -> Retrained:
    return Retrained(
        theta=second.theta,
        solved=second.solved,
        gradient_norm=second.gradient_norm,
        decrement=second.decrement,
        passes=first.passes + second.passes,
        refreshed=first.refreshed | second.refreshed,
        converged=second.converged,
    )


def _require(ready: NDArray[np.bool_], names: Sequence[str], retrained: Retrained, tolerance: Array) -> None:
    if ready.all():
        return
    worst = int(np.flatnonzero(~ready)[0])
    raise ConvergenceError(
        f"group {names[worst]}: retraining stopped at a Newton decrement of {retrained.decrement[worst]:.3g} after "
        f"{retrained.passes[worst]} passes over the data, "
        f"tolerance {tolerance[worst]:.3g}; a larger lambda_over_n or scaled features make the problem easier"
    )
