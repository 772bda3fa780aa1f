"""How far the fit and its retrains can be trusted: bounds on scores that are proven, and what rounding usually does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groupinf.numerics.bounds import (
    Bounded,
    End,
    end_of,
    proven_score_errors,
    usual_decrement,
    usual_score_errors,
)
from groupinf.numerics.change import Changed, RowTerms
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.reduced import ReducedSolver
from groupinf.numerics.retrain import Retrained
from groupinf.numerics.verified import amplifications

# relative residual to which rounding is solved for: its size is known no better
NOISE_TOLERANCE = 0.1


@dataclass(frozen=True)
class Trust:
    """How far a score may be off, proven (infinite where nothing is) and by rounding as it usually is, and the
    decrement that rounding usually leaves: (B,) each.
    """

    score_bound: Array
    score_error: Array
    rounding: Array


def trust_in_fit(bounded: Bounded, fitted: Fitted) -> Trust:
    """Of θ̂: (1,) each."""
    every, theta = RowTerms(np.ones((fitted.objective.n, 1), dtype=bool)), fitted.theta[:, None]
    end = end_of(bounded, fitted.objective, every, theta, fitted.gradient[:, None], fitted.left[:, None])
    moved = fitted.factor.solve(end.noise)
    return Trust(
        proven_score_errors(bounded, end, np.ones(1)),
        usual_score_errors(bounded, end, moved),
        usual_decrement(bounded, end, np.ones(1)),
    )


def retrained_end(bounded: Bounded, retrained: Retrained, changed: Changed) -> End:
    """What is said of retrained models, on their own rows."""
    return end_of(bounded, changed.objective, changed.terms, retrained.theta, retrained.gradient, retrained.solved)


def trust_in(bounded: Bounded, of_fit: Trust, end: End, reduced: ReducedSolver, changed: Changed) -> Trust:
    """Of the change of scores from θ̂ to θ̂(δ), which the errors of both take part in."""
    count = len(changed.members)
    factor = bounded.verified
    amplification = np.full(count, np.inf) if factor is None else amplifications(factor, reduced.pencil, changed)
    moved = reduced.solve(end.noise, np.arange(count), NOISE_TOLERANCE)
    return Trust(
        proven_score_errors(bounded, end, amplification) + of_fit.score_bound,
        usual_score_errors(bounded, end, moved) + of_fit.score_error,
        usual_decrement(bounded, end, amplification),
    )
