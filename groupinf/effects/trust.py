"""How far the fit and its retrains can be trusted: bounds on scores that are proven, and what rounding usually does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groupinf.numerics.bounds import (
    Bounded,
    End,
    end_of,
    proven_score_errors,
    usual_decrement,
    usual_score_errors,
)
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Rows
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
    every = np.ones((fitted.objective.n, 1), dtype=bool)
    end = end_of(bounded, fitted.theta[:, None], fitted.gradient[:, None], fitted.left[:, None], every)
    moved = fitted.factor.solve(end.noise)
    return Trust(
        proven_score_errors(bounded, end, np.ones(1)),
        usual_score_errors(bounded, end, moved),
        usual_decrement(bounded, end, np.ones(1)),
    )


def retrained_end(bounded: Bounded, retrained: Retrained, kept: NDArray[np.bool_]) -> End:
    """What is said of retrained models, on their own rows ``kept`` (n, B)."""
    return end_of(bounded, retrained.theta, retrained.gradient, retrained.solved, kept)


def trust_in(bounded: Bounded, of_fit: Trust, end: End, reduced: ReducedSolver, members: Sequence[Rows]) -> Trust:
    """Of the change of scores from θ̂ to θ̂(w), which the errors of both take part in."""
    unknown = np.full(len(members), np.inf)
    factor = bounded.verified
    amplification = unknown if factor is None else amplifications(factor, reduced, members)
    moved = reduced.solve(end.noise, np.arange(len(members)), NOISE_TOLERANCE)
    return Trust(
        proven_score_errors(bounded, end, amplification) + of_fit.score_bound,
        usual_score_errors(bounded, end, moved) + of_fit.score_error,
        usual_decrement(bounded, end, amplification),
    )
