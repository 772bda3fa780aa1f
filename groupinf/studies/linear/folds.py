"""The folds that a configuration asks for."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from groupinf.datasets.dataset import Dataset
from groupinf.groups.streams import builder_stream
from groupinf.numerics.cross_validation import contiguous_folds, shuffled_folds, stratified_folds
from groupinf.numerics.objective import Rows
from groupinf.studies.linear.schema import CrossValidation


def folds_of(wanted: CrossValidation, y: NDArray[Any], seed: int) -> tuple[Rows, ...]:
    """Folds of the rows whose labels are ``y``: contiguous, or from a random stream of their own; by class if asked."""
    stream = builder_stream(seed, "cross_validation") if wanted.shuffle else None
    if wanted.stratified:
        return stratified_folds(y.astype(np.float64), wanted.folds, stream)
    if stream is not None:
        return shuffled_folds(y.size, wanted.folds, stream)
    return contiguous_folds(y.size, wanted.folds)


def one_class_notes(wanted: CrossValidation, dataset: Dataset, seed: int) -> tuple[str, ...]:
    """A note where all rows of a fold have one class: its score tells little of λ.

    Folds of one row are those of leave-one-out, and left aside; but F1 is 0 for any row of class 0.
    """
    if dataset.task == "regression":
        return ()
    folds = folds_of(wanted, dataset.y_train, seed)
    least = 1 if wanted.score == "f1" else 2
    alone = [k for k, rows in enumerate(folds) if rows.size >= least and np.unique(dataset.y_train[rows]).size == 1]
    if not alone:
        return ()
    first = dataset.classes[int(dataset.y_train[folds[alone[0]][0]])]
    cause, advice = "as where rows are sorted by label", "stratified: true"
    if wanted.stratified or dataset.n < 2 * len(folds):
        cause, advice = "as a class has fewer rows than there are folds", "fewer folds"
    return (
        f"cross-validation: the rows left out are all of one class in {len(alone)} of {len(folds)} folds, first in fold"
        f" {alone[0]} (class {first}), {cause}; such folds mislead the choice of"
        f" lambda_over_n: {advice} may mend it",
    )
