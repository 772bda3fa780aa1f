"""The memory that a process of a run takes beside Python and its libraries."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from groupinf.datasets.dataset import Dataset
from groupinf.effects.blocks import FACTOR_BYTES, WIDEST
from groupinf.effects.methods.method import Method
from groupinf.numerics.engine import KERNEL_BYTES
from groupinf.numerics.factor import DENSE_BYTES
from groupinf.numerics.minimise import MEMORY
from groupinf.numerics.row_space import is_reduced
from groupinf.points.row_scores import CHECKED_WORK, MOST_WORK
from groupinf.studies.group_effects.checks import told_of_points
from groupinf.studies.group_effects.linear_model import LinearModel
from groupinf.studies.group_effects.schema import LoadedStudy
from groupinf.studies.group_effects.test_points import most_points
from groupinf.theory.theory import theory_bytes

# of P numbers that retraining holds for each group of a block: a step, what it changes the gradient by, and that
# preconditioned, for each step of the memory of L-BFGS
VECTORS = 3 * MEMORY
# of a row of points.parquet, with the arrays that it is joined from
ROW_BYTES = 500


def work_of(loaded: LoadedStudy, dataset: Dataset, model: LinearModel) -> int:
    """The ``work_bytes`` of a configured study."""
    config = loaded.config
    of_points = 0 if config.points is None else points_bytes(loaded, dataset, model)
    return of_points + work_bytes(dataset, model, config.block_width, config.methods, config.theory is not None)


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


def work_bytes(
    dataset: Dataset, model: LinearModel, block_width: int | None, methods: Sequence[Method] = (), theory: bool = False
) -> int:
    """Bytes that a process works with: rows with and without intercept, H with its factor, and one block's work,
    that of ``methods`` and of the ``theory`` included.

    With fewer rows than features also their coordinates and the basis of these. A loss that is linearised beside the
    fitted one has a Hessian, and work, of its own.
    """
    width = block_width or WIDEST
    n = dataset.n + (0 if dataset.pool is None else dataset.pool.y.size)
    X = dataset.X_train if isinstance(dataset.X_train, np.ndarray) else dataset.X_train.data
    reduced, size = is_reduced(dataset.X_train), model.size(dataset)
    rows = 2 * X.nbytes * (n + dataset.y_test.size) / dataset.n + (8 * n * dataset.d if reduced else 0)
    hessian = 8 * size**2
    dense = 3 * hessian + min(FACTOR_BYTES, width * hessian) if hessian <= DENSE_BYTES else 0
    kernel = 8 * n**2 if model.loss.outputs == 1 and 8 * n**2 <= KERNEL_BYTES else 0
    block = width * (n + 8 * VECTORS * size)
    own = sum(method.work(width * n * model.loss.outputs, size) for method in methods)
    of_theory = theory_bytes(n, model.loss.outputs, size) if theory else 0
    return int(rows + (dense + kernel + block) * (1 if model.linearised is None else 2) + own + of_theory)
