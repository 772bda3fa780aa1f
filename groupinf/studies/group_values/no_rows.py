"""The model that knows no row: what a coalition is worth whose own objective has no finite minimum."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from groupinf.effects.evaluations.evaluation import measures_of
from groupinf.effects.jumps import Reached, with_jumps
from groupinf.effects.readout import actual_reading
from groupinf.effects.study import Study
from groupinf.numerics.change import changed
from groupinf.numerics.fit import first_fit
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective


@dataclass(frozen=True)
class KnownEffect:
    """f(θ) − f(θ̂) of known parameters, and its error estimate: (T,) each."""

    effect: Array
    error: Array


def without_rows(fit: Objective) -> Array:
    """θ of weights 0 (P,), with the free intercept that fits all rows best by itself: the prior class shares, or the
    mean; without a free intercept 0, the minimum of the penalty.

    The loss of rows of one class alone falls for ever as a free intercept grows. So far that is no knowledge of the
    other classes but their absence: a model is worth what it is where nothing was learnt from any row.
    """
    theta = np.zeros((fit.p, fit.loss.outputs))
    if fit.intercept.is_free:
        alone = replace(fit, X=np.ones((fit.n, 1)), basis=None)
        theta[-1] = first_fit(alone).theta
    return theta.ravel()


def effect_without_rows(study: Study) -> KnownEffect:
    """What the model of no rows differs from θ̂ by."""
    theta, fitted = without_rows(study.fitted.objective)[:, None], study.fitted
    nobody = changed(fitted, study.change, [np.empty(0, dtype=np.int64)])
    measures, nothing = measures_of(study.evaluations, study.test, nobody), np.zeros_like(theta)
    reading = actual_reading(measures, fitted, theta, nothing)
    off = np.zeros_like(reading.effect[0])
    error = reading.error(np.abs(reading.left), study.of_fit.score_error)
    reached = [Reached(theta, nothing, off)]
    effect, error = with_jumps(reading.effect, error, measures, fitted, reached, study.of_fit.score_error)
    return KnownEffect(effect[0, :, 0], error[0, :, 0])
