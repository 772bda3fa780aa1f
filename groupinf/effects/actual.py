"""Actual effects of one block of groups with their certificates, however the groups were retrained."""

from __future__ import annotations

from dataclasses import dataclass

from groupinf.effects.certificates import Certificates
from groupinf.effects.readout import Reading
from groupinf.effects.retraining import Ended
from groupinf.effects.trust import Trust
from groupinf.numerics.losses.loss import Array


@dataclass(frozen=True)
class Actual:
    """Effects with their errors (1, T, B), retrained parameters θ̂(δ) (P, B), and how exact they are.

    ``score_error`` (B,) is how far a score may usually be off, and ``moved`` (T, B) what each value is read off.
    ``solved`` (P, B) is the step that is left at θ̂(δ), and ``left`` (T, B) what of effects.
    """

    reading: Reading
    error: Array
    score_error: Array
    moved: Array
    solved: Array
    left: Array
    theta: Array
    certificates: Certificates


def by_gradient(ended: Ended, trust: Trust, moved: Array) -> Actual:
    """What retraining by the gradient came to."""
    retrained = ended.retrained
    return Actual(
        reading=ended.reading,
        error=ended.reading.error(ended.left[None], moved),
        score_error=trust.score_error,
        moved=moved,
        solved=retrained.solved,
        left=ended.left,
        theta=retrained.theta,
        certificates=Certificates(
            passes=retrained.passes,
            gradient_norm=retrained.gradient_norm,
            decrement=retrained.decrement,
            score_bound=trust.score_bound,
            refreshed=retrained.refreshed,
            at_rounding=retrained.at_rounding,
        ),
    )
