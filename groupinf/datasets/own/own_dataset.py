"""What the datasets of a user's own files share, whatever their format."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import numpy as np

from groupinf.datasets.config_error import DatasetConfigError
from groupinf.datasets.dataset import Dataset, Features, Task
from groupinf.datasets.row_kinds.registry import ROWS_ARE, TABLES
from groupinf.datasets.row_kinds.row_kind import RowKind
from groupinf.datasets.rows.labels import Targets
from groupinf.datasets.rows.origins import names_of


class OwnOptions(Protocol):
    """What the options of every kind of own files say."""

    @property
    def task(self) -> Task:
        """What the targets are."""

    @property
    def rows_are(self) -> RowKind | None:
        """What a row is shown as; rows of a table where it is None."""


def own_dataset(
    config: OwnOptions,
    X: tuple[Features, Features],
    targets: Targets,
    names: tuple[str, ...],
    files: Iterable[tuple[Path, str]],
) -> Dataset:
    """Return the dataset of the training and test rows in ``X``.

    ``files`` are (path, sha256); the first names the dataset. Every weight is 1, and there are no natural groups.
    Raises DatasetConfigError where such rows cannot be what ``rows_are`` says.
    """
    paths, hashes = zip(*files, strict=True)
    path = paths[0]
    X_train, X_test = X
    fault = (config.rows_are or TABLES).fault(X_train.shape[1], not isinstance(X_train, np.ndarray))
    if fault:
        raise DatasetConfigError(fault, ("dataset", ROWS_ARE))
    return Dataset(
        name=path.stem,
        task=config.task,
        X_train=X_train,
        y_train=targets.y_train,
        X_test=X_test,
        y_test=targets.y_test,
        classes=targets.classes,
        sample_weight_train=np.ones(targets.y_train.size),
        feature_names=names,
        sources=dict(zip(names_of(paths), hashes, strict=True)),
    )
