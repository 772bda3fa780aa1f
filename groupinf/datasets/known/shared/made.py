"""What the datasets have in common whose rows are computed as they are loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from groupinf.datasets.facts import DatasetFacts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from groupinf.datasets.dataset import Dataset
    from groupinf.datasets.rows.labels import Labels


KEY_NAME = "point"

# where the constructions come from, appendix D.1
CITATION = "Koh, Ang, Teo and Liang (2019), On the accuracy of influence functions for measuring group effects, NeurIPS"
URL = "https://arxiv.org/abs/1905.13289"


def made_dataset(
    facts: DatasetFacts, X: NDArray[np.float64], y: Labels, test: Mapping[str, NDArray[np.float64]]
) -> Dataset:
    """Return training rows X (n, d), of class codes y (n,) or targets, and a test row (d,) for each name in ``test``.

    The names are the keys of the test rows, numbers from 0 those of the training rows. Test rows have the label 1,
    which predictions do not look at. The source is the sha256 of the training rows: there is no file of the user's.
    """
    import numpy as np

    from groupinf.datasets.dataset import Dataset
    from groupinf.datasets.rows.origins import RowOrigins

    rows = X.astype("<f8").tobytes() + y.astype("<f8").tobytes()
    keys = np.array([*map(str, range(y.size)), *test], dtype=object)
    return Dataset(
        name=facts.name,
        task="classification" if facts.n_classes else "regression",
        X_train=X,
        y_train=y,
        X_test=np.array(list(test.values())),
        y_test=np.ones_like(y[: len(test)]),
        classes=tuple(range(facts.n_classes)),
        sample_weight_train=np.ones(y.size),
        feature_names=tuple(f"x{j + 1}" for j in range(X.shape[1])),
        sources={facts.name: hashlib.sha256(rows).hexdigest()},
        origins=RowOrigins(np.full(keys.size, facts.name, dtype=object), np.arange(keys.size), KEY_NAME, keys),
    )
