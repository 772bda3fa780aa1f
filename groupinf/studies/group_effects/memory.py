"""The memory that a process of a run takes beside Python and its libraries."""

from __future__ import annotations

import numpy as np

from groupinf.datasets.dataset import Dataset
from groupinf.effects.blocks import WIDEST
from groupinf.numerics.factor import DENSE_BYTES
from groupinf.numerics.reduced import PENCIL_BYTES, pencil_bytes
from groupinf.points.row_scores import CHECKED_WORK, MOST_WORK
from groupinf.studies.group_effects.checks import quantities_of, told_of_points
from groupinf.studies.group_effects.schema import LoadedStudy
from groupinf.studies.group_effects.test_points import most_points
from groupinf.studies.linear.linear_model import LinearModel
from groupinf.studies.linear.memory import work_bytes
from groupinf.theory.prover import factor_bytes

# of a row of points.parquet, with the arrays that it is joined from
ROW_BYTES = 500


def work_of(loaded: LoadedStudy, dataset: Dataset, model: LinearModel) -> int:
    """The ``work_bytes`` of a configured study."""
    config = loaded.config
    of_points = 0 if config.points is None else points_bytes(loaded, dataset, model)
    of_screen = 0 if config.retrain is None else screen_bytes(model.size(dataset), config.block_width or WIDEST)
    return (
        of_points
        + of_screen
        + bytes_besides(loaded, dataset)
        + work_bytes(dataset, model, config.block_width, config.methods, config.theory is not None)
    )


def screen_bytes(size: int, width: int) -> int:
    """Bytes of what intervals are proven with: a factor of H, and the matrices of a block of ``width`` groups."""
    return factor_bytes(size) + (min(PENCIL_BYTES, pencil_bytes(size, width)) if factor_bytes(size) else 0)


def bytes_besides(loaded: LoadedStudy, dataset: Dataset) -> int:
    """Bytes of the test rows where evaluations are measured on some besides the test points: copies of both."""
    besides = sum(quantity.rows_besides().size for quantity in quantities_of(loaded, dataset))
    X = dataset.X_test if isinstance(dataset.X_test, np.ndarray) else dataset.X_test.data
    return int(X.nbytes * (1.0 + besides / dataset.n_test)) if besides else 0


def points_bytes(loaded: LoadedStudy, dataset: Dataset, model: LinearModel) -> int:
    """Bytes that points take beside: rows as readers know them, H⁻¹ and what rounding leaves of it, G_i, the table."""
    points, plain = loaded.config.points, (dataset.plain_train, dataset.plain_test)
    told = dataset.n if points is None or points.rows is None else len(points.rows)
    table = ROW_BYTES * told * len(told_of_points(loaded, dataset)) * most_points(loaded.config.test_points, dataset)
    kept = sum((X if isinstance(X, np.ndarray) else X.data).nbytes for X in plain if X is not None)
    size, outputs = model.size(dataset), model.loss.outputs
    work = size**2 * (size + dataset.n) if 8 * size**2 <= DENSE_BYTES else np.inf
    matrices = 5 if work <= CHECKED_WORK else 2 if work <= MOST_WORK else 0
    return int(kept + matrices * 8 * size**2 + 4 * 8 * dataset.n * outputs**2 + table)
