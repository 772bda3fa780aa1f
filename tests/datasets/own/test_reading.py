"""Columns mean what their owner says, and the same values are the same features and groups in CSV and in Parquet."""

from __future__ import annotations

import datetime
import decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from groupinf.datasets.column_use import column_notes
from groupinf.datasets.config_error import DatasetConfigError
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.registry import DATASET_KINDS, load_dataset
from groupinf.errors import DataError
from groupinf.groups.by_value import rows_by_value

KINDS = pytest.mark.parametrize("kind", ["csv", "parquet"])
PART = ["train"] * 14 + ["test"] * 2
Y = [0, 1] * 8


def load(folder: Path, kind: str, content: pd.DataFrame | pa.Table | str, **options: Any) -> Dataset:
    """The dataset of a table whose target is y and whose split column is part."""
    path = folder / f"mine.{kind}"
    if isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    elif isinstance(content, pa.Table):
        pq.write_table(content, path)
    elif kind == "csv":
        content.to_csv(path, index=False)
    else:
        content.to_parquet(path)
    config = DATASET_KINDS[kind].options.model_validate({kind: path.name, "target": "y", "split": "part", **options})
    return load_dataset(config, folder, 0)


def frame(**columns: Any) -> pd.DataFrame:
    """16 rows: a number, the given columns, the split and the target."""
    return pd.DataFrame({"x": np.arange(16) / 4, **columns, "part": PART, "y": Y})


def refused(folder: Path, kind: str, content: Any, **options: Any) -> str:
    with pytest.raises(DataError) as caught:
        load(folder, kind, content, **options)
    key = f"{'.'.join(caught.value.key)}: " if isinstance(caught.value, DatasetConfigError) else ""
    return key + str(caught.value).replace(f"{folder}/", "")


def groups(data: Dataset, column: str) -> list[tuple[str, list[int]]]:
    return [(value.name, value.rows.tolist()) for value in rows_by_value(data.columns, column).values]


SITES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, None, None, 1]


@KINDS
@pytest.mark.parametrize("dtype", ["float64", "Int64", "category"])
def test_ids_with_gaps_are_the_same_groups_in_the_order_of_numbers(tmp_path: Path, kind: str, dtype: str) -> None:
    """Whether pandas writes 1 or 1.0, text or numbers, a gap is no group and 2 comes before 10."""
    data = load(tmp_path, kind, frame(site=pd.Series(SITES).astype("Int64").astype(dtype)), drop=["site"])
    assert groups(data, "site") == [(str(i), [i]) for i in range(13)]
    assert data.columns["site"][13] is None


@KINDS
def test_whole_numbers_too_large_for_floats_are_told_apart(tmp_path: Path, kind: str) -> None:
    ids = [2**60 + i % 3 for i in range(15)]
    gap = pd.Series([*ids, None], dtype="Int64")
    beyond = pd.Series([2**63 + i % 3 for i in range(16)], dtype="uint64")
    data = load(tmp_path, kind, frame(id=gap, hash=beyond), drop=["id", "hash"])
    assert [name for name, _ in groups(data, "id")] == [str(2**60 + i) for i in range(3)]
    assert [name for name, _ in groups(data, "hash")] == [str(2**63 + i) for i in range(3)]
    names = load(tmp_path, kind, frame(id=gap, hash=beyond), drop=["id"], categorical=["hash"]).feature_names
    assert names == ("x", *(f"hash={2**63 + i}" for i in range(3)))


@KINDS
def test_stated_categories_are_categories(tmp_path: Path, kind: str) -> None:
    table = frame(site=[1, 2, 10, 2] * 4)
    assert load(tmp_path, kind, table).feature_names == ("x", "site")
    data = load(tmp_path, kind, table, categorical=["site"])
    assert data.feature_names == ("x", "site=1", "site=10", "site=2")
    np.testing.assert_array_equal(np.asarray(data.X_train)[:4, 1:], [[1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 0, 1]])
    assert [name for name, _ in groups(data, "site")] == ["1", "2", "10"]


@KINDS
def test_stated_numbers_are_numbers_or_refused(tmp_path: Path, kind: str) -> None:
    digits = frame(code=pd.Categorical(["7", "10", "8", "7"] * 4))
    data = load(tmp_path, kind, digits, numeric=["code"])
    assert np.asarray(data.X_train)[:4, 1].tolist() == [7, 10, 8, 7]
    place = "mine.csv, line 3" if kind == "csv" else "mine.parquet, row 1"
    message = refused(tmp_path, kind, frame(code=["7", "?", "8", "7"] * 4), numeric=["code"])
    assert message == (
        f"dataset.numeric: expected a column of numbers, found '?': {place}: column 'code'; if it stands for a missing"
        " value, set missing_values: ['?']"
    )
    assert "found '45%'" in refused(tmp_path, kind, frame(code=["7", "45%", "8", "7"] * 4), numeric=["code"])


def test_codes_with_leading_zeros_are_one_thing_in_features_and_groups(tmp_path: Path) -> None:
    table = frame(zip=["007", "7", "010", "10"] * 4)
    number = load(tmp_path, "csv", table)
    assert number.feature_names == ("x", "zip")
    assert [name for name, _ in groups(number, "zip")] == ["7", "10"]
    code = load(tmp_path, "csv", table, categorical=["zip"])
    assert code.feature_names == ("x", "zip=007", "zip=010", "zip=10", "zip=7")
    assert {name for name, _ in groups(code, "zip")} == {"007", "7", "010", "10"}


def test_one_and_one_point_zero_are_one_category(tmp_path: Path) -> None:
    data = load(tmp_path, "csv", frame(site=["1", "1.0", "2", "3"] * 4), categorical=["site"])
    assert data.feature_names == ("x", "site=1", "site=2", "site=3")


@KINDS
def test_stated_markers_are_missing_values_however_written(tmp_path: Path, kind: str) -> None:
    table = frame(a=[1.0, -999.0, 3.0, 5.0] * 4, b=["u", "Unknown", "v", "u"] * 4, c=[1, 2, -999, 4] * 4)
    data = load(tmp_path, kind, table, missing_values=[-999, "unknown"], missing="impute")
    assert data.feature_names == ("x", "a", "b=v", "c")
    np.testing.assert_array_equal(np.asarray(data.X_train)[:4, 1:], [[1, 0, 1], [3, 0, 2], [3, 1, 2], [5, 0, 4]])
    assert {use.name: use.imputed for use in data.uses if use.imputed} == {"a": 4, "b": 4, "c": 4}
    assert data.columns["b"].tolist()[:2] == ["u", None]
    assert "expected a value, found" in refused(tmp_path, kind, table, missing_values=["-999"])


def test_a_usual_marker_may_be_a_value(tmp_path: Path) -> None:
    table = frame(country=["NA", "DE", "FR", "DE"] * 4)
    assert "expected a value, found 'NA'" in refused(tmp_path, "csv", table)
    data = load(tmp_path, "csv", table, not_missing=["NA"])
    assert data.feature_names == ("x", "country=DE", "country=FR", "country=NA")
    assert [name for name, _ in groups(data, "country")] == ["DE", "FR", "NA"]


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_other_separators_and_a_decimal_comma(tmp_path: Path, separator: str) -> None:
    plain = frame(price=np.arange(16) / 8, day=[1, 2] * 8)
    text = plain.to_csv(index=False, sep=separator, decimal=",")
    ours = load(tmp_path, "csv", text, separator=separator, decimal=",")
    theirs = load(tmp_path, "csv", plain)
    assert ours.feature_names == theirs.feature_names
    np.testing.assert_array_equal(ours.X_train, theirs.X_train)
    for column in plain:
        assert ours.columns[column].tolist() == theirs.columns[column].tolist()


def test_a_point_makes_no_number_beside_a_decimal_comma(tmp_path: Path) -> None:
    """1.234 may be more than a thousand there."""
    quoted = frame(price=["1,5", "1.234", "2,5", "3"] * 4)
    message = refused(tmp_path, "csv", quoted, numeric=["price"], decimal=",", drop=["x"])
    assert "found '1.234'" in message


def test_numbers_of_pandas_categories_are_categories_unless_stated(tmp_path: Path) -> None:
    table = frame(site=pd.Categorical([3, 1, 2, 1] * 4))
    data = load(tmp_path, "parquet", table)
    assert data.feature_names == ("x", "site=1", "site=2", "site=3")
    assert [use.role for use in data.uses if use.stated] == ["categories"]
    assert load(tmp_path, "parquet", table, numeric=["site"]).feature_names == ("x", "site")


@pytest.mark.parametrize("name", [None, "row"])
def test_the_index_of_pandas_is_no_feature(tmp_path: Path, name: str | None) -> None:
    table = frame().sort_values("y").rename_axis(name)
    written = name or "__index_level_0__"
    data = load(tmp_path, "parquet", table)
    assert data.feature_names == ("x",)
    assert {use.name: use.role for use in data.uses}[written] == "index"
    assert sorted(data.columns[written].tolist()) == sorted(table.index[(table["part"] == "train")].tolist())
    assert load(tmp_path, "parquet", table, numeric=[written]).feature_names == ("x", written)
    assert all(use.role != "index" for use in load(tmp_path, "parquet", frame()).uses)


NAMED = [f"p{i}" for i in range(16)]
TIMES = pd.date_range("2020-01-01", periods=16)


@pytest.mark.parametrize(
    ("index", "advice", "options"),
    [
        (range(0, 32, 2), "; list it under numeric to make it one", {"numeric": ["__index_level_0__"]}),
        (
            TIMES,
            "; list it under numeric (as days since 1970-01-01) or categorical to make it one",
            {"numeric": ["at"]},
        ),
        (
            NAMED,
            "; set row_key to it to name rows by it, or list it under categorical to make it one",
            {"row_key": "at"},
        ),
        (NAMED, "; set row_key to it to name rows by it, or list it under cat", {"categorical": ["at"]}),
        (pd.to_timedelta(range(16), "D"), "", None),
    ],
)
def test_what_the_index_of_pandas_may_be_made_is_said(
    tmp_path: Path, index: Any, advice: str, options: dict[str, Any] | None
) -> None:
    """As numbers, days, categories or the names of rows: whatever is proposed can be done."""
    table = frame().set_axis(pd.Index(list(index)), axis=0).rename_axis(None if isinstance(index, range) else "at")
    data = load(tmp_path, "parquet", table)
    (use,) = (use for use in data.uses if use.role == "index")
    assert use.warning.startswith(f"the index that pandas wrote, no feature{advice}")
    assert f"column {use.name}: {use.warning}" in column_notes(data.uses)
    if options is None:
        assert use.warning == "the index that pandas wrote, no feature"
    else:
        assert all(use.role != "index" for use in load(tmp_path, "parquet", table, **options).uses)


@KINDS
def test_a_dropped_column_that_is_said_to_be_categories_or_numbers_is_noted(tmp_path: Path, kind: str) -> None:
    data = load(tmp_path, kind, frame(code=[1, 2] * 8, site=[1, 2] * 8), drop=["code", "site"], categorical=["code"])
    assert column_notes(data.uses) == (
        "column code: dropped, though categorical lists it too: that decides only how it makes groups",
    )


@KINDS
def test_whole_numbers_have_the_minus_of_others_and_one_category_is_no_rarest(tmp_path: Path, kind: str) -> None:
    data = load(tmp_path, kind, frame(t=[-999, 99] * 8, u=[-0.5, 1] * 8, same=["a"] * 16))
    assert [use.words for use in data.uses if use.name in ("t", "u", "same")] == [
        "−999 to 99",
        "−0.5 to 1",
        "1 category, 'a' with 16 rows",
    ]


DAYS = [datetime.date(2020, 1, 1 + i % 3) for i in range(16)]


@pytest.mark.parametrize(
    ("array", "days"),
    [
        (pa.array(DAYS), 18262.0),
        (pa.array(DAYS, pa.date64()), 18262.0),
        (pa.array([datetime.datetime(2020, 1, 1, 12)] * 16, pa.timestamp("us")), 18262.5),
        (pa.array([datetime.datetime(2020, 1, 1, 6)] * 16, pa.timestamp("ns")), 18262.25),
    ],
    ids=str,
)
def test_dates_are_features_only_where_stated(tmp_path: Path, array: pa.Array, days: float) -> None:
    table = pa.table({"x": range(16), "day": array, "part": PART, "y": Y})
    message = refused(tmp_path, "parquet", table)
    assert message.startswith("mine.parquet: column 'day': expected numbers, bools or text, found ")
    assert "drop it (it can still make column groups), or list it under numeric (as days" in message
    assert np.asarray(load(tmp_path, "parquet", table, numeric=["day"]).X_train)[0, 1] == days
    assert load(tmp_path, "parquet", table, categorical=["day"]).feature_names[1].startswith("day=2020-01-0")
    dropped = load(tmp_path, "parquet", table, drop=["day"])
    assert next(name for name, _ in groups(dropped, "day")).startswith("2020-01-01")


@KINDS
@pytest.mark.parametrize(
    "times", [["2020-01-02", "2020-01-01"], ["2020-01-02 12:00:00", "2020-01-01 00:00:00"]], ids=str
)
def test_times_group_alike_in_both_kinds_of_file(tmp_path: Path, kind: str, times: list[str]) -> None:
    data = load(tmp_path, kind, frame(when=pd.to_datetime(times * 8)), drop=["when"])
    assert [name for name, _ in groups(data, "when")] == times[::-1]


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_a_target_of_categorical_numbers_stays_numbers(tmp_path: Path, task: str) -> None:
    table = frame().assign(y=pd.Categorical([10, 9] * 8))
    data = load(tmp_path, "parquet", table, task=task)
    assert data.classes == ((9, 10) if task == "classification" else ())
    assert data.y_train[:2].tolist() == ([1, 0] if task == "classification" else [10, 9])


def test_whole_decimals_of_any_size_are_told_apart(tmp_path: Path) -> None:
    ids = [decimal.Decimal(10**25 + i % 2) for i in range(16)]
    table = pa.table({"x": range(16), "id": pa.array(ids, pa.decimal128(30, 0)), "part": PART, "y": Y})
    data = load(tmp_path, "parquet", table, categorical=["id"])
    assert data.feature_names == ("x", f"id={10**25 + 1}")
    assert [name for name, _ in groups(data, "id")] == [str(10**25), str(10**25 + 1)]
    assert np.asarray(load(tmp_path, "parquet", table).X_train)[0, 1] == 1e25


def test_a_test_file_may_write_the_same_numbers_otherwise(tmp_path: Path) -> None:
    """A gap makes pandas write 1.0 for 1; it is the same category and the same value."""
    train = pd.DataFrame({"x": range(8), "site": [1.0, 2, 3, 1, 2, 3, 1, 2], "y": [0, 1] * 4})
    test = train.astype({"site": int})
    train.loc[7, "site"] = None
    for name, table in (("a", train), ("b", test)):
        table.to_csv(tmp_path / f"{name}.csv", index=False)
        table.to_parquet(tmp_path / f"{name}.parquet")
    for kind in ("csv", "parquet"):
        files = {kind: f"a.{kind}", "test_file": f"b.{kind}"}
        options = {**files, "target": "y", "categorical": ["site"], "missing": "impute"}
        data = load_dataset(DATASET_KINDS[kind].options.model_validate(options), tmp_path, 0)
        assert data.feature_names == ("x", "site=1", "site=2", "site=3")
        assert data.test_columns["site"].tolist() == [str(i) for i in test["site"]]


def test_decimals_and_bools_with_gaps_are_numbers(tmp_path: Path) -> None:
    columns = {
        "price": pa.array([decimal.Decimal("1.50"), decimal.Decimal("2.25"), None, decimal.Decimal("4.00")] * 4),
        "old": pa.array([True, None, False, True] * 4),
    }
    table = pa.table({**columns, "part": PART, "y": Y})
    data = load(tmp_path, "parquet", table, missing="impute")
    np.testing.assert_array_equal(np.asarray(data.X_train)[:4], [[1.5, 1], [2.25, 1], [2.25, 0], [4, 1]])
    assert [name for name, _ in groups(data, "price")] == ["1.5", "2.25", "4"]
    assert [name for name, _ in groups(data, "old")] == ["False", "True"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"categorical": ["sit"]}, "dataset.categorical: expected a column of mine.csv, found 'sit' where its columns"),
        ({"numeric": ["sit"]}, "dataset.numeric: expected a column of mine.csv, found 'sit' where its columns"),
        ({"weight": "x", "categorical": ["x"]}, "dataset.categorical: expected columns other than the weight"),
    ],
)
def test_stated_columns_have_to_be_there(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    assert refused(tmp_path, "csv", frame(site=[1, 2] * 8), **options).startswith(message)


@KINDS
def test_what_every_column_became(tmp_path: Path, kind: str) -> None:
    table = frame(w=[0.5, 2] * 8, colour=["red", "blue", None, "red"] * 4, name=list("abcdefghijklmnop"))
    data = load(tmp_path, kind, table, weight="w", drop=["name"], missing="impute")
    assert [(use.name, use.role, use.words) for use in data.uses] == [
        ("x", "number", "0 to 3.75"),
        ("w", "weight", "0.5 to 2"),
        ("colour", "categories", "2 categories, rarest 'blue' with 4 rows; 4 imputed"),
        ("name", "dropped", ""),
        ("part", "split", ""),
        ("y", "target", "2 classes"),
    ]
