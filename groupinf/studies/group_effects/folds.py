"""The folds that a configuration asks for."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from groupinf.datasets.dataset import Dataset
from groupinf.groups.streams import builder_stream
from groupinf.numerics.cross_validation import contiguous_folds, shuffled_folds, stratified_folds
from groupinf.numerics.objective import Rows
from groupinf.studies.group_effects.schema import CrossValidation


def folds_of(wanted: CrossValidation, y: NDArray[Any], seed: int) -> tuple[Rows, ...]:
    """Folds of the rows whose labels are ``y``: contiguous, or from a random stream of their own; by class if asked."""
    stream = builder_stream(seed, "cross_validation") if wanted.shuffle else None
    if wanted.stratified:
        return stratified_folds(y.astype(np.float64), wanted.folds, stream)
    if stream is not None:
        return shuffled_folds(y.size, wanted.folds, stream)
    return contiguous_folds(y.size, wanted.folds)


def one_class_notes(wanted: CrossValidation, dataset: Dataset, seed: int) -> tuple[str, ...]:
    """A note where all rows of a fold have one class, though it has several rows: its score tells little of λ."""
    if dataset.task == "regression":
        return ()
    folds = folds_of(wanted, dataset.y_train, seed)
    alone = [k for k, rows in enumerate(folds) if rows.size > 1 and np.unique(dataset.y_train[rows]).size == 1]
    if not alone:
        return ()
    first = dataset.classes[int(dataset.y_train[folds[alone[0]][0]])]
    advice = "fewer folds" if wanted.stratified else "stratified: true"
    return (
        f"cross-validation: the rows left out are all of one class in {len(alone)} of {len(folds)} folds, first in fold"
        f" {alone[0]} (class {first}), as where rows are sorted by label; such folds mislead the choice of"
        f" lambda_over_n: {advice} may mend it",
    )
