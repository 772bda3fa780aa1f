"""Forest fires: every row of the file once, its numbers as they are, month and day as 0/1 features."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np

from groupinf.datasets.known import forest_fires


def test_rows_are_those_of_the_file(real_home: Callable[..., Path]) -> None:
    home = real_home("forest_fires")
    data, other = forest_fires.load(home, 0), forest_fires.load(home, 1)
    X, y = np.vstack([data.X_train, data.X_test]), np.concatenate([data.y_train, data.y_test])
    at = {name: j for j, name in enumerate(data.feature_names)}
    expected = []
    with (home / forest_fires.SOURCE.path).open() as stream:
        for record in csv.DictReader(stream):
            row = np.zeros(len(at))
            for name in forest_fires.NUMBERS:
                row[at[name]] = float(record[name])
            row[at[f"month_{record['month']}"]] = row[at[f"day_{record['day']}"]] = 1
            expected.append([*row, float(record["area"])])
    assert sorted(expected) == sorted(np.column_stack([X, y]).tolist())
    assert data.task == "regression"
    assert not np.array_equal(data.y_train, other.y_train)
    np.testing.assert_array_equal(data.X_train[:, at["month_aug"]] == 1, data.columns["month"] == "aug")
