"""Effects on what jumps: a count changes by whole numbers, where a score crosses a boundary, and not by a slope.

What a readout makes of ∇f says nothing of it: methods with a linear readout have no such effects, unless the gradient
is that of something smooth in its place; and the errors of the others are counted. A row may be on the other side where
its score is no farther from the boundary than it may be off, by what is left to solve and by rounding. Such rows are
counted at both ends of an effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from groupinf.effects.evaluations.evaluation import JumpingPart, Measure
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array

# what is left to solve moves a score by that of first order, and by what curvatures add that have changed on the way
CHANGED = 2.0


@dataclass(frozen=True)
class Reached:
    """Parameters at the other end of effects (P, B), what is ``left`` of them to solve (P, B), and how far scores may
    be ``off`` besides (T, B).
    """

    theta: Array
    left: Array
    off: Array


def with_jumps(
    effect: Array,
    error: Array,
    measures: Sequence[Measure],
    fitted: Fitted,
    reached: Sequence[Reached | None],
    score_error: Array,
) -> tuple[Array, Array]:
    """Effects and errors, (methods + actual, T, B), with those on what jumps as they are.

    ``reached`` is None for a method with a linear readout, whose effects there are no numbers where f has no ∇f.
    ``score_error`` (B,) is how far rounding usually moves a score.
    """
    effect, error, start = effect.copy(), error.copy(), 0
    for measure in measures:
        rows = slice(start, start + len(measure.labels))
        start = rows.stop
        if not measure.jumps:
            continue
        for i, end in enumerate(reached):
            if end is None and not measure.evaluation.differentiable:
                effect[i, rows] = error[i, rows] = np.nan
            elif end is not None:
                error[i, rows] = _undecided(measure, fitted, end, score_error + end.off[rows].max(axis=0))
    return effect, error


def _undecided(measure: Measure, fitted: Fitted, end: Reached, off: Array) -> Array:
    total = np.zeros((len(measure.labels), off.size))
    for part in measure.parts:
        assert isinstance(part, JumpingPart)
        for theta, left in ((fitted.theta[:, None], fitted.left[:, None]), (end.theta, end.left)):
            total += part.undecided(part.scores(theta), CHANGED * np.abs(part.scores(left)) + off)
    return total
