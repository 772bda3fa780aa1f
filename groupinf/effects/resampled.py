"""Actual effects on resamples of the test rows: how far another draw of the same test set would move them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groupinf.effects.evaluations.on_test_points import OnTestPoints
from groupinf.effects.test_rows import TestRows
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Rows

# test rows at a time: the changes of so many rows of a block, and their counts in 1,000 resamples, take 70 MB
AT_ONCE = 8192


def resampled_effects(evaluation: OnTestPoints, test: TestRows, before: Array, after: Array) -> NDArray[np.float64]:
    """Σ_i c_i (f_i(θ̂(δ)) − f_i(θ̂)) over the rows i of each test point, c_i how often a resample holds row i.

    ``before`` (P, 1) is θ̂, ``after`` (P, B) the retrained parameters, ``test.counts`` (m, R) the c_i: (T, B, R). The
    bootstrap over test rows (Efron and Tibshirani 1993, chapter 6) of a sum over them; retraining is the same in all.
    """
    assert test.counts is not None
    counts = test.counts
    totals = np.zeros((len(test.sums), after.shape[1], counts.shape[1]))
    for total, rows in zip(totals, test.sums, strict=True):
        for start in range(rows.start, rows.stop, AT_ONCE):
            chunk = slice(start, min(start + AT_ONCE, rows.stop))
            total += _changes(evaluation, test, chunk, before, after).T @ counts[chunk].astype(np.float64)
    return totals


def _changes(evaluation: OnTestPoints, test: TestRows, rows: Rows | slice, before: Array, after: Array) -> Array:
    """f of each row at the retrained parameters less that at θ̂: (m, B)."""
    part = evaluation.part(test, rows, summed=False)
    return np.asarray(part.values(part.scores(after)) - part.values(part.scores(before)))
