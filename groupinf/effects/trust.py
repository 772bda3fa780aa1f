"""How far the fit and its retrains can be trusted: bounds on scores that are proven, and what rounding usually does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groupinf.numerics.bounds import Bounded, End, end_of, proven_score_errors, usual_errors
from groupinf.numerics.engine import Engine
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses import Array
from groupinf.numerics.objective import Objective, Rows, scores
from groupinf.numerics.reduced import ReducedSolver
from groupinf.numerics.retrain import Retrained
from groupinf.numerics.rounding import sizes_of
from groupinf.numerics.verified import amplifications, verified_factor


@dataclass(frozen=True)
class Trust:
    """How far a score may be off, proven (infinite where nothing is) and by rounding as it usually is, and the
    decrement that rounding usually leaves: (B,) each.
    """

    score_bound: Array
    score_error: Array
    rounding: Array


def bounded_problem(fitted: Fitted, engine: Engine, test: Objective) -> Bounded:
    """What bounds on the scores of training rows and of the rows of the test points need."""
    sizes = sizes_of(fitted.objective, test)
    at_fit = scores(fitted.objective.X, fitted.theta, fitted.objective.loss.outputs)
    factor = verified_factor(fitted, sizes, test, engine.kernel)
    return Bounded(fitted.objective, fitted.theta, at_fit, sizes, factor)


def trust_in_fit(bounded: Bounded, fitted: Fitted) -> Trust:
    """Of θ̂: (1,) each."""
    every = np.ones((fitted.objective.n, 1), dtype=bool)
    end = end_of(bounded, fitted.theta[:, None], fitted.gradient[:, None], fitted.left[:, None], every)
    return _trust(bounded, end, np.ones(1))


def retrained_end(bounded: Bounded, retrained: Retrained, kept: NDArray[np.bool_]) -> End:
    """What is said of retrained models, on their own rows ``kept`` (n, B)."""
    return end_of(bounded, retrained.theta, retrained.gradient, retrained.solved, kept)


def trust_in(bounded: Bounded, of_fit: Trust, end: End, reduced: ReducedSolver, members: Sequence[Rows]) -> Trust:
    """Of the change of scores from θ̂ to θ̂(w), which the errors of both take part in."""
    unknown = np.full(len(members), np.inf)
    factor = bounded.verified
    found = _trust(bounded, end, unknown if factor is None else amplifications(factor, reduced, members))
    return Trust(found.score_bound + of_fit.score_bound, found.score_error + of_fit.score_error, found.rounding)


def _trust(bounded: Bounded, end: End, amplification: Array) -> Trust:
    rounding, score_error = usual_errors(bounded, end, amplification)
    return Trust(proven_score_errors(bounded, end, amplification), score_error, rounding)
