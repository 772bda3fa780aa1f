"""About how long drawing the groups of a run and computing its blocks take, for whether they are worth workers."""

from __future__ import annotations

import numpy as np

from groupinf.datasets.dataset import Dataset
from groupinf.studies.linear.linear_model import LinearModel

# Fitted to processor seconds of whole runs, one thread: 1,700 groups of breast_cancer (n = 455, d = 30), digits (1,438,
# 64, ten classes) and Diabetes (20,000, 127) took 1.5, 13 and 16 s to predict and retrain, and two builders of clusters
# 0.35, 1.1 and 13 s to draw; what is said here is within a factor of three of each.
# Passes over the data that a group takes, predictions included, multiplications in a second, and what a group takes
# beside them
PASSES, RATE, BESIDE = 20, 4e9, 5e-4
# proving intervals takes about as many passes again, and a factor for each group
OF_THEORY = 4.0
# of comparing every two rows: multiplications in a second, most of them in single precision, those for a pair beside
# its distance, and seconds for what is done once
_RATE_OF_PAIRS, _BESIDE_DISTANCE, _ONCE = 1.1e10, 50, 0.1


def seconds_of(groups: int, dataset: Dataset, model: LinearModel, theory: bool) -> float:
    """About how many processor seconds it takes to predict the effects of so many groups and to retrain without each.

    A function of shapes alone.
    """
    X = dataset.X_train
    entries = X.size if isinstance(X, np.ndarray) else X.nnz
    each = BESIDE + PASSES * entries * model.loss.outputs / RATE
    return groups * each * (OF_THEORY if theory else 1.0)


def drawing_seconds(comparing: int, dataset: Dataset, model: LinearModel) -> float:
    """About how long so many builders take that compare every two rows, as if all by their gradients, as linkage does.

    Others take tenths of a second. A function of shapes alone.
    """
    return comparing * (_ONCE + dataset.n**2 * (model.size(dataset) + _BESIDE_DISTANCE) / _RATE_OF_PAIRS)
