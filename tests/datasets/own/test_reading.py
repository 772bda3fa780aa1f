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
from pydantic import ValidationError

from groupinf.datasets.column_use import column_notes
from groupinf.datasets.config_error import DatasetConfigError
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.own.table.parquet_periods import frequency
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


PRICES = ["2.51", "4.35", "1.1", "0.07", "1234567.89", "33.33", "-8.29", "5.00"] * 2


def priced(kind: str) -> pd.DataFrame | pa.Table:
    """The same prices as text, as numbers, and as decimals of every width that Arrow has."""
    if kind == "csv":
        return frame(price=PRICES)
    if kind == "numbers":
        return frame(price=[float(price) for price in PRICES])
    width = {"decimal128": pa.decimal128, "decimal256": pa.decimal256}[kind.removeprefix("dictionary of ")]
    prices = pa.array([decimal.Decimal(price) for price in PRICES], width(12, 2))
    prices = prices.dictionary_encode() if kind.startswith("dictionary") else prices
    return pa.table({"x": np.arange(16) / 4, "price": prices, "part": PART, "y": Y})


@pytest.mark.parametrize(
    ("kind", "file"),
    [
        ("csv", "csv"),
        ("numbers", "parquet"),
        ("decimal128", "parquet"),
        ("decimal256", "parquet"),
        ("dictionary of decimal128", "parquet"),
    ],
)
def test_decimals_are_the_numbers_that_they_write(tmp_path: Path, kind: str, file: str) -> None:
    """To the last digit, as features, as groups, and as values that stand for a missing one."""
    numeric = ["price"] if kind.startswith("dictionary") else []
    data = load(tmp_path, file, priced(kind), numeric=numeric)
    assert np.asarray(data.X_train)[:, 1].tolist() == [float(price) for price in PRICES[:14]]
    names = ["-8.29", "0.07", "1.1", "2.51", "4.35", "5", "33.33", "1234567.89"]
    assert [name for name, _ in groups(data, "price")] == names
    marked = load(tmp_path, file, priced(kind), numeric=numeric, missing_values=[4.35], drop=["price"])
    assert marked.columns["price"].tolist()[:2] == [2.51, None]
    by_test_file = load(tmp_path, file, priced(kind), categorical=["price"])
    assert by_test_file.feature_names[1:] == tuple(f"price={name}" for name in sorted(names))


def test_decimals_above_other_numbers_of_a_test_file_keep_their_digits(tmp_path: Path) -> None:
    pq.write_table(priced("decimal128"), tmp_path / "a.parquet")
    priced("numbers").to_parquet(tmp_path / "b.parquet")
    options = {"parquet": "a.parquet", "test_file": "b.parquet", "target": "y", "drop": ["part"]}
    data = load_dataset(DATASET_KINDS["parquet"].options.model_validate(options), tmp_path, 0)
    np.testing.assert_array_equal(data.X_train, data.X_test)


def periods(freq: str) -> pd.DataFrame:
    return frame(when=pd.PeriodIndex(list(pd.period_range("2020-01-01", periods=4, freq=freq)) * 4))


@pytest.fixture(params=["unknown", "known"])
def table_of_periods(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Write periods by a process that knows pandas' types, and read as one that does or does not.

    Arrow has one register of types for a process: an unknown type is what the metadata of its field say.
    """

    def load_periods(freq: str, **options: Any) -> Dataset:
        periods(freq).to_parquet(tmp_path / "mine.parquet", index=False)
        raw = pq.read_table(tmp_path / "mine.parquet")
        field = raw.schema.field("when")
        assert isinstance(field.type, pa.BaseExtensionType)
        if request.param == "unknown":
            about = {
                "ARROW:extension:name": field.type.extension_name,
                "ARROW:extension:metadata": field.type.__arrow_ext_serialize__(),
            }
            storage = pa.chunked_array([chunk.storage for chunk in raw["when"].chunks])
            plain = raw.set_column(1, pa.field("when", storage.type, metadata=about), storage)
            monkeypatch.setattr(pq.ParquetFile, "read", lambda file, use_threads: plain)
        config = {"parquet": "mine.parquet", "target": "y", "split": "part", **options}
        return load_dataset(DATASET_KINDS["parquet"].options.model_validate(config), tmp_path, 0)

    return load_periods


def test_periods_are_what_they_mean_whether_or_not_the_process_knows_the_type(table_of_periods: Any) -> None:
    with pytest.raises(DataError, match=r"column 'when': expected numbers, bools or text, found period\[M\]; drop it"):
        table_of_periods("M")
    months = ["2020-01", "2020-02", "2020-03", "2020-04"]
    assert [name for name, _ in groups(table_of_periods("M", drop=["when"]), "when")] == months
    categories = table_of_periods("M", categorical=["when"]).feature_names
    assert categories[1:] == tuple(f"when={month}" for month in months)
    days = np.asarray(table_of_periods("M", numeric=["when"]).X_train)[:4, 1]
    assert days.tolist() == [(datetime.date(2020, m, 1) - datetime.date(1970, 1, 1)).days for m in range(1, 5)]
    quarters = groups(table_of_periods("Q-DEC", drop=["when"]), "when")
    assert [name for name, _ in quarters] == ["2020Q1", "2020Q2", "2020Q3", "2020Q4"]


def test_periods_of_an_unknown_frequency_are_of_another_type(tmp_path: Path) -> None:
    about = {"ARROW:extension:name": "pandas.period", "ARROW:extension:metadata": '{"freq": "never"}'}
    named = {"x": pa.int64(), "part": pa.string(), "y": pa.int64()}
    fields = [pa.field("when", pa.int64(), metadata=about), *(pa.field(name, kind) for name, kind in named.items())]
    table = pa.table([[2**62] * 16, list(range(16)), PART, Y], schema=pa.schema(fields))
    assert "found period[never]; drop the column" in refused(tmp_path, "parquet", table)
    assert load(tmp_path, "parquet", table, drop=["when"]).feature_names == ("x",)
    for damaged in (b"[]", b"\xff", b""):
        assert frequency(fields[0].with_metadata({**about, "ARROW:extension:metadata": damaged})) == "?"


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


def warnings(data: Dataset) -> dict[str, str]:
    return {use.name: use.warning for use in data.uses if use.warning}


def test_words_that_fill_a_column_are_not_advised_as_gaps(tmp_path: Path) -> None:
    bools = refused(tmp_path, "csv", frame(paid=["False", "True"] * 8), numeric=["paid"])
    assert bools.endswith("line 2: column 'paid'; most of its values are no numbers: take 'paid' out of numeric")
    target = refused(tmp_path, "csv", frame().assign(y=["yes", "no"] * 8), numeric=["y"])
    assert target.endswith("most of its values are no numbers: take 'y' out of numeric")
    few = refused(tmp_path, "parquet", frame(paid=["unknown", "1", "2", "3"] * 4), numeric=["paid"])
    assert few.endswith("if it stands for a missing value, set missing_values: ['unknown']")


def test_a_marker_is_missing_or_not(tmp_path: Path) -> None:
    ids = frame(id=["NA", "7", "8", "9"] * 4)
    message = refused(tmp_path, "csv", ids, numeric=["id"], not_missing=["NA"])
    assert message.endswith("if it stands for a missing value, take 'NA' out of not_missing")
    assert "take 'NA' out of not_missing, or list it" in warnings(load(tmp_path, "csv", ids, not_missing=["NA"]))["id"]
    with pytest.raises(ValidationError, match=r"under missing_values or not_missing, found 'na' under both"):
        load(tmp_path, "csv", ids, not_missing=["NA"], missing_values=[-999, "na"])


def test_a_comma_in_a_stated_number_may_be_of_thousands(tmp_path: Path) -> None:
    thousands = refused(tmp_path, "csv", frame(price=["4,253", "998"] * 8), numeric=["price"])
    assert "column 'price'; its comma stands before three digits, as that of thousands does: write plain" in thousands
    decimals = refused(tmp_path, "csv", frame(price=["4,253", "0,98"] * 8), numeric=["price"])
    assert decimals.endswith("if the comma is a decimal one, set decimal: ','")
    table = frame(price=["4,253", "998"] * 8).assign(x=1)
    read = warnings(load(tmp_path, "csv", table, decimal=","))
    assert read["price"].startswith("looks like thousands: '4,253', as every other with a ',', has three digits behind")
    assert not warnings(load(tmp_path, "csv", table, decimal=",", numeric=["price"]))
    aims = {"target": "price", "task": "regression", "decimal": ",", "drop": ["y"]}
    assert warnings(load(tmp_path, "csv", table, **aims)) == read


@KINDS
def test_categories_and_classes_that_differ_in_blanks_are_told(tmp_path: Path, kind: str) -> None:
    table = frame(ward=[" a", "a", "a ", "b"] * 4).assign(y=["yes", " yes", "no", "no"] * 4)
    data = load(tmp_path, kind, table, categorical=["ward"])
    assert warnings(data) == {
        "ward": "' a', 'a', 'a ' differ in blanks alone and are values of their own; take the blanks out",
        "y": "' yes', 'yes' differ in blanks alone and are values of their own; take the blanks out",
    }


def test_many_gaps_filled_in_are_told(tmp_path: Path) -> None:
    table = frame(
        country=["NA", "DE", "FR"] * 5 + ["DE"],
        kind=["NA", "null", "u", "v", "u"] * 3 + ["u"],
        age=["NA", "1.5", "2"] * 5 + ["2"],
        size=["?", "s", "t"] * 5 + ["t"],
        few=["NA", "1.5", "2", *["2"] * 13],
    )
    options: dict[str, Any] = {"missing_values": ["?"]}
    filled = "a fifth or more of the values are missing and were filled in"
    assert warnings(load(tmp_path, "csv", table, missing="impute", **options)) == {
        "country": f"{filled}, all of them 'NA'; if it is a value, set not_missing: ['NA']",
        "kind": filled,
        "age": filled,
        "size": filled,
    }
    message = refused(tmp_path, "csv", table, **options)
    assert "found 'NA', which stands for a missing one unless not_missing lists it; fill it in" in message
    assert "unless" not in refused(tmp_path, "csv", table, drop=["country", "kind", "age"], **options)
    typed = table.replace({"NA": None, "?": None}).assign(age=[None, 1.5, 2.0] * 5 + [2.0])
    assert warnings(load(tmp_path, "parquet", typed[["country", "age", "part", "y"]], missing="impute")) == {
        "country": filled,
        "age": filled,
    }


@pytest.mark.parametrize(
    ("index", "advice"),
    [
        ([i * i for i in range(16)], "; list it under numeric to make it one"),
        (
            [f"p{i}" for i in range(16)],
            "; set row_key to it to name rows by it, or list it under categorical to make it one",
        ),
        (
            pd.date_range("2020-01-01", periods=16),
            "; list it under numeric (as days since 1970-01-01) or categorical to make it one",
        ),
        (pd.to_timedelta(range(16), unit="h"), ""),
    ],
    ids=["numbers", "text", "dates", "durations"],
)
def test_an_index_is_told_what_may_be_made_of_it(tmp_path: Path, index: Any, advice: str) -> None:
    data = load(tmp_path, "parquet", frame().set_index(pd.Index(list(index), name="row")))
    assert data.feature_names == ("x",)
    assert column_notes(data.uses) == (f"column row: the index that pandas wrote, no feature{advice}",)


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
