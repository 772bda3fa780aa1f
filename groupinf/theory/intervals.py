"""Proven intervals of actual effects without retraining: where f(θ*) must lie when θ* lies in a ball around θ.

Within a ball of radius d in a norm, f(θ*) − f(θ) is at most ‖∇f(θ)‖d + ½C d² in size, ‖·‖ the dual norm, where
|δᵀ∇²f δ| ≤ C‖δ‖², of a convex f with no such term below and of a linear f with none. And row by row, no two scores of
a row move apart by more than its reach times d. Both hold, and so does what they have in common.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from groupinf.effects.evaluations.evaluation import BoundedPart, RowNumbers
from groupinf.numerics.losses.loss import Array, Steepness
from groupinf.numerics.rounding import SLACK, UNIT, gamma
from groupinf.theory.balls import Ball


@dataclass(frozen=True)
class Place:
    """B models at θ (P, B), or one (P, 1), with the balls that hold their minima, and what rounding may do there.

    ``score_error`` (B,) is at most the error of a score of ‖x/m‖ = 1, ``sizes`` the ‖x/m‖ of the rows. ``terms`` says
    how many numbers a gradient of f sums at most, their own roundings included.
    """

    theta: Array
    balls: Sequence[Ball]
    score_error: Array
    sizes: RowNumbers
    terms: float
    gradient: Array

    @property
    def radius(self) -> Array:
        """The least radius of a ball: (B,)."""
        radii = [ball.radius for ball in self.balls] or [np.full(self.theta.shape[1], np.inf)]
        return np.asarray(np.min(radii, axis=0))


@dataclass(frozen=True)
class Read:
    """A part of f at some models: scores z, and ∂f/∂z there, as the part has them, and ∇f (P, T, B)."""

    part: BoundedPart
    z: Array
    slopes: Array
    gradient: Array


def read(part: BoundedPart, z: Array) -> Read:
    """A part at its scores."""
    slopes = part.gradient(z)
    return Read(part, z, slopes, part.in_parameters(slopes))


Interval = tuple[Array, Array]


def difference(before: Interval, after: Interval) -> Interval:
    """The least and the largest that lies between a value before and one after: (T, B) twice."""
    with np.errstate(invalid="ignore"):
        low, high = after[0] - before[1], after[1] - before[0]
        low = low - UNIT * np.abs(low) * _inexact(after[0], before[1], low)
        high = high + UNIT * np.abs(high) * _inexact(after[1], before[0], high)
        return _unless_unknown(low, -np.inf), _unless_unknown(high, np.inf)


def _inexact(a: Array, b: Array, difference: Array) -> Array:
    """2 where a − b is rounded, so that whole numbers stay whole, else 0 (the error of a sum: Knuth 1997, 4.2.2)."""
    moved = difference - a
    return np.where((a - (difference - moved)) - (b + moved) == 0.0, 0.0, 2.0)


def values_within(parts: Sequence[Read], place: Place) -> Interval:
    """The least and the largest f(θ*), the sum of the ``parts`` as they were read at ``place``: (T, B) twice."""
    low, high = np.array(-np.inf), np.array(np.inf)
    off = [one.part.off(place.theta, place.sizes, place.score_error) for one in parts]
    for ball in place.balls:
        if not np.isfinite(ball.radius).any():
            continue
        for bounds in (_row_by_row, _by_gradient):
            least, most = bounds(parts, off, place, ball)
            low, high = np.maximum(low, least), np.minimum(high, most)
    return low, high


def _row_by_row(parts: Sequence[Read], off: Sequence[Array], place: Place, ball: Ball) -> Interval:
    scale = SLACK * ball.growth * ball.radius
    with np.errstate(invalid="ignore"):
        ends = [
            one.part.between(one.z, one.part.per_row(ball.reach, scale) + 2.0 * error)
            for one, error in zip(parts, off, strict=True)
        ]
    low, high = summed([low for low, _ in ends]), summed([high for _, high in ends])
    return _unless_unknown(low, -np.inf), _unless_unknown(high, np.inf)


def _by_gradient(parts: Sequence[Read], off: Sequence[Array], place: Place, ball: Ball) -> Interval:
    """Infinite where f has no derivatives, or no bounds of them."""
    steepness = [steep for one in parts if (steep := one.part.steepness()) is not None]
    if len(steepness) < len(parts):
        return np.array(-np.inf), np.array(np.inf)
    ends = [one.part.between(one.z, 2.0 * error) for one, error in zip(parts, off, strict=True)]
    d, each = ball.radius, list(zip(parts, off, steepness, strict=True))
    with np.errstate(invalid="ignore", over="ignore"):
        rounding = summed([slope_rounding(*of_part, place, ball) for of_part in each])
        norm = ball.norms(summed([one.gradient for one in parts])) + rounding
        below = summed([_times(steep.least, _squares(one.part, ball)) for one, _, steep in each])
        above = summed([_times(steep.most, _squares(one.part, ball)) for one, _, steep in each])
        low = summed([low for low, _ in ends]) - SLACK * (norm * d - 0.5 * below * d**2)
        high = summed([high for _, high in ends]) + SLACK * (norm * d + 0.5 * above * d**2)
        return _unless_unknown(low, -np.inf), _unless_unknown(high, np.inf)


def _squares(part: BoundedPart, ball: Ball) -> Array:
    return part.sums(part.per_row(ball.reach, ball.growth) ** 2)


def slope_rounding(one: Read, off: Array, steep: Steepness, place: Place, ball: Ball) -> Array:
    """At most the dual norm of what rounding does to ∇f: where scores are off, gradients of a row are of no more than
    4κ times the error, κ the largest curvature; and sums of products are off by their number of units.
    """
    of_sums = gamma(place.terms) * ball.of_columns * ball.growth * one.part.total(np.abs(one.slopes))
    moved = one.part.sums(one.part.per_row(ball.reach, ball.growth) * off)
    return np.asarray(SLACK * (of_sums + _times(4.0 * max(-steep.least, steep.most), moved)))


def _times(constant: float, values: Array) -> Array:
    """0 where the constant is, also of what is infinite."""
    return np.zeros_like(values) if constant == 0.0 else constant * values


def summed(parts: Sequence[Array]) -> Array:
    """What the parts of a measure add up to."""
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _unless_unknown(values: Array, otherwise: float) -> Array:
    return np.where(np.isnan(values), otherwise, values)
