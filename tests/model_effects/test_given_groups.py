"""Groups may be given in any of their forms, which mean the same; what is none of them is refused in words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from groupinf.errors import DataError
from groupinf.model_effects.given_groups import RowIndex, groups_of

LABELS = pd.Index([f"p{i}" for i in range(6)])
ROWS = RowIndex(6, LABELS)
NAMES = ["b", "a", None, "a", "b", "b"]
MASKS = np.array([[0, 1, 0, 1, 0, 0], [1, 0, 0, 0, 1, 1]], dtype=bool)
FRAME = pd.DataFrame({"ward": NAMES}, index=LABELS)


@pytest.mark.parametrize(
    "given",
    [
        FRAME["ward"],
        NAMES,
        np.array(NAMES, dtype=object),
        FRAME["ward"].astype("category"),
        {"a": [1, 3], "b": (0, 4, 5)},
        {"a": np.array([3, 1]), "b": pd.Series([5, 4, 0])},
        FRAME.groupby("ward").groups,
        FRAME.groupby("ward").indices,
        dict(zip("ab", MASKS, strict=True)),
        [pd.Series(mask, index=LABELS) for mask in MASKS],
        {"a": pd.Series([1, 3], index=["u", "v"]), "b": [0, 4, 5]},
        [[1, 3], [0, 4, 5]],
        list(MASKS),
        MASKS,
        MASKS.astype(float),
        sparse.csr_array(MASKS.astype(int)),
        sparse.coo_matrix(MASKS),
    ],
)
def test_all_forms_give_the_same_groups(given: Any) -> None:
    found = groups_of(given, ROWS)
    assert [found.members(g).tolist() for g in range(len(found))] == [[1, 3], [0, 4, 5]]


def test_names_are_those_that_are_given_and_numbers_of_groups_without() -> None:
    assert groups_of(FRAME["ward"], ROWS).name == ("a", "b")
    assert groups_of(FRAME["ward"], ROWS).kind == ("ward", "ward")
    assert groups_of({"x": [0], 7: [1]}, ROWS).name == ("x", "7")
    assert groups_of([[0], [1]], ROWS).name == ("0", "1")
    assert groups_of(np.array([10, 9, 9, 9, 10, 9]), ROWS).name == ("9", "10")
    assert groups_of(pd.Series([2.0, 1.0, np.nan, 1.0, 2.0, 2.0], index=LABELS), ROWS).name == ("1", "2")


def test_the_columns_of_a_frame_are_kinds_of_groups() -> None:
    found = groups_of(FRAME.assign(year=[1, 1, 1, 2, 2, 2]), ROWS)
    assert list(zip(found.kind, found.name, strict=True)) == [
        ("ward", "a"),
        ("ward", "b"),
        ("year", "1"),
        ("year", "2"),
    ]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (NAMES[:5], "groups: expected 6 names, one for each row of X, found 5; groups as lists of rows are a list of"),
        (
            [0, 1],
            "groups: expected 6 names, one for each row of X, found 2; groups as lists of rows are a list of lists",
        ),
        (FRAME["ward"].iloc[::-1], "groups: expected the index of X, found another; take groups.loc[X.index]"),
        (
            pd.concat([FRAME, FRAME.set_axis([f"q{i}" for i in range(6)])])["ward"],
            "groups: expected 6 names, one for each row of X, found 12; take groups.loc[X.index]",
        ),
        ({"a": [1, 6]}, "groups['a']: expected rows 0 to 5, found 6"),
        ({"a": [-1]}, "groups['a']: expected rows 0 to 5, found -1"),
        ({"a": [1, 1]}, "groups['a']: expected each row once, found one more often"),
        ({"a": []}, "groups['a']: expected at least one row, found none"),
        ({"a": ["p1"]}, "groups['a']: expected positions of rows, whole numbers from 0, found 'p1'"),
        ({"a": pd.Index(["p1", "q"])}, "groups['a']: expected labels of X.index, found 'q'"),
        ({"a": [True, False]}, "groups['a']: expected a mask of 6 rows, found one of 2"),
        ({"a": 3}, "groups['a']: expected a list of rows, found int"),
        ({"a": {1, 2}}, "groups['a']: expected a list of rows, found set"),
        (
            {"a": pd.Series(MASKS[0], index=LABELS[::-1])},
            "groups['a']: expected the index of X, found another; take mask.loc[X.index], or .to_numpy()",
        ),
        ([pd.Series(MASKS[0], index=list("uvwxyz"))], "groups[0]: expected the index of X, found another"),
        ({}, "groups: expected at least one group with a row, found none"),
        ([None] * 6, "groups: expected at least one group with a row, found none"),
        (MASKS[:, :4], "groups: expected a matrix (groups, 6), with a column for each row of X, found shape (2, 4)"),
        (MASKS * 0.5, "groups: expected a matrix of 0 and 1, or True and False, found other numbers"),
        (np.vstack([MASKS, np.zeros((1, 6), bool)]), "groups[2]: expected at least one row, found none"),
        ("ward", "groups: expected a Series or array of names, one for each row, a mapping"),
        (7, "found int"),
    ],
)
def test_what_is_no_group_is_refused_in_words(given: Any, message: str) -> None:
    with pytest.raises(DataError) as error:
        groups_of(given, ROWS)
    assert message in str(error.value)


def test_labels_need_a_frame_whose_index_tells_rows_apart() -> None:
    with pytest.raises(DataError, match="found a pandas Index of labels, and X is no frame"):
        groups_of({"a": pd.Index(["p1"])}, RowIndex(6))
    with pytest.raises(DataError, match=r"labels of X\.index stand for several rows"):
        groups_of({"a": pd.Index(["p1"])}, RowIndex(2, pd.Index(["p1", "p1"])))


def test_where_x_is_no_frame_the_labels_of_y_tell_another_order() -> None:
    rows, backwards = RowIndex(6, order=LABELS), FRAME["ward"].iloc[::-1]
    for given, called in ((backwards, "groups"), ([backwards == "a"], "mask")):
        with pytest.raises(DataError, match=rf"expected rows in the order of y, .*; take {called}\.loc\[y\.index\]"):
            groups_of(given, rows)
    assert groups_of(backwards.reset_index(drop=True), rows).name == ("a", "b")
    assert groups_of(backwards, RowIndex(6)).name == ("a", "b")
