"""What the datasets of a user's own files share, whatever their format."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import numpy as np

from groupinf.datasets.dataset import Dataset, Features, Task
from groupinf.datasets.rows.labels import Targets
from groupinf.datasets.rows.origins import names_of


class OwnOptions(Protocol):
    """What the options of every kind of own files say."""

    @property
    def task(self) -> Task:
        """What the targets are."""


def own_dataset(
    config: OwnOptions,
    X: tuple[Features, Features],
    targets: Targets,
    names: tuple[str, ...],
    files: Iterable[tuple[Path, str]],
) -> Dataset:
    """Return the dataset of the training and test rows in ``X``.

    ``files`` are (path, sha256); the first names the dataset. Every weight is 1, and there are no natural groups.
    """
    paths, hashes = zip(*files, strict=True)
    path = paths[0]
    X_train, X_test = X
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
