"""A warning is given where a column looks like something else than what it is read as, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from groupinf.datasets.column_use import ColumnUse, column_notes, shown
from groupinf.datasets.own.table.column_looks import blanks_around, looks_of_categories, looks_of_numbers

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
        ([f"\u2212{i + 0.5}" for i in range(20)], "such as '\u22120.5', each of them a category; write plain numbers"),
        ([f"({i})" for i in range(20)], "looks like numbers written as text, such as '(0)'"),
        ([f"{i} kg" for i in range(20)], "looks like numbers written as text, such as '0 kg'"),
        (["1 year", *(f"{i} years" for i in range(2, 20))], "looks like numbers written as text, such as '1 year'"),
        ([f"1_{i:03d}" for i in range(20)], "looks like numbers written as text, such as '1_000'"),
        ([hex(i) for i in range(20)], "looks like numbers written as text, such as '0x0'"),
        ([f"11:{i:02d}" for i in range(20)], "looks like times, such as '11:00', each of them a category; drop it"),
        ([f"{i}:30 PM" for i in range(1, 12)], "looks like times, such as '1:30 PM'"),
        ([f"20{i:02d}-{i % 12 + 1:02d}" for i in range(20)], "looks like dates, such as '2000-01', each of them a"),
        ([f"2020Q{i % 4 + 1}" for i in range(20)], "looks like dates, such as '2020Q1'"),
        ([f"{i} January 2020" for i in range(1, 20)], "looks like dates, such as '1 January 2020'"),
        (["market 12", "decade 20", "site 3"] * 4, ""),
        (["3A", "3B", "4A", "4B"] * 3, ""),
        (["1:1", "3:2", "16:9"] * 4, ""),
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
    ("texts", "mend"),
    [
        (["4,253", "998", "1,048"], "its comma stands before three digits, as that of thousands does: write plain"),
        (["4,253", "0,998", "1,048"], "set decimal: ','"),
        (["4,25", "9,998", "1,048"], "set decimal: ','"),
        (["4,253,000", "998", "1,048"], "write plain numbers, or list it"),
        (["4,253.5", "998", "1,048.25"], "write plain numbers, or list it"),
    ],
)
def test_a_comma_that_may_be_of_thousands_is_called_so(texts: list[str], mend: str) -> None:
    assert f"each of them a category; {mend}" in looks_of_categories(np.array(texts * 9, dtype=object), ".", True)


THOUSANDS = [f"{i},{i * 7 % 1000:03d}" for i in range(1, 15)]


@pytest.mark.parametrize(
    ("texts", "decimal", "warned"),
    [
        ([*THOUSANDS, "998"], ",", True),
        (["4,000", *map(str, range(20))], ",", True),
        ([*THOUSANDS, "0,998"], ",", False),
        ([*THOUSANDS, "9,98"], ",", False),
        ([text.replace(",", ".") for text in [*THOUSANDS, "998"]], ".", True),
        ([text.replace(",", ".") for text in THOUSANDS], ".", False),
        (["4.253", *map(str, range(20))], ".", False),
    ],
)
def test_numbers_whose_decimals_may_be_thousands(texts: list[str], decimal: str, warned: bool) -> None:
    """Three decimals behind every point are usual; they are doubted where other numbers of the column have none."""
    values = np.array([float(text.replace(",", ".")) for text in texts])
    found = looks_of_numbers("price", values, texts, decimal)
    example = min(text for text in texts if decimal in text)
    assert found.startswith(f"looks like thousands: {example!r}, as every other with a {decimal!r}, has") == warned
    assert bool(found) == warned


def test_what_the_owner_calls_no_gap_is_not_advised_as_one() -> None:
    texts = np.array([*map(str, range(10)), *["NA"] * 3, "?"], dtype=object)
    found = looks_of_categories(texts, ".", True, frozenset({"na"}))
    assert "take 'NA' out of not_missing and set missing_values: ['?'], or list it under categorical" in found
    assert "set missing_values: ['NA', '?'] and list it under numeric" in looks_of_categories(texts, ".", False)


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ([" a", "a", "a ", "b"], "' a', 'a', 'a ' differ in blanks alone and are values of their own"),
        ([" red", " blue", "green\t"], "every value has a blank around it, such as ' blue'"),
        ([" red", "blue"], ""),
        (["a b", "ab"], ""),
        ([], ""),
    ],
)
def test_blanks_around_values(texts: list[str], words: str) -> None:
    found = blanks_around(np.array(texts * 3, dtype=object))
    assert words in found
    assert bool(found) == bool(words)


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
    uses = [ColumnUse("k", "index", warning="no feature")]
    uses += [ColumnUse(f"c{i}", "number", warning=f"odd {i}") for i in range(7)]
    notes = column_notes(uses[::-1])
    assert notes[0] == "column k: no feature"
    assert notes[1:6] == tuple(f"column c{i}: odd {i}" for i in range(6, 1, -1))
    assert notes[6] == "2 more columns have such a warning; the report lists them"
    assert column_notes(uses, 7)[1:] == tuple(f"column c{i}: odd {i}" for i in range(7))
    assert column_notes([ColumnUse("x", "number")]) == ()


def test_columns_with_the_same_warning_share_a_note() -> None:
    """A table of many columns is not drowned in notes."""
    uses = [ColumnUse(f"c{i}", "number", warning="odd" if i != 1 else "looks strange") for i in range(60)]
    first = ", ".join(f"c{i}" for i in range(60) if i != 1)[: len("c0, c2, c3, c4, c5, c6, c7, c8, c9, c10")]
    assert column_notes(uses) == (f"each of the columns {first} and 49 more: odd", "column c1: looks strange")


def test_a_short_list_shows_what_has_a_warning_first() -> None:
    uses = [ColumnUse(f"c{i}", "number", warning="odd" if i == 8 else "") for i in range(9)]
    listed, more = shown(uses, 3)
    assert ([use.name for use in listed], more) == (["c0", "c1", "c8"], 6)
    assert shown(uses, 9) == (uses, 0)


def test_a_short_list_shows_dropped_columns_only_where_there_is_room() -> None:
    uses = [*(ColumnUse(f"d{i}", "dropped") for i in range(3)), ColumnUse("x", "number"), ColumnUse("y", "target")]
    listed, more = shown(uses, 3)
    assert ([use.name for use in listed], more) == (["d0", "x", "y"], 2)
