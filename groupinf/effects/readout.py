"""Effects and their error estimates, read off an evaluation for predicted and for retrained parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from groupinf.effects.evaluations import Evaluation, Part
from groupinf.effects.steps import READOUTS, Step
from groupinf.numerics.losses import Array


@dataclass(frozen=True)
class Effects:
    """Effects and error estimates |∇f·(what is left to solve)|, both (methods, T, B)."""

    effect: Array
    error_estimate: Array


def predicted_effects(
    evaluations: Sequence[Evaluation], theta: Array, steps: Mapping[str, Step], methods: Sequence[str]
) -> Effects:
    """Every method's readout of its step: linear, ∇f(θ̂)·Δ, or exact, f(θ̂ + Δ) − f(θ̂); T runs over evaluations."""
    return _stacked([_summed([_predicted(part, theta, steps, methods) for part in e.parts]) for e in evaluations])


def actual_effects(evaluations: Sequence[Evaluation], theta: Array, retrained: Array, left: Array) -> Effects:
    """f(θ̂(w)) − f(θ̂) at retrained parameters (P, B), with ``left`` the Newton step that is left there: (1, T, B)."""
    return _stacked([_summed([_actual(part, theta, retrained, left) for part in e.parts]) for e in evaluations])


def _predicted(part: Part, theta: Array, steps: Mapping[str, Step], methods: Sequence[str]) -> Effects:
    at_theta = part.scores(theta[:, None])
    base = part.values(at_theta)
    used = {READOUTS[method][0] for method in methods}
    moved = {name: (part.scores(steps[name].delta), part.scores(steps[name].remainder)) for name in sorted(used)}
    effect, error = [], []
    for method in methods:
        name, readout = READOUTS[method]
        u, left = moved[name]
        if readout == "linear":
            effect.append(part.slopes(at_theta, u))
            error.append(part.slopes(at_theta, left))
        else:
            effect.append(part.values(at_theta + u) - base)
            error.append(part.slopes(at_theta + u, left))
    return Effects(np.stack(effect), np.stack(error))


def _actual(part: Part, theta: Array, retrained: Array, left: Array) -> Effects:
    z = part.scores(retrained)
    effect = part.values(z) - part.values(part.scores(theta[:, None]))
    return Effects(effect[None], part.slopes(z, part.scores(left))[None])


def _summed(parts: Sequence[Effects]) -> Effects:
    """Effects add up over parts; so do the signed errors, whose absolute value is the estimate."""
    effect, error = (np.sum([getattr(part, name) for part in parts], axis=0) for name in ("effect", "error_estimate"))
    return Effects(effect, np.abs(error))


def _stacked(evaluations: Sequence[Effects]) -> Effects:
    return Effects(
        np.concatenate([e.effect for e in evaluations], axis=1),
        np.concatenate([e.error_estimate for e in evaluations], axis=1),
    )
