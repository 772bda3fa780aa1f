"""A Parquet file gives columns of its own types, and whatever the bytes are nothing but a DataError that names it."""

from __future__ import annotations

import datetime
import decimal
import io
import re
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from support.outcomes import OUTCOMES, altered, outcome, outcomes_of

from groupinf.datasets.dataset import Dataset
from groupinf.datasets.own.parquet import ParquetDataset, load_parquet
from groupinf.datasets.own.table.parquet_table import read_parquet
from groupinf.errors import DataError


def load(folder: Path, columns: dict[str, Any], **options: Any) -> Dataset:
    pq.write_table(pa.table(columns), folder / "mine.parquet")
    config = ParquetDataset.model_validate({"parquet": "mine.parquet", "target": "y", **options})
    return load_parquet(config, [folder / "mine.parquet"], 0)


def fault(folder: Path, columns: dict[str, Any], **options: Any) -> str:
    with pytest.raises(DataError) as caught:
        load(folder, columns, **options)
    return str(caught.value).replace(f"{folder}/", "")


Y = [0, 1] * 4
SPLIT = pa.array(["train"] * 4 + ["test"] * 4)


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (pa.array(range(8), pa.uint8()), range(8)),
        (pa.array(range(8), pa.uint64()), range(8)),
        (pa.array(np.arange(8, dtype=np.float16)), range(8)),
        (pa.array(np.arange(8, dtype=np.float32) / 4), np.arange(8) / 4),
        (pa.array([True, False] * 4), [1, 0] * 4),
        (pa.array([decimal.Decimal("1.5")] * 8), [1.5] * 8),
    ],
    ids=lambda value: str(getattr(value, "type", "")),
)
def test_numbers_of_every_type(tmp_path: Path, array: pa.Array, expected: Any) -> None:
    data = load(tmp_path, {"x": array, "y": Y, "part": SPLIT}, split="part")
    assert data.feature_names == ("x",)
    assert isinstance(data.X_train, np.ndarray)
    assert data.X_train.dtype == np.float64
    assert [*data.X_train[:, 0], *data.X_test[:, 0]] == list(expected)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int8(), pa.string())], ids=str)
def test_text_stays_text_though_it_looks_like_numbers(tmp_path: Path, kind: pa.DataType) -> None:
    codes = pa.array(["007", "1", "20", "nan"] * 2).cast(kind)
    data = load(tmp_path, {"x": codes, "y": Y, "part": SPLIT}, split="part")
    assert data.feature_names == ("x=007", "x=1", "x=20", "x=nan")
    np.testing.assert_array_equal(data.X_train, np.eye(4))
    assert data.columns["x"].tolist() == ["007", "1", "20", "nan"]


@pytest.mark.parametrize(
    ("y", "classes"),
    [
        ([True, False] * 4, (False, True)),
        ([3, -1] * 4, (-1, 3)),
        ([0.5, 2.5] * 4, (0.5, 2.5)),
        (["b", "a"] * 4, ("a", "b")),
        (["c", "a", "b", "a"] * 2, ("a", "b", "c")),
    ],
    ids=str,
)
def test_targets_of_any_type(tmp_path: Path, y: list[Any], classes: tuple[object, ...]) -> None:
    data = load(tmp_path, {"x": range(8), "y": y, "part": SPLIT}, split="part")
    assert data.classes == classes
    assert [data.classes[c] for c in [*data.y_train, *data.y_test]] == y


def test_groups_by_numbers_bools_and_dates(tmp_path: Path) -> None:
    columns = {
        "ward": pa.array([10, 9, None, 9] * 2),
        "old": pa.array([True, False] * 4),
        "day": pa.array([datetime.date(2020, 1, 1 + i % 2) for i in range(8)]),
        "x": pa.array(range(8)),
        "y": Y,
        "part": SPLIT,
    }
    data = load(tmp_path, columns, split="part", drop=["ward", "old", "day"])
    assert data.columns["ward"].tolist() == [10, 9, None, 9]
    assert data.columns["old"].tolist() == ["True", "False"] * 2
    assert data.columns["day"].tolist() == ["2020-01-01", "2020-01-02"] * 2


@pytest.mark.parametrize("gap", [None, float("nan")])
def test_null_and_nan_are_missing(tmp_path: Path, gap: float | None) -> None:
    columns = {"x": pa.array([1.0, gap, 3.0, 10.0] * 2, from_pandas=False), "y": Y, "part": SPLIT}
    assert fault(tmp_path, columns, split="part").startswith("mine.parquet, row 1: column 'x': expected a value, found")
    data = load(tmp_path, columns, split="part", missing="impute")
    np.testing.assert_array_equal(data.X_train[:, 0], [1, 3, 3, 10])


def test_integers_and_bools_with_gaps(tmp_path: Path) -> None:
    columns = {"x": [1, None, 3, 8] * 2, "b": [True, None, True, False] * 2, "y": Y, "part": SPLIT}
    data = load(tmp_path, columns, split="part", missing="impute")
    np.testing.assert_array_equal(data.X_train, [[1, 1], [3, 1], [3, 1], [8, 0]])


LISTS = pa.array([[1]] * 8)


@pytest.mark.parametrize(
    ("columns", "options", "message"),
    [
        ({"x": LISTS, "y": Y}, {}, "mine.parquet: column 'x': expected numbers, bools or text, found list<"),
        ({"x": range(8), "y": LISTS}, {}, "mine.parquet: column 'y': expected numbers, bools or text, found list<"),
        ({"x": range(8), "y": Y, "s": LISTS}, {"split": "s"}, "expected a column of train and test, found list<"),
        (
            {"x": range(8), "y": Y, "s": Y},
            {"split": "s"},
            "mine.parquet, row 0: column 's': expected train, test or pool",
        ),
        ({"x": [1.0] * 7 + [np.inf], "y": Y}, {}, "mine.parquet, row 7: column 'x': expected a finite number, found"),
        ({"x": [], "y": []}, {}, "mine.parquet: expected rows, found none"),
        ({" ": Y, "y": Y}, {}, "mine.parquet: expected a name for every column, found none for column 1"),
        ({"y": Y}, {}, "mine.parquet: expected at least one column besides the target"),
        ({"x": range(8), "y": [None] * 8}, {}, "mine.parquet, row 0: column 'y': expected a value, found a null"),
        (
            {"x": [1, None] * 4, "y": Y},
            {},
            "mine.parquet, row 1: column 'x': expected a value, found a null; fill it in",
        ),
        (
            {"x": [1.0] * 7 + [-1e300], "y": Y},
            {},
            "mine.parquet, row 7: column 'x': found -1e+300, above 1e+30 in size, too large to compute with",
        ),
        (
            {"x": range(8), "l": LISTS, "y": Y},
            {},
            "mine.parquet: column 'l': expected numbers, bools or text, found list<element: int64>; drop the column",
        ),
    ],
)
def test_fault(tmp_path: Path, columns: dict[str, Any], options: dict[str, Any], message: str) -> None:
    assert fault(tmp_path, columns, **options).startswith(message)


def test_columns_of_other_types_may_be_dropped(tmp_path: Path) -> None:
    assert load(tmp_path, {"x": range(8), "y": Y, "l": LISTS}, drop=["l"]).feature_names == ("x",)


def test_two_columns_of_one_name(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_arrays([pa.array(Y)] * 2, names=["y", "y"]), tmp_path / "mine.parquet")
    with pytest.raises(DataError, match=r"mine\.parquet: expected each column name once, found 'y' twice"):
        load_parquet(ParquetDataset(parquet="a", target="y"), [tmp_path / "mine.parquet"], 0)


def good_bytes() -> bytes:
    stream = io.BytesIO()
    columns = {"x": [1.5, None, 3, 4] * 4, "t": ["a", "b", None, "b"] * 4, "d": [datetime.date(2020, 1, 1)] * 16}
    pq.write_table(pa.table({**columns, "y": [0, 1] * 8}), stream)
    return stream.getvalue()


GOOD = good_bytes()


def outcome_of(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    config = ParquetDataset(parquet="a", target="y", missing="impute", categorical=("d",))
    return outcome(lambda: load_parquet(config, [path], 0), re.escape(str(path)))


def test_the_unaltered_bytes_load(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(GOOD)
    config = ParquetDataset(parquet="a", target="y", missing="impute", categorical=("d",))
    assert load_parquet(config, [tmp_path / "a.parquet"], 0).n == 13


def test_junk_gives_only_data_errors(tmp_path: Path) -> None:
    """Junk is refused by name, also between the marks of a Parquet file; a Parquet file is read by the same means."""
    contents = st.one_of(st.binary(max_size=200), st.binary(max_size=100).map(lambda b: b"PAR1" + b + b"PAR1"))
    how = settings(max_examples=150, deadline=None)
    found = outcomes_of(contents, partial(outcome_of, tmp_path / "junk.parquet"), b"", GOOD, how)
    assert found == OUTCOMES


def test_altered_bytes_give_only_data_errors(tmp_path: Path) -> None:
    """A file with a few other bytes, whole or cut off, is read, or refused by name."""
    contents = st.tuples(altered(GOOD), st.integers(1, len(GOOD))).map(lambda case: case[0][: case[1]])
    how = settings(max_examples=300, deadline=None)
    found = outcomes_of(contents, partial(outcome_of, tmp_path / "altered.parquet"), GOOD[:1], GOOD, how)
    assert found == OUTCOMES


def test_a_csv_file_in_place_of_it(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("x,y\n1,2\n")
    with pytest.raises(DataError, match=r"given by csv: in place of parquet:"):
        read_parquet(tmp_path / "mine.csv")
