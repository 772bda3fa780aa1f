"""A user's groups are read as written, and what is wrong with them is named with its line before anything runs."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from groupinf.datasets.rows.origins import RowOrigins
from groupinf.errors import DataError
from groupinf.groups.build import build_groups
from groupinf.groups.builders.builder import Builder
from groupinf.groups.builders.column import Column
from groupinf.groups.builders.feature_clusters import FeatureClusters
from groupinf.groups.builders.file import GroupFile
from groupinf.groups.builders.gradient_clusters import GradientClusters
from groupinf.groups.builders.random_within_class import RandomWithinClass
from groupinf.groups.builders.registry import BUILDERS
from groupinf.groups.by_value import rows_by_value
from groupinf.groups.group_file import read_group_file
from groupinf.groups.sizes import Sizes, sizes_problem
from groupinf.groups.training_rows import TrainingRows


def _file(folder: Path, text: str | bytes) -> Path:
    path = folder / "groups.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_groups_keep_order_names_and_kinds(tmp_path: Path) -> None:
    text = '\ufeffindex,group,kind\r\n7,NA,ward\r\n3,"a, ""b""",ward\r\n\r\n2,NA,ward\r\n0,1.0,ünit\r\n5,null,ward\r\n'
    groups = read_group_file(_file(tmp_path, text), TrainingRows(8))
    assert [(g.name, g.kind, g.indices.tolist()) for g in groups] == [
        ("NA", "ward", [2, 7]),
        ('a, "b"', "ward", [3]),
        ("1.0", "ünit", [0]),
        ("null", "ward", [5]),
    ]
    assert {g.test_point for g in groups} == {-1}


def test_the_kind_is_file_unless_given(tmp_path: Path) -> None:
    groups = read_group_file(_file(tmp_path, "group,index\na,0\nb,0\n"), TrainingRows(1))
    assert [(g.kind, g.made_from) for g in groups] == [("file", "file groups.csv")] * 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ": expected the columns group, index .or key. and optionally kind, found an empty file"),
        ("group,index\n", ": .*found a header and no more"),
        ("group,row\na,1\n", ", line 1: expected the columns group, index .* found group, row"),
        ("group,index,index\na,1,1\n", ", line 1: .*each once, found group, index, index"),
        ("group,index,kid\na,1,x\n", ", line 1: .*found group, index, kid"),
        ("group,index\na,0\na,10\n", ", line 3: index: expected a training row from 0 to 9, found 10"),
        ("group,index\na,-1\n", ", line 2: index: .*found -1"),
        ("group,index\na,1.0\n", ", line 2: index: .*found '1.0'"),
        ("group,index\na,1_0\n", ", line 2: index: .*found '1_0'"),
        ("group,index\na,\n", ", line 2: index: .*found ''"),
        ("group,index\na,4\nb,4\n\na,4\n", ", line 5: index 4 is listed twice in group 'a', first on line 2"),
        ("group,index\na,4,5\n", r", line 2: expected 2 cells \(group, index\), found 3"),
        ("group,index\n,4\n", ", line 2: expected a group's name, found ''"),
        ("group,index,kind\na,4,\n", ", line 2: expected a kind other than 'all', found ''"),
        ("group,index,kind\na,4,all\n", ", line 2: expected a kind other than 'all', found 'all'"),
        ("group,index,kind\na,4,x\na,5,y\n", ", line 3: expected kind 'x' as on line 2 for group 'a', found 'y'"),
        ('group,index\n"a"b,4\n', ", line 2: not readable as CSV"),
        (
            "group;index\na;1\n",
            r", line 1: .*with commas between them, found semicolons \(group;index\); save the file",
        ),
        ("group\tindex\na\t1\n", ", line 1: .*found tabs .group.index.; save the file with commas in their place"),
        (b"PAR1\x15\x04\x15", ": expected comma-separated text .* found a Parquet file; save the groups as comma-sep"),
        (b"PK\x03\x04\x15", ": expected comma-separated text .* found a zip archive, perhaps a spreadsheet; save the"),
        (
            "group,index\na,1\n".encode("utf-16"),
            ": expected comma-separated text .* found UTF-16; save the file as UTF-8",
        ),
        (b"group,index\na,1\n\xe9,2\n", ", line 3: expected text in UTF-8, found byte 0xe9"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(tmp_path: Path, make_source, text: str | bytes, message: str) -> None:
    path = _file(tmp_path, text)
    with pytest.raises(DataError, match=r"groups\.csv" + message):
        read_group_file(path, TrainingRows(10))
    problem = GroupFile(path=str(path)).check(make_source(n=10).dataset)
    assert problem is not None
    assert problem.key == "path"
    assert "groups.csv" in problem.message


KEYED = TrainingRows(3, 5, {"p1": 0, "p2": 1, "17": 2, "p4": 3, "p5": 4})


def test_members_may_be_named_by_key(tmp_path: Path) -> None:
    groups = read_group_file(_file(tmp_path, "key,group,kind\n17,a,ward\n p1 ,a,ward\np2,b,ward\n"), KEYED)
    assert [(g.name, g.kind, g.indices.tolist()) for g in groups] == [("a", "ward", [0, 2]), ("b", "ward", [1])]


@pytest.mark.parametrize(
    ("rows", "text", "message"),
    [
        (KEYED, "group,key\na,p1\na,p4\n", "line 3: key: .* found 'p4', which is a test row"),
        (KEYED, "group,key\na,p11\n", "line 2: key: .* found 'p11'; did you mean 'p1'"),
        (KEYED, "group,key\na,nobody\n", "line 2: key: .* found 'nobody', which no row has"),
        (KEYED, "group,key\na,\n", "line 2: key: .* found ''"),
        (KEYED, "group,key\na,p1\nb,p1\na, p1\n", "line 4: key 'p1' is listed twice in group 'a', first on line 2"),
        (KEYED, "group,key,index\na,p1,0\n", "line 1: expected either index or key, found both"),
        (TrainingRows(3, 5), "group,key\na,p1\n", "line 2: key: expected data whose rows have keys, .*row_key"),
        (KEYED, "group,index\na,4\n", r"from 0 to 2, found 4, which fits only .* the whole file \(5 rows\)"),
        (
            KEYED,
            "group,index\na,1\na,2\na,3\n",
            r"line 4: index: .* from 0 to 2, found 3, one more than the last: rows count from 0; where the file counts "
            r"from 1, take 1 from every index; where it numbers the whole file \(5 rows\): training rows are numbered",
        ),
        (TrainingRows(3), "group,index\na,3\n", "found 3, .* where the file counts from 1, take 1 from every index$"),
        (KEYED, "group,index\na,5\n", "from 0 to 2, found 5$"),
        (TrainingRows(3), "group,index\na,4\n", "from 0 to 2, found 4$"),
    ],
)
def test_a_row_that_a_file_names_wrongly_is_refused_with_its_line(
    tmp_path: Path, rows: TrainingRows, text: str, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        read_group_file(_file(tmp_path, text), rows)


@pytest.mark.parametrize(
    ("table", "column", "noted"),
    [(["t.csv"] * 6, "index", True), (["t.csv"] * 6, "key", False), (None, "index", False)],
)
def test_where_rows_were_drawn_from_a_file_a_note_says_which_of_them_an_index_counts(
    make_source, tmp_path: Path, table: list[str] | None, column: str, noted: bool
) -> None:
    """An index of the whole file that is in range cannot be told from one of a training row."""
    source = make_source(n=4)
    if table is not None:
        keys = np.array(["a", "b", "c", "d", "0", "1"], dtype=object)
        origins = RowOrigins(np.array(table, dtype=object), np.arange(6), "id", keys)
        source = replace(source, dataset=replace(source.dataset, origins=origins))
    builder = GroupFile(path=str(_file(tmp_path, f"group,{column}\ng,{'a' if column == 'key' else 1}\n")))
    notes = builder.notes(source.dataset)
    assert notes == builder.build(source, np.random.default_rng(0)).notes
    assert notes == noted * (
        "group file groups.csv: index counts the 4 training rows after the split, not the 6 rows of the data's file; "
        "rows.parquet in a run's folder says which is which",
    )


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.csv: cannot be read"):
        read_group_file(tmp_path / "nowhere.csv", TrainingRows(10))


def test_column_groups_are_the_rows_of_each_value(make_source) -> None:
    source = make_source()  # 200 rows, wards w0 to w6 in turn: 29 rows of w0 to w3, 28 of the others
    built = Column(column="ward", min_size=29).build(source, np.random.default_rng(0))
    assert [(g.kind, g.name, g.made_from) for g in built.groups] == [
        ("column ward", f"w{i}", f"ward=w{i}") for i in range(4)
    ]
    for i, group in enumerate(built.groups):
        np.testing.assert_array_equal(group.indices, np.arange(i, 200, 7))
    assert built.notes == ("column ward: 3 of 7 values have fewer than 29 rows and were left out",)


def test_groups_of_different_columns_are_of_different_kinds(make_source) -> None:
    source = make_source()
    columns = {"ward": source.dataset.columns["ward"], "city of_birth": np.array(["x", "y"] * 100)}
    source = replace(source, dataset=replace(source.dataset, columns=columns))
    groups, _ = build_groups(source, [Column(column=name) for name in columns])
    assert groups.kind == ("column ward",) * 7 + ("column city of_birth",) * 2


def made(values: list[object], missing: Any = None, **more: list[object]) -> list[tuple[str, list[int]]]:
    columns = {name: np.array(column, dtype=object) for name, column in {"ward": values, **more}.items()}
    column = tuple(columns) if more else "ward"
    return [(value.name, value.rows.tolist()) for value in rows_by_value(columns, column, missing).values]


@pytest.mark.parametrize(
    ("values", "order"),
    [
        ([10, 9, 2.5, 9], ["2.5", "9", "10"]),
        (["10", "9", "2", "9"], ["2", "9", "10"]),
        (["10", "9", "b", "9"], ["10", "9", "b"]),
        ([10, 9, None, 9], ["9", "10"]),
        (["10", "9", "", "9"], ["9", "10"]),
        ([10, 9, float("nan"), 9], ["9", "10"]),
        ([2**60 + 1, 9, 2**60, 9], ["9", str(2**60), str(2**60 + 1)]),
    ],
)
def test_numbers_are_ordered_as_numbers_and_texts_as_texts(values: list[object], order: list[str]) -> None:
    """The order is that of the values, as numbers or as digits in text, with and without gaps, however large."""
    found = made(values)
    assert [name for name, _ in found] == order
    assert dict(found)["9"] == [1, 3]


def test_rows_without_a_value_are_left_out_or_a_group_by_themselves() -> None:
    assert made([2, None, 1, None]) == [("1", [2]), ("2", [0])]
    assert made([2, None, 1, None], "group") == [("1", [2]), ("2", [0]), ("(missing)", [1, 3])]
    assert made([None, None]) == []


def test_values_of_two_columns_make_a_group_of_each_combination_that_rows_have() -> None:
    ward, year = [10, 9, 10, 9, 10, None], [2021, 2020, 2021, 2020, 2020, 2020]
    expected = [("ward=9, year=2020", [1, 3]), ("ward=10, year=2020", [4]), ("ward=10, year=2021", [0, 2])]
    assert made(ward, year=year) == expected
    assert made(ward, "group", year=year) == [*expected, ("ward=(missing), year=2020", [5])]


def test_a_note_counts_the_rows_without_a_value(make_source) -> None:
    source = make_source()
    ward = source.dataset.columns["ward"].copy()
    ward[[0, 7, 9]] = None
    source = replace(source, dataset=replace(source.dataset, columns={"ward": ward}))
    rng = np.random.default_rng(0)
    left_out = Column(column="ward").build(source, rng)
    assert left_out.notes == ("column ward: 3 training rows have no value and are in no group",)
    assert [g.name for g in left_out.groups] == [f"w{i}" for i in range(7)]
    grouped = Column(column="ward", missing="group").build(source, rng)
    assert grouped.notes == ("column ward: 3 training rows have no value and are counted as the value (missing)",)
    assert (grouped.groups[-1].name, grouped.groups[-1].indices.tolist()) == ("(missing)", [0, 7, 9])
    assert Column(column="ward").build(make_source(), rng).notes == ()


@pytest.mark.parametrize(
    ("builder", "key", "message"),
    [
        (FeatureClusters(k=(4, 201)), "k", "at most n = 200, .* found 201"),
        (GradientClusters(k=(202,)), "k", "at most n = 200, .* found 202"),
        (Column(column="wards"), "column", "expected one of 'ward', found 'wards'; did you mean 'ward"),
        (Column(column="zzz"), "column", "expected one of 'ward', found 'zzz'"),
        (Column(column=("ward", "zzz")), "column", "expected one of 'ward', found 'zzz'"),
        (Column(column="ward", min_size=30), "min_size", "at most 29, .* found 30"),
        (GroupFile(path="none.csv"), "path", "none.csv: cannot be read"),
    ],
)
def test_problems_are_found_before_a_run(make_source, builder: Builder, key: str, message: str) -> None:
    problem = builder.check(make_source().dataset)
    assert problem is not None
    assert problem.key == key
    assert re.search(message, problem.message)


def test_what_works_has_no_problem(make_source, tmp_path: Path) -> None:
    dataset = make_source().dataset
    _file(tmp_path, "group,index\na,1\n")
    usable = [
        *(builder() for builder in BUILDERS.values() if builder.needs_sizes),
        Column(column="ward", min_size=29),
        GroupFile(path=str(tmp_path / "groups.csv")),
    ]
    assert [builder.check(dataset) for builder in usable] == [None] * 8
    assert sizes_problem(Sizes(min=0.005, max=1, num=2), 200) is None


def test_data_problems_are_named(make_source) -> None:
    regression = make_source(task="regression").dataset
    assert RandomWithinClass().check(regression) == (
        "builder",
        "random_within_class: expected data with classes, found a regression task; leave out this builder",
    )
    plain = replace(regression, columns={})
    assert "made has none" in Column(column="ward").check(plain).message
    assert "min must be at least 0.005" in sizes_problem(Sizes(min=0.004, max=1, num=2), 200)
