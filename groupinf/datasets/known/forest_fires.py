"""Forest fires: the burned area from place, season and weather; regression."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from groupinf.datasets.facts import DatasetFacts, KnownDataset, SourceFile
from groupinf.datasets.files.data_home import verified_file

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from groupinf.datasets.dataset import Dataset
    from groupinf.datasets.own.table.text_table import TextTable


SOURCE = SourceFile(
    path="forestfires/forestfires.csv",
    urls=("https://archive.ics.uci.edu/ml/machine-learning-databases/forest-fires/forestfires.csv",),
    sha256="0d6586a1fa52f55bef48578aef14eb97273f1e9330e1a53423df497a77065253",
)

FACTS = DatasetFacts(
    name="forest_fires",
    title="Forest fires in the Montesinho park: burned area in hectares from place, month, day and weather",
    n=414,
    n_test=103,
    d=29,
    n_classes=0,
    licence="CC BY 4.0",
    citation="Cortez and Morais (2007), UCI Machine Learning Repository, doi:10.24432/C5D88D",
    url="https://archive.ics.uci.edu/dataset/162/forest+fires",
    files=(SOURCE,),
    natural_groups=("month", "day"),
)

NUMBERS = ("X", "Y", "FFMC", "DMC", "DC", "ISI", "temp", "RH", "wind", "rain")
CATEGORIES = ("month", "day")
TARGET = "area"
TEST_FRACTION = 0.2


def load(home: Path, seed: int) -> Dataset:
    """Return the rows split 80/20 by ``seed``: ten numbers as they are, then month and day as 0/1 features.

    Raises DataError where the file is not below the data home, or is not the one that is meant.
    """
    import numpy as np

    from groupinf.datasets.dataset import Dataset
    from groupinf.datasets.own.table.text_table import read_table
    from groupinf.datasets.rows.origins import RowOrigins
    from groupinf.datasets.rows.split import split_rows

    file = verified_file(home, SOURCE)
    table = read_table(file.path)
    names, made_from, X = _features(table)
    y = table.columns[TARGET].astype(np.float64)
    train, test = split_rows(y.size, TEST_FRACTION, seed)
    lines = table.files[0].numbers
    return Dataset(
        name=FACTS.name,
        task="regression",
        X_train=X[train],
        y_train=y[train],
        X_test=X[test],
        y_test=y[test],
        classes=(),
        sample_weight_train=np.ones(train.size),
        feature_names=tuple(names),
        feature_columns=tuple(made_from),
        columns={name: table.columns[name][train] for name in CATEGORIES},
        sources={SOURCE.path: file.sha256},
        origins=RowOrigins(np.full(y.size, SOURCE.path, dtype=object), lines[np.concatenate([train, test])]),
    )


def _features(table: TextTable) -> tuple[list[str], list[str], NDArray[np.float64]]:
    import numpy as np

    from groupinf.datasets.rows.one_hot import one_hot

    names, made_from = list(NUMBERS), list(NUMBERS)
    blocks = [np.column_stack([table.columns[name].astype(np.float64) for name in NUMBERS])]
    for column in CATEGORIES:
        kept, block = one_hot(table.columns[column])
        names += [f"{column}_{category}" for category in kept]
        made_from += [column] * len(kept)
        blocks.append(block.astype(np.float64))
    return names, made_from, np.hstack(blocks)


KNOWN = KnownDataset(FACTS, load)
