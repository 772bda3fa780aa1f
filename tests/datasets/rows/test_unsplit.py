"""Unsplit, a dataset's rows are all training rows, in the order in which they stand in their file."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from groupinf.datasets.dataset import Dataset
from groupinf.datasets.known.by_name import NamedDataset
from groupinf.datasets.rows.origins import RowOrigins
from groupinf.datasets.rows.unsplit import unsplit


def split_data() -> Dataset:
    """Rows 0 to 4 of a file, each with its number as its feature: 3, 0 and 4 train, 2 and 1 test."""
    lines = np.array([3, 0, 4, 2, 1])
    shades = np.array(["a", "b", "c", "d", "e"], dtype=object)
    return Dataset(
        name="five",
        task="classification",
        X_train=np.array([[3.0], [0.0], [4.0]]),
        y_train=np.array([1, 0, 0]),
        X_test=np.array([[2.0], [1.0]]),
        y_test=np.array([0, 1]),
        classes=(0, 1),
        sample_weight_train=np.array([5.0, 2.0, 6.0]),
        feature_names=("number",),
        columns={"shade": shades[[3, 0, 4]], "of_training": shades[:3]},
        test_columns={"shade": shades[[2, 1]]},
        origins=RowOrigins(np.full(5, "file", dtype=object), lines),
    )


def test_rows_of_one_file_stand_in_its_order() -> None:
    whole = unsplit(split_data())
    assert isinstance(whole.X_train, np.ndarray)
    assert whole.X_train[:, 0].tolist() == [0, 1, 2, 3, 4]
    assert whole.y_train.tolist() == [0, 1, 0, 1, 0]
    assert whole.sample_weight_train.tolist() == [2, 1, 1, 5, 6]
    assert whole.origins is not None
    assert whole.origins.line.tolist() == [0, 1, 2, 3, 4]
    assert (whole.n_test, whole.X_test.shape) == (0, (0, 1))


def test_columns_that_test_rows_lack_are_left_out() -> None:
    whole = unsplit(split_data())
    assert {name: values.tolist() for name, values in whole.columns.items()} == {"shade": list("abcde")}


def test_where_no_file_gives_an_order_test_rows_follow() -> None:
    data = split_data()
    two = RowOrigins(np.array(["one", "one", "one", "two", "two"], dtype=object), np.array([3, 0, 4, 2, 1]))
    for origins in (None, two):
        whole = unsplit(replace(data, origins=origins))
        assert isinstance(whole.X_train, np.ndarray)
        assert whole.X_train[:, 0].tolist() == [3, 0, 4, 2, 1]


def test_test_rows_have_to_be_named() -> None:
    with pytest.raises(ValidationError, match="expected test_rows beside unsplit"):
        NamedDataset(name="iris", unsplit=True)


def test_spelled_out_the_default_is_the_same() -> None:
    assert NamedDataset(name="iris", unsplit=False) == NamedDataset(name="iris")
