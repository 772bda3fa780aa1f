"""A CSV file becomes features, labels, a seeded split and natural groups; a fault names file, line and column."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.outcomes import OUTCOMES, outcome, outcomes_of

from groupinf.datasets.config_error import DatasetConfigError
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.own.csv import CsvDataset
from groupinf.datasets.own.table import text_table
from groupinf.datasets.registry import load_dataset
from groupinf.errors import DataError

TABLE = """age,colour,smoker,site,label
1,red,no,A,yes
2.5,blue,yes,B,no
3,green,no,A,yes
4,red,yes,,no
5,blue,no,A,yes
-6e1,red,no,C,no
7,"red",yes,A,yes
8,blue,no,B,no
9,green,yes,A,yes
10,red,no,B,no
"""


def load(folder: Path, content: str | bytes, seed: int = 0, **options: Any) -> Dataset:
    raw = content.encode() if isinstance(content, str) else content
    (folder / "mine.csv").write_bytes(raw)
    config = CsvDataset.model_validate({"csv": "mine.csv", "target": "label", **options})
    return load_dataset(config, folder, seed)


def fault(folder: Path, content: str | bytes, **options: Any) -> str:
    """The message of the error, without the folder."""
    with pytest.raises(DataError) as caught:
        load(folder, content, **options)
    assert str(folder / "mine.csv") in str(caught.value)
    return str(caught.value).replace(f"{folder}/", "")


def config_fault(folder: Path, content: str, **options: Any) -> tuple[tuple[str, ...], str]:
    with pytest.raises(DatasetConfigError) as caught:
        load(folder, content, **options)
    return caught.value.key, str(caught.value).replace(f"{folder}/", "")


def all_rows(data: Dataset) -> list[list[float]]:
    assert isinstance(data.X_train, np.ndarray)
    assert isinstance(data.X_test, np.ndarray)
    return sorted(np.column_stack([[*data.X_train, *data.X_test], [*data.y_train, *data.y_test]]).tolist())


def test_features_of_every_kind(tmp_path: Path) -> None:
    data = load(tmp_path, TABLE, drop=["site"])
    assert data.feature_names == ("age", "colour=blue", "colour=green", "colour=red", "smoker=yes")
    frame = pd.read_csv(tmp_path / "mine.csv")
    dummies = pd.get_dummies(frame[["colour", "smoker"]], dtype=float).drop(columns="smoker_no")
    expected = np.column_stack([frame["age"], dummies, frame["label"] == "yes"])
    assert all_rows(data) == sorted(expected.tolist())
    assert data.classes == ("no", "yes")
    assert (data.name, data.n, data.sources) == ("mine", 8, {"mine.csv": hashlib.sha256(TABLE.encode()).hexdigest()})
    assert isinstance(data.X_train, np.ndarray)
    assert data.X_train.dtype == np.float64
    assert data.X_train.flags.c_contiguous


def test_columns_are_the_values_of_the_training_rows(tmp_path: Path) -> None:
    data = load(tmp_path, TABLE, drop=["site"])
    assert list(data.columns) == ["age", "colour", "smoker", "site", "label"]
    assert isinstance(data.X_train, np.ndarray)
    assert [float(v) for v in data.columns["age"]] == data.X_train[:, 0].tolist()
    assert data.columns["label"].tolist() == [data.classes[c] for c in data.y_train]
    lines = [line.split(",") for line in TABLE.splitlines()[1:]]
    site = {float(values[0]): values[3] or None for values in lines}
    assert data.columns["site"].tolist() == [site[v] for v in data.columns["age"]]


def test_seed_decides_the_split(tmp_path: Path) -> None:
    table = "x,label\n" + "".join(f"{i},{i % 2}\n" for i in range(100))
    first, again, other = (load(tmp_path, table, seed, test_fraction=0.3) for seed in (1, 1, 2))
    assert first.n == 70
    assert np.array_equal(first.X_train, again.X_train)
    assert not np.array_equal(first.X_train, other.X_train)
    assert all_rows(first) == all_rows(other) == [[i, i % 2] for i in range(100)]


@pytest.mark.parametrize(
    ("labels", "classes"),
    [("0 1", (0, 1)), ("0.5 2", (0.5, 2.0)), ("-1 3", (-1, 3)), ("b a", ("a", "b")), ("10 9x", ("10", "9x"))],
)
def test_labels_of_any_values(tmp_path: Path, labels: str, classes: tuple[object, ...]) -> None:
    one, other = labels.split()
    assert load(tmp_path, "x,label\n" + f"1,{one}\n2,{other}\n" * 10).classes == classes


def test_regression(tmp_path: Path) -> None:
    data = load(tmp_path, "x,label\n1,10\n2,20\n3,30\n4,45\n5,50\n", task="regression")
    assert data.classes == ()
    assert data.y_train.dtype == np.float64
    assert sorted([*data.y_train, *data.y_test]) == [10, 20, 30, 45, 50]


def test_line_ends_byte_order_mark_blank_lines_and_quotes_change_nothing(tmp_path: Path) -> None:
    plain = load(tmp_path, TABLE, drop=["site"])
    windows = load(tmp_path, b"\xef\xbb\xbf" + TABLE.replace("\n", "\r\n").encode(), drop=["site"])
    spaced = load(tmp_path, "\n" + TABLE.replace("\n", "\n\n  \n").replace("blue", '"blue"'), drop=["site"])
    for data in (windows, spaced):
        assert data.feature_names == plain.feature_names
        np.testing.assert_array_equal(data.X_train, plain.X_train)


def test_none_is_a_category_and_a_constant_text_stays(tmp_path: Path) -> None:
    rows = "None,one,0\nhigh,one,1\nlow,one,0\n" * 4
    assert load(tmp_path, "glucose,same,label\n" + rows).feature_names == (
        "glucose=None",
        "glucose=high",
        "glucose=low",
        "same=one",
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "mine.csv: expected a header line and rows, found an empty file"),
        ("\n\n", "mine.csv: expected a header line and rows, found an empty file"),
        ("x,label\n", "mine.csv: expected rows below the header, found none"),
        ("x,y,x,label\n1,2,3,4\n", "mine.csv, line 1: expected each column name once, found 'x' twice"),
        ("x,,label\n1,2,3\n", "mine.csv, line 1: expected a name for every column, found none for column 2"),
        (
            ",x,label\n0,2,3\n",
            "mine.csv, line 1: expected a name for every column, found none for column 1; pandas writes its index so,"
            " unless told index=False",
        ),
        ("x,label\n1,0\n1,0,2\n", "mine.csv, line 3: expected 2 values as in the header, found 3"),
        ("x,label\n1,0\n\n1\n", "mine.csv, line 4: expected 2 values as in the header, found 1"),
        (
            'x,label\n1,0\n"2,1\n3,0\n',
            "mine.csv, line 3: expected comma-separated values, found: unexpected end of data",
        ),
        (
            b"x,label\n1,0\ncaf\xe9,1\n",
            "mine.csv, line 3: expected UTF-8 text, found byte 0xe9; save the file as UTF-8",
        ),
        (
            b"\xef\xbb\xbfx,label\n1,0\nb\xff,1\n",
            "mine.csv, line 3: expected UTF-8 text, found byte 0xff; save the file as UTF-8",
        ),
        ("x,label\n1,0\ninf,1\n3,1\n4,0\n5,0\n", "mine.csv, line 3: column 'x': expected a finite number, found 'inf'"),
        (
            f"x,label\n1,0\n{'9' * 400},1\n3,1\n4,0\n5,0\n",
            f"mine.csv, line 3: column 'x': expected a finite number, found '{'9' * 400}'",
        ),
        (
            "x,label\n1,0\n1e999,1\n3,1\n4,0\n5,0\n",
            "mine.csv, line 3: column 'x': expected a finite number, found '1e999'",
        ),
        ("x,label\n1,0\n2,-inf\n", "mine.csv, line 3: column 'label': expected a finite number, found '-inf'"),
        (
            "x,label\n1,0\n-1e31,1\n3,1\n4,0\n5,0\n",
            "mine.csv, line 3: column 'x': found '-1e31', above 1e+30 in size, too large to compute with; rescale it",
        ),
        (
            "a;label\n1;0\n",
            'mine.csv, line 1: expected commas between the columns, found semicolons; set separator: ";"',
        ),
        ("a\tlabel\n1\t0\n", 'mine.csv, line 1: expected commas between the columns, found tabs; set separator: "\\t"'),
        (
            "x,label\n1,0\n".encode("utf-16"),
            "mine.csv: expected comma-separated text in UTF-8, found UTF-16; save the file as UTF-8",
        ),
        (
            "x,label\n1,0\n".encode("utf-16-le"),
            "mine.csv: expected comma-separated text in UTF-8, found a zero byte: binary data, or UTF-16; save the file"
            " as UTF-8 text",
        ),
        (
            b"PAR1 and more",
            "mine.csv: expected comma-separated text in UTF-8, found a Parquet file; give it by parquet: in place of"
            " csv:",
        ),
        (" <!DOCTYPE html>\n", "mine.csv: expected comma-separated text in UTF-8, found a web page (HTML)"),
        ("label\n1\n0\n", "mine.csv: expected at least one column besides the target and the dropped ones, found none"),
    ],
)
def test_fault(tmp_path: Path, content: str | bytes, message: str) -> None:
    assert fault(tmp_path, content) == message


@pytest.mark.parametrize("missing", ["", " ", "NA", "nan", "NULL", "N/A"])
def test_missing_values_name_line_and_column(tmp_path: Path, missing: str) -> None:
    text = '"a\nb"'  # a value that spans lines 2 and 3
    message = fault(tmp_path, f"x,t,label\n1,{text},0\n\n{missing},c,1\n2,c,1\n3,c,0\n4,c,0\n")
    assert message.startswith(f"mine.csv, line 5: column 'x': expected a value, found {missing!r}, which stands for")
    assert "line 3: column 'label'" in fault(tmp_path, f"x,label\n1,0\n2,{missing}\n")


def test_missing_values_of_a_dropped_column_are_no_fault(tmp_path: Path) -> None:
    assert None in load(tmp_path, TABLE, drop=["site"], test_fraction=0.1, seed=1).columns["site"].tolist()
    assert fault(tmp_path, TABLE).startswith("mine.csv, line 5: column 'site': expected a value, found ''")


@pytest.mark.parametrize("seed", range(3))
def test_a_table_of_several_chunks_keeps_rows_and_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    whole = load(tmp_path, TABLE, drop=["site"], seed=seed)
    monkeypatch.setattr(text_table, "ROWS_AT_ONCE", 3)
    parts = load(tmp_path, TABLE, drop=["site"], seed=seed)
    np.testing.assert_array_equal(parts.X_train, whole.X_train)
    assert {k: v.tolist() for k, v in parts.columns.items()} == {k: v.tolist() for k, v in whole.columns.items()}
    late = TABLE + "11,red,no,B,\n"
    assert fault(tmp_path, late, drop=["site"]).startswith("mine.csv, line 12: column 'label': expected a value")


def test_absent_target_and_drop(tmp_path: Path) -> None:
    key, message = config_fault(tmp_path, TABLE, target="lable")
    assert key == ("dataset", "target")
    assert message == (
        "expected a column of mine.csv, found 'lable' where its columns are"
        " 'age', 'colour', 'smoker', 'site', 'label'; did you mean 'label'?"
    )
    key, message = config_fault(tmp_path, TABLE, drop=["age", "sit"])
    assert key == ("dataset", "drop")
    assert message.startswith("expected a column of mine.csv, found 'sit' where its columns are 'age', ")
    assert message.endswith("; did you mean 'site'?")


@pytest.mark.parametrize(
    ("content", "options", "key", "message"),
    [
        (TABLE, {"drop": ["label"]}, "drop", "expected columns other than the target, found 'label'"),
        (
            TABLE,
            {"drop": ["site"], "test_fraction": 0.01},
            "test_fraction",
            "expected a fraction that leaves both parts a row, found 0.01 of 10 rows of mine.csv:"
            " 10 for training and 0 for testing",
        ),
        (
            TABLE,
            {"drop": ["site"], "task": "regression"},
            "target",
            "expected a column of numbers for regression, found 'yes': mine.csv, line 2: column 'label'",
        ),
        (
            "x,label\n1,a\n2,a\n3,a\n4,a\n5,a\n",
            {},
            "target",
            "expected a column with at least two classes, found only 'a' in 'label' of mine.csv",
        ),
        (
            "name,label\n" + "".join(f"n{i},{i % 2}\n" for i in range(1001)),
            {},
            "drop",
            "expected text columns of mine.csv with at most 1000 different values, found 1001 in 'name'; drop it"
            " (it can still make column groups)",
        ),
    ],
)
def test_fault_of_a_key(tmp_path: Path, content: str, options: dict[str, Any], key: str, message: str) -> None:
    assert config_fault(tmp_path, content, **options) == (("dataset", key), message)


def test_class_missing_from_training(tmp_path: Path) -> None:
    key, message = config_fault(tmp_path, "x,label\n" + "".join(f"{i},{i}\n" for i in range(10)))
    assert key == ("dataset", "test_fraction")
    assert message.startswith("expected every class of 'label' among the training rows of mine.csv, found none of ")
    assert message.endswith("or, for a numeric target, set task: regression")
    message = config_fault(tmp_path, "x,label\n" + "".join(f"{i},{i + 0.5}\n" for i in range(10)))[1]
    assert message.endswith(
        "; for a numeric target, set task: regression; for classes, use a smaller test_fraction or another seed, or "
        "leave its rows out"
    )


def numbers_but_for(odd: dict[int, str], rows: int = 40) -> str:
    return "x,label\n" + "".join(f"{odd.get(i, i / 4)},{i % 2}\n" for i in range(rows))


PIECES = st.sampled_from(
    ["label", "x", "1", "-2.5", "1e400", "9" * 400, "inf", "NaN", "yes", "é", "\0", '"', ",", "\n", "\r", " "]
)
TEXTS = st.lists(PIECES, max_size=60).map("".join)


def test_junk_gives_only_data_errors(tmp_path: Path) -> None:
    """Whatever the bytes of a table and the options for it: it is read, or refused by name."""
    contents = st.one_of(st.binary(max_size=200), TEXTS.map(str.encode), TEXTS.map(lambda t: f"x,label\n{t}".encode()))
    tasks, missing = st.sampled_from(["classification", "regression"]), st.sampled_from(["refuse", "impute"])

    def become(case: tuple[bytes, str, str]) -> str:
        content, task, missing = case
        return outcome(lambda: load(tmp_path, content, task=task, missing=missing, standardise=True), r"mine\.csv")

    wrong, right = ((c, "classification", "refuse") for c in (b"", numbers_but_for({}).encode()))
    how = settings(max_examples=300, deadline=None)
    found = outcomes_of(st.tuples(contents, tasks, missing), become, wrong, right, how)
    assert found == OUTCOMES


CELLS = st.sampled_from(
    ["1", "2", "-2.5", "1e400", "9" * 400, "9" * 19, "inf", "yes", "no", "1_000", "0x1", "True", "", "1e308", "-1e308"]
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=12),
    options=st.fixed_dictionaries(
        {
            "task": st.sampled_from(["classification", "regression"]),
            "missing": st.sampled_from(["refuse", "impute"]),
            "standardise": st.booleans(),
        }
    ),
)
def test_tables_of_odd_cells_give_finite_features_or_data_errors(
    tmp_path: Path, rows: list[tuple[str, str, str]], options: dict[str, Any]
) -> None:
    content = "x,t,label\n" + "".join(",".join(row) + "\n" for row in rows)
    data, message = None, "mine.csv"
    try:
        data = load(tmp_path, content, **options)
    except DataError as error:
        message = str(error)
    assert "mine.csv" in message
    if data is not None:
        assert isinstance(data.X_train, np.ndarray)
        assert np.isfinite(data.X_train).all()
        assert np.isfinite(data.y_train).all()
        assert data.n + len(data.y_test) == len(rows)


def test_a_typo_among_numbers_is_named(tmp_path: Path) -> None:
    assert fault(tmp_path, numbers_but_for({7: "4o.1"})) == (
        "mine.csv, line 9: column 'x': expected a number, as most of its values are, found '4o.1'; mend it, leave it"
        " empty to make it a missing value, or drop the column"
    )
    assert "found '4o.1'" in fault(tmp_path, numbers_but_for({3: "", 7: "4o.1"}), missing="impute")
    marked = fault(tmp_path, numbers_but_for({7: "?"}))
    assert marked.endswith(
        "mend it, leave it empty or set missing_values: ['?'] to make it a missing value, or drop the column"
    )
    kept = fault(tmp_path, numbers_but_for({7: "NA"}), not_missing=["NA"])
    assert "leave it empty, or take 'NA' out of not_missing, to make it a missing value" in kept
    dropped = load(tmp_path, numbers_but_for({7: "4o.1"}).replace(",", ",1,").replace("x,1,", "x,z,"), drop=["x"])
    assert dropped.feature_names == ("z",)


def test_categories_that_are_partly_numbers_stay_categories(tmp_path: Path) -> None:
    assert load(tmp_path, numbers_but_for(dict.fromkeys(range(0, 40, 10), "V45"))).d == 37  # 10 % are no numbers
    few = "x,label\n" + "".join(f"{'V45' if i == 5 else i % 19},{i % 2}\n" for i in range(40))
    assert load(tmp_path, few).d == 20  # of 19 different numbers


def test_a_class_of_text_has_no_hint_of_regression(tmp_path: Path) -> None:
    content = "x,label\n" + "".join(f"{i},c{i}\n" for i in range(10))
    assert config_fault(tmp_path, content)[1].endswith("or leave its rows out")
