"""Exact refits with some of the wrong labels put right, and what is measured of them on the test rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from groupinf.effects.block import retrain_block
from groupinf.effects.blocks import WIDEST, blocks_of
from groupinf.effects.evaluations.test_error import TEST_ERROR
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.effects.freeze import ChangedFit, unpredicted_study
from groupinf.effects.scales import frozen_scales
from groupinf.effects.study import Study
from groupinf.effects.test_rows import TestRows
from groupinf.numerics.change import measuring, row_change
from groupinf.numerics.engine import choose_engine, far_from_fit
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective, Rows
from groupinf.numerics.predict import mean_loss, predicted_classes
from groupinf.studies.linear.fit import Model
from groupinf.studies.linear.linear_model import LinearModel
from groupinf.test_point_labels import ALL_ROWS
from groupinf.wording import counted

# on the sum over all test rows; the first tells how many of their classes errors leave open
MEASURED = (TEST_ERROR, TEST_LOSS)


@dataclass(frozen=True)
class Refits:
    """What is measured of models, one number each.

    ``misclassified`` test rows, and those whose class is ``uncertain`` by the error estimates of scores, with the wrong
    labels or with those put right; the mean ``loss`` of the test rows, the estimated ``loss_error`` of it, and the
    largest Newton ``decrement`` (of a loss that is not smooth √(2·gap)).
    """

    misclassified: NDArray[np.int64]
    uncertain: NDArray[np.int64]
    loss: Array
    loss_error: Array
    decrement: Array

    def at(self, which: NDArray[np.int64]) -> Refits:
        """Those of some models, in any shape."""
        return Refits(*(values[which] for values in vars(self).values()))


def refits(model: Model, fitted: LinearModel, truth: Objective, test: Objective, sets: Sequence[Rows]) -> Refits:
    """Models with the labels of ``truth`` in each of some ``sets`` of rows, and else those of ``model``.

    Refitting is relabelling a group: all sets go through the certified engine together, from the ``model`` on.
    Raises ConvergenceError where a model does not reach its tolerance.
    """
    study = _study(model, fitted, truth, test, sets)
    parts = [_refitted(study, [sets[i] for i in block]) for block in blocks_of(range(len(sets)), WIDEST)]
    return Refits(*(np.concatenate(values) for values in zip(*(vars(part).values() for part in parts), strict=True)))


def _study(model: Model, fitted: LinearModel, truth: Objective, test: Objective, sets: Sequence[Rows]) -> Study:
    fit = model.fitted
    change = row_change(fit, 1.0, truth.sample_weight, truth.y)
    if fitted.measured is not None:
        change = measuring(change, fit, fitted.measured)
    sizes = np.array([rows.size for rows in sets])
    engine = far_from_fit(choose_engine(fit, change, float(sizes.mean())), fit)
    points = TestRows(test, (ALL_ROWS,), (slice(0, test.n),))
    ends = np.concatenate([[0], np.cumsum(sizes)])
    W = sparse.csr_array((np.ones(ends[-1]), np.concatenate(sets), ends), shape=(sizes.size, truth.n))
    scales, norms = frozen_scales(fit, change, points, W, MEASURED)
    return unpredicted_study(ChangedFit(fit, change, model.machine), engine, points, MEASURED, scales, norms)


def _refitted(study: Study, sets: Sequence[Rows]) -> Refits:
    names = [f"refitted with {counted(rows.size, 'label')} put right" for rows in sets]
    block, test = retrain_block(study, sets, names), study.test.rows
    wrong, loss = np.array([_measured(test, theta) for theta in block.theta.T]).T
    uncertain, loss_error = block.error_estimate
    return Refits(
        misclassified=wrong.astype(np.int64),
        uncertain=uncertain.astype(np.int64),
        loss=loss,
        loss_error=loss_error / test.n,
        decrement=block.certificates.decrement,
    )


def _measured(test: Objective, theta: Array) -> tuple[int, float]:
    """Misclassified test rows, and their mean loss."""
    return int(np.count_nonzero(predicted_classes(test, theta) != test.y)), mean_loss(test, theta)
