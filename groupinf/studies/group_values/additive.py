"""What influence makes of a coalition: an additive game of rows, whose shares are known without a model."""

from __future__ import annotations

import numpy as np

from groupinf.effects.context import BlockContext
from groupinf.effects.evaluations.evaluation import measures_of
from groupinf.effects.freeze import ChangedFit
from groupinf.effects.influence import AT_ONCE
from groupinf.effects.methods.influence import Influence
from groupinf.effects.methods.method import Setting, predictions_of
from groupinf.effects.readout import predicted_reading
from groupinf.effects.study import Study
from groupinf.numerics.change import changed
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.reduced import AsFitted
from groupinf.studies.group_values.coalitions import Blocs
from groupinf.studies.group_values.semivalues.semivalue import Semivalue


def influence_of(study: Study, predicting: ChangedFit, blocs: Blocs) -> Array:
    """∇f(θ̂)ᵀH⁻¹g(w) of removing each bloc, NaN where f has no derivative: (A, T)."""
    fitted, change = predicting.fitted, predicting.change
    methods = predictions_of((Influence(),), Setting(fitted, change))
    parts = []
    for start in range(0, len(blocs.rows), AT_ONCE):
        block = changed(fitted, change, blocs.rows[start : start + AT_ONCE])
        at = BlockContext(block, AsFitted(fitted.factor), study.engine, fitted.factor)
        measures = measures_of(study.evaluations, study.test, block)
        effect = predicted_reading(measures, study.fitted, at, methods).effect[0]
        told = np.concatenate([[measure.evaluation.differentiable] * len(measure.labels) for measure in measures])
        parts.append(np.where(told[:, None], effect, np.nan).T)
    return np.concatenate(parts)


def additive_shares(semivalue: Semivalue, blocs: Blocs, influence: Array) -> Array:
    """The shares (G, T) of the game in which a coalition's f differs from θ̂'s by the influence (A, T) of the blocs that
    it lacks. Where groups do not overlap that is minus the influence of each group, whatever the semivalue.
    """
    groups = blocs.owners.shape[1]
    share = np.array([semivalue.of_row(groups, int(owners)) for owners in blocs.owners.sum(axis=1)])
    return np.asarray(-(blocs.owners.T * share) @ influence)
