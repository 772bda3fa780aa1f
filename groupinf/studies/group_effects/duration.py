"""About how long drawing the groups of a run and computing its blocks take, for whether they are worth workers."""

from __future__ import annotations

import numpy as np

from groupinf.datasets.dataset import Dataset
from groupinf.studies.linear.linear_model import LinearModel

# of one processor, within a factor of three for studies of 455 to 20,000 rows: passes over the data that a group takes,
# predictions included, multiplications in a second, and what a group takes beside them
PASSES, RATE, BESIDE = 20, 2e9, 5e-4
# proving intervals takes about as many passes again, and a factor for each group
OF_THEORY = 4.0
# what is done for each pair of rows beside their distance, in multiplications
_BESIDE_DISTANCE = 50


def seconds_of(groups: int, dataset: Dataset, model: LinearModel, theory: bool) -> float:
    """About how many processor seconds it takes to predict the effects of so many groups and to retrain without each.

    A function of shapes alone.
    """
    X = dataset.X_train
    entries = X.size if isinstance(X, np.ndarray) else X.nnz
    each = BESIDE + PASSES * entries * model.loss.outputs / RATE
    return groups * each * (OF_THEORY if theory else 1.0)


def drawing_seconds(builders: int, dataset: Dataset, model: LinearModel) -> float:
    """About how long so many builders take: as if each compared every two rows by their gradients, as linkage does."""
    return builders * dataset.n**2 * (model.size(dataset) + _BESIDE_DISTANCE) / RATE
