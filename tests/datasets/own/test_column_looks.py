"""A warning is given where a column looks like something else than what it is read as, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from groupinf.datasets.column_use import ColumnUse, column_notes, shown
from groupinf.datasets.own.table.column_looks import looks_of_categories, looks_of_numbers

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ([f"2020-01-{1 + i:02d}" for i in range(20)], "looks like dates, such as '2020-01-01'"),
        ([f"{1 + i}.12.2021 10:30" for i in range(20)], "looks like dates, such as '1.12.2021 10:30'"),
        ([f"{i},5" for i in range(20)], "such as '0,5', each of them a category; set decimal: ','"),
        ([f"{i}%" for i in range(20)], "looks like numbers written as text, such as '0%'"),
        ([f"$ 1,{i:03d}.50" for i in range(20)], "looks like numbers written as text, such as '$ 1,000.50'"),
        (
            [*map(str, range(10)), *"?" * 7],
            r"looks like numbers but for '?' (7), and is read as categories; set missing",
        ),
        ([str(i % 4) for i in range(20)], "looks like numbers written as text, and is read as categories"),
        ([f"patient {i}" for i in range(20)], "looks like an id, as every row has another value"),
        (["red", "green", "blue"] * 5, ""),
        ([f"{i:03d}" for i in range(9)] * 2, ""),
        (["V45", "250", "V46", "401", "V47", "E12"] * 3, ""),
        (["20-29", "30-39", "40-49"] * 5, ""),
        ([], ""),
    ],
)
def test_looks_of_categories(texts: list[str], words: str) -> None:
    found = looks_of_categories(np.array(texts, dtype=object), ".", True)
    assert words in found
    assert bool(found) == bool(words)


def test_a_decimal_comma_is_advised_for_text_files_alone() -> None:
    texts = np.array([f"{i},5" for i in range(20)], dtype=object)
    assert "set decimal" not in looks_of_categories(texts, ".", False)
    assert "set decimal" not in looks_of_categories(np.array([f"{i}.5" for i in range(20)], dtype=object), ",", True)


@pytest.mark.parametrize(
    ("column", "values", "words"),
    [
        ("patient_id", RNG.integers(0, 9, 20), "looks like an id"),
        ("userId", RNG.integers(0, 9, 20), "looks like an id"),
        ("Unnamed: 0", RNG.integers(0, 9, 20), "looks like an id"),
        ("row", np.arange(20) + 3, "looks like an id"),
        ("row", np.arange(20.0)[::-1], "looks like an id"),
        ("day", 20200101 + np.arange(20) % 7 * 2, "looks like dates, such as 20200101"),
        ("paid", RNG.integers(0, 9, 20), ""),
        ("age", RNG.integers(0, 90, 20), ""),
        ("amount", RNG.integers(20_000_000, 20_990_000, 20), ""),
        ("time", np.arange(20) / 2, ""),
        ("old_id", np.array([True, False] * 10), ""),
        ("height_id", RNG.normal(size=20), ""),
    ],
)
def test_looks_of_numbers(column: str, values: np.ndarray, words: str) -> None:
    found = looks_of_numbers(column, values, ())
    assert words in found
    assert bool(found) == bool(words)


def test_leading_zeros_look_like_codes() -> None:
    values = RNG.integers(0, 90, 20)
    assert "'05' has leading zeros and is read as 5" in looks_of_numbers("x", values, ["1", "05"])
    assert looks_of_numbers("x", values, ["1", "0", "-0", "50"]) == ""


def test_notes_name_the_index_and_the_first_warnings() -> None:
    uses = [*(ColumnUse(f"c{i}", "number", warning="odd") for i in range(7)), ColumnUse("k", "index", warning="no use")]
    notes = column_notes(uses)
    assert notes[0] == "column k: no use"
    assert notes[1:6] == tuple(f"column c{i}: odd" for i in range(5))
    assert notes[6] == "2 more columns have such a warning; the report lists them"
    assert column_notes(uses, 7)[1:] == tuple(f"column c{i}: odd" for i in range(7))
    assert column_notes([ColumnUse("x", "number")]) == ()


def test_a_short_list_shows_what_has_a_warning_first() -> None:
    uses = [ColumnUse(f"c{i}", "number", warning="odd" if i == 8 else "") for i in range(9)]
    listed, more = shown(uses, 3)
    assert ([use.name for use in listed], more) == (["c0", "c1", "c8"], 6)
    assert shown(uses, 9) == (uses, 0)


def test_a_short_list_shows_dropped_columns_only_where_there_is_room() -> None:
    uses = [*(ColumnUse(f"d{i}", "dropped") for i in range(3)), ColumnUse("x", "number"), ColumnUse("y", "target")]
    listed, more = shown(uses, 3)
    assert ([use.name for use in listed], more) == (["d0", "x", "y"], 2)
