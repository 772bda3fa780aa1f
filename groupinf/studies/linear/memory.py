"""The memory that a process that fits and retrains takes beside Python and its libraries."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from groupinf.datasets.dataset import Dataset
from groupinf.datasets.files.mapped_rows import is_mapped
from groupinf.effects.blocks import FACTOR_BYTES, WIDEST
from groupinf.effects.methods.method import Method
from groupinf.numerics.engine import KERNEL_BYTES, ROW_ARRAYS, ROW_BYTES
from groupinf.numerics.factor import DENSE_BYTES
from groupinf.numerics.minimise import MEMORY
from groupinf.numerics.row_space import is_reduced
from groupinf.studies.linear.linear_model import LinearModel
from groupinf.theory.theory import theory_bytes

# of P numbers that retraining holds for each group of a block: a step, what it changes the gradient by, and that
# preconditioned, for each step of the memory of L-BFGS
VECTORS = 3 * MEMORY


def work_bytes(
    dataset: Dataset, model: LinearModel, block_width: int | None, methods: Sequence[Method] = (), theory: bool = False
) -> int:
    """Bytes that a process works with: rows with and without intercept, H with its factor, and one block's work,
    that of ``methods`` and of the ``theory`` included.

    Rows that are mapped are not held. With fewer rows than features also their coordinates and the basis of these. A
    loss that is linearised beside the fitted one has a Hessian, and work, of its own.
    """
    width = block_width or WIDEST
    n = dataset.n + (0 if dataset.pool is None else dataset.pool.y.size)
    X = dataset.X_train if isinstance(dataset.X_train, np.ndarray) else dataset.X_train.data
    reduced, size = is_reduced(dataset.X_train), model.size(dataset)
    held = n + dataset.y_test.size - (dataset.n if is_mapped(dataset.X_train) else 0)
    rows = 2 * X.nbytes * held / dataset.n + (8 * n * dataset.d if reduced else 0)
    hessian = 8 * size**2
    dense = 3 * hessian + min(FACTOR_BYTES, width * hessian) if hessian <= DENSE_BYTES else 0
    kernel = 8 * n**2 if model.loss.outputs == 1 and 8 * n**2 <= KERNEL_BYTES else 0
    by_rows = n if model.loss.outputs == 1 and not isinstance(dataset.X_train, np.ndarray) else 0
    block = width * (n + 8 * (VECTORS * size + min(ROW_ARRAYS * by_rows, ROW_BYTES // (8 * width))))
    own = sum(method.work(width * n * model.loss.outputs, size) for method in methods)
    of_theory = theory_bytes(n, model.loss.outputs, size) if theory else 0
    return int(rows + (dense + kernel + block) * (1 if model.linearised is None else 2) + own + of_theory)
