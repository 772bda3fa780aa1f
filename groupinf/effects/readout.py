"""Effects and their error estimates, read off an evaluation for predicted and for retrained parameters.

An error has three parts: what the solve or the retraining left, ∇f·left; the same of θ̂, from which every effect is
measured; and rounding, by which every score may be off, ``score_error``, times Σ|∂f/∂z|.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import assert_never

import numpy as np

from groupinf.effects.context import BlockContext
from groupinf.effects.evaluations.evaluation import Measure, Part
from groupinf.effects.methods.method import Prediction, Readout
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.rounding import UNIT


@dataclass(frozen=True)
class Reading:
    """Effects and what goes into their errors: (methods, T, B) each, T running over the values of all measures.

    ``left`` is ∇f·(what is left to solve), signed; ``before`` and ``after`` Σ|∂f/∂z| at θ̂ and at the other parameters;
    ``size`` the sum of |f| at both.
    """

    effect: Array
    left: Array
    before: Array
    after: Array
    size: Array

    def error(self, left: Array, score_error: Array) -> Array:
        """Error estimates, with ``left`` what is left and ``score_error`` (B,) how far rounding moves a score."""
        return np.asarray(left + (self.before + self.after) * score_error + 4.0 * UNIT * self.size)


def predicted_reading(
    measures: Sequence[Measure], fitted: Fitted, at: BlockContext, methods: Sequence[Prediction]
) -> Reading:
    """Every method's readout of its step."""
    return _stacked([_summed([_predicted(part, fitted, at, methods) for part in m.parts]) for m in measures])


def actual_reading(measures: Sequence[Measure], fitted: Fitted, retrained: Array, left: Array) -> Reading:
    """f(θ̂(w)) − f(θ̂) at retrained parameters (P, B), with ``left`` the Newton step that is left there: (1, T, B)."""
    return _stacked([_summed([_actual(part, fitted, retrained, left) for part in m.parts]) for m in measures])


def _predicted(part: Part, fitted: Fitted, at: BlockContext, methods: Sequence[Prediction]) -> Reading:
    start = _at_fit(part, fitted)
    solved = {method.step: method.solution(at) for method in methods}
    moved = {step: (part.scores(of.delta), part.scores(of.remainder)) for step, of in solved.items()}
    rows: list[tuple[Array, ...]] = []
    for method in methods:
        u, left = moved[method.step]
        match method.readout:
            case Readout.LINEAR | Readout.RANKS:
                effect, error = part.total(start.gradient * u), part.total(start.gradient * left)
                rows.append((effect, error, start.sensitivity, start.sensitivity, np.abs(effect)))
            case Readout.EXACT:
                rows.append(_moved(part, start, start.z + u, left + start.left))
            case _:
                assert_never(method.readout)
    return Reading(*(np.stack(values) for values in _alike(rows)))


def _actual(part: Part, fitted: Fitted, retrained: Array, left: Array) -> Reading:
    row = _moved(part, _at_fit(part, fitted), part.scores(retrained), part.scores(left))
    return Reading(*(np.stack(values) for values in _alike([row])))


@dataclass(frozen=True)
class _Start:
    """A part at θ̂: scores, those of what is left there, f, ∂f/∂z, Σ|∂f/∂z|."""

    z: Array
    left: Array
    value: Array
    gradient: Array
    sensitivity: Array


def _at_fit(part: Part, fitted: Fitted) -> _Start:
    z, left = part.scores(fitted.theta[:, None]), part.scores(fitted.left[:, None])
    gradient = part.gradient(z)
    return _Start(z, left, part.values(z), gradient, part.total(np.abs(gradient)))


def _moved(part: Part, start: _Start, z: Array, left: Array) -> tuple[Array, ...]:
    """f at other scores z less f at θ̂, with what is left there and at θ̂ of the way to the exact minima."""
    value, gradient = part.values(z), part.gradient(z)
    error = part.total(gradient * left) - part.total(start.gradient * start.left)
    after = part.total(np.abs(gradient))
    return value - start.value, error, start.sensitivity, after, np.abs(start.value) + np.abs(value)


def _alike(rows: Sequence[tuple[Array, ...]]) -> list[tuple[Array, ...]]:
    """The columns of ``rows``, every array of one row broadcast to the same shape."""
    return list(zip(*(np.broadcast_arrays(*row) for row in rows), strict=True))


def _summed(parts: Sequence[Reading]) -> Reading:
    """Effects add up over parts, and so do signed errors and sensitivities."""
    return Reading(*(np.sum([getattr(part, field.name) for part in parts], axis=0) for field in fields(Reading)))


def _stacked(measures: Sequence[Reading]) -> Reading:
    return Reading(*(np.concatenate([getattr(m, f.name) for m in measures], axis=1) for f in fields(Reading)))
