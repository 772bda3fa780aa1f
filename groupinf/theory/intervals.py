"""Proven intervals of actual effects without retraining: where f(θ*) must lie when θ* lies in a ball around θ.

Within a ball of radius d in a norm, f(θ*) − f(θ) is at most ‖∇f(θ)‖d + ½C d² in size, ‖·‖ the dual norm, where
|δᵀ∇²f δ| ≤ C‖δ‖², of a convex f with no such term below and of a linear f with none. And row by row, no two scores of
a row move apart by more than its reach times d. Both hold, and so does what they have in common.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from groupinf.effects.evaluations.evaluation import Measure, Part, RowNumbers
from groupinf.numerics.losses.loss import Array, Steepness
from groupinf.numerics.rounding import SLACK, UNIT, gamma
from groupinf.theory.balls import Ball


@dataclass(frozen=True)
class Place:
    """B models at θ (P, B), or one (P, 1), with the balls that hold their minima, and what rounding may do there.

    ``score_error`` (B,) is at most the error of a score of ‖x/m‖ = 1, ``sizes`` the ‖x/m‖ of the rows, ``columns``
    (P, 1) the m of each parameter. ``terms`` says how many numbers a gradient of f sums at most, their own roundings
    included.
    """

    theta: Array
    balls: Sequence[Ball]
    score_error: Array
    sizes: RowNumbers
    columns: Array
    terms: float


Scored = Sequence[tuple[Part, Array]]


def effect_interval(measure: Measure, before: Place, after: Place) -> tuple[Array, Array]:
    """The least and the largest f(θ*) of ``after`` less f(θ*) of ``before``: (T, B) twice."""
    low_before, high_before = values_within(measure, before)
    low_after, high_after = values_within(measure, after)
    with np.errstate(invalid="ignore"):
        low, high = low_after - high_before, high_after - low_before
        size = UNIT * (np.abs(low) + np.abs(high))
        return _unless_unknown(low - size, -np.inf), _unless_unknown(high + size, np.inf)


def values_within(measure: Measure, place: Place) -> tuple[Array, Array]:
    """The least and the largest f(θ*) of each value of a measure: (T, B) twice."""
    parts = [(part, part.scores(place.theta)) for part in measure.parts]
    low, high = np.full((2, len(measure.labels), 1), -np.inf)
    high = -high
    for ball in place.balls:
        for bounds in (_row_by_row, _by_gradient):
            least, most = bounds(parts, place, ball)
            low, high = np.maximum(low, least), np.minimum(high, most)
    return low, high


def _row_by_row(parts: Scored, place: Place, ball: Ball) -> tuple[Array, Array]:
    scale = SLACK * ball.growth * ball.radius
    ends = [part.between(z, part.per_row(ball.reach, scale) + _apart(part, place)) for part, z in parts]
    return _sum([low for low, _ in ends]), _sum([high for _, high in ends])


def _by_gradient(parts: Scored, place: Place, ball: Ball) -> tuple[Array, Array]:
    """Infinite where f has no derivatives, or no bounds of them."""
    steepness = [steep for part, _ in parts if (steep := part.steepness()) is not None]
    if len(steepness) < len(parts):
        return np.array(-np.inf), np.array(np.inf)
    slopes = [part.gradient(z) for part, z in parts]
    gradient = _sum([part.in_parameters(of_part) for (part, _), of_part in zip(parts, slopes, strict=True)])
    ends = [part.between(z, _apart(part, place)) for part, z in parts]
    norm, d = ball.norms(gradient) + _slope_rounding(parts, slopes, steepness, place, ball), ball.radius
    with np.errstate(invalid="ignore", over="ignore"):
        curvatures = [
            _sum([_times(side(steep), _squares(part, ball)) for (part, _), steep in zip(parts, steepness, strict=True)])
            for side in (_least, _most)
        ]
        low = _sum([low for low, _ in ends]) - SLACK * (norm * d - 0.5 * curvatures[0] * d**2)
        high = _sum([high for _, high in ends]) + SLACK * (norm * d + 0.5 * curvatures[1] * d**2)
        return _unless_unknown(low, -np.inf), _unless_unknown(high, np.inf)


def _least(steep: Steepness) -> float:
    return steep.least


def _most(steep: Steepness) -> float:
    return steep.most


def _apart(part: Part, place: Place) -> Array:
    """How far two scores of a row may be apart by rounding."""
    return 2.0 * part.off(place.theta, place.sizes, place.score_error)


def _squares(part: Part, ball: Ball) -> Array:
    return part.sums(part.per_row(ball.reach, ball.growth) ** 2)


def _slope_rounding(
    parts: Scored, slopes: Sequence[Array], steepness: Sequence[Steepness], place: Place, ball: Ball
) -> Array:
    """At most the dual norm of what rounding does to ∇f: where scores are off, gradients of a row are of no more than
    4κ times the error, κ the largest curvature; and sums of products are off by their number of units.
    """
    of_sums = gamma(place.terms) * ball.within(place.columns)
    total: Array | float = 0.0
    for (part, _), of_part, steep in zip(parts, slopes, steepness, strict=True):
        total = total + of_sums * part.total(np.abs(of_part))
        largest = max(-steep.least, steep.most)
        moved = part.per_row(ball.reach, ball.growth) * part.off(place.theta, place.sizes, place.score_error)
        total = total + _times(4.0 * largest, part.sums(moved))
    return np.asarray(SLACK * total)


def _times(constant: float, values: Array) -> Array:
    """0 where the constant is, also of what is infinite."""
    return np.zeros_like(values) if constant == 0.0 else constant * values


def _sum(parts: Sequence[Array]) -> Array:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _unless_unknown(values: Array, otherwise: float) -> Array:
    return np.where(np.isnan(values), otherwise, values)
