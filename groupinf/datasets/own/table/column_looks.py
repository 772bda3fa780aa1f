"""Columns that look like something else than what they are read as: ids, dates, numbers written as text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groupinf.datasets.own.table.written_numbers import (
    EITHER,
    are_thousands,
    comma_of,
    is_date,
    is_time,
    is_written_number,
    unit_of,
)
from groupinf.datasets.rows.exact import is_code, number_in

# Fewer rows than these look like anything.
FEWEST = 10
# Whole numbers from the first to the last of these may be days, as YYYYMMDD.
FIRST_DAY, LAST_DAY = 19_000_101, 20_991_231
# The share of values that makes a look.
SHARE = 0.5
# Marks of a value that nobody knows stand for no more different ones than these.
MOST_MARKS = 2

_ID_NAME = re.compile(
    r"(^|.*[^a-z])(id|ids|uuid|guid|index|key|nr|nbr|zip|zipcode|postcode|unnamed: \d+)$", re.IGNORECASE
)
_CAMEL_ID = re.compile(r".*[a-z](Id|ID|Key|Nr)$")
_DIGIT_DATE = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", re.ASCII)


def looks_of_numbers(column: str, values: NDArray[Any], texts: Iterable[str], decimal: str = ".") -> str:
    """Return a warning about a feature that is read as numbers; empty where it looks like numbers.

    ``texts`` are the column as a text file has it, nothing for a file of another kind.
    """
    if values.dtype == np.bool_ or values.size < FEWEST:
        return ""
    if not (values == np.floor(values)).all():
        return looks_of_thousands(texts, decimal)
    code = next((text for text in texts if text[:1] in "0+- " and is_code(text)), None)
    if code is not None:
        return f"looks like codes: {code!r} has leading zeros and is read as {number_in(code)}; {_AS_CATEGORIES}"
    if (
        values.min() >= FIRST_DAY
        and values.max() <= LAST_DAY
        and all(_DIGIT_DATE.fullmatch(f"{v:.0f}") for v in values)
    ):
        return f"looks like dates, such as {values[0]:.0f}, and is read as numbers; drop it, or {_AS_CATEGORIES}"
    steps = np.diff(values)
    counts_rows = (steps == 1).all() or (steps == -1).all()
    if _ID_NAME.fullmatch(column) or _CAMEL_ID.fullmatch(column) or counts_rows:
        return f"looks like an id, and is read as numbers; drop it, or {_AS_CATEGORIES}"
    return looks_of_thousands(texts, decimal)


def looks_of_thousands(texts: Iterable[str], decimal: str) -> str:
    """Return a warning about numbers whose decimal sign may be that of thousands; empty where it is none.

    A point is what plain numbers have: many values, of which some do without, are needed to doubt it.
    """
    different = set(texts)
    with_sign = [text for text in different if decimal in text]
    if decimal == "." and not FEWEST <= len(with_sign) < len(different):
        return ""
    if not are_thousands(with_sign, decimal):
        return ""
    example = min(with_sign)
    return (
        f"looks like thousands: {example!r}, as every other with a {decimal!r}, has three digits behind it, and is read"
        f" as {number_in(example, decimal)}; write plain numbers, or list it under numeric where that is right"
    )


def looks_of_categories(
    values: NDArray[np.object_], decimal: str, of_text: bool, not_missing: Collection[str] = ()
) -> str:
    """Return a warning about a feature that is read as categories; empty where it looks like categories.

    ``of_text``: the file holds text alone, of which a configuration may say how numbers are written; ``not_missing``
    are the marks, in lower case, of which it says that they are values.
    """
    counts = Counter(str(value) for value in values.tolist())
    if not counts or values.size < FEWEST:
        return ""
    for kind, is_one in (("dates", is_date), ("times", is_time)):
        if _share(counts, is_one) > SHARE:
            return (
                f"looks like {kind}, such as {next(filter(is_one, counts))!r}, each of them a category; drop it, make"
                " numbers of it, or list it under categorical"
            )
    numbers = {text for text in counts if number_in(text, decimal) is not None}
    if len(numbers) == len(counts):
        if any(map(is_code, counts)):
            return ""
        return "looks like numbers written as text, and is read as categories; list it under numeric or categorical"
    if sum(counts[text] for text in numbers) > SHARE * values.size and len(counts) - len(numbers) <= MOST_MARKS:
        marks = {text: counts[text] for text in counts if text not in numbers}
        return _numbers_but_for(marks, of_text, not_missing)
    written = _written(counts, numbers)
    if written:
        return _written_otherwise(written, decimal, of_text)
    if len(counts) == values.size:
        return "looks like an id, as every row has another value; drop it (it can still make column groups)"
    return ""


def blanks_around(values: NDArray[np.object_]) -> str:
    """Return a warning about blanks that make categories of their own, or stand around every value; else nothing."""
    bare: dict[str, list[str]] = {}
    for text in sorted({str(value) for value in values.tolist()}):
        bare.setdefault(text.strip(), []).append(text)
    alike = next((texts for texts in bare.values() if len(texts) > 1), None)
    if alike is not None:
        return f"{', '.join(map(repr, alike))} differ in blanks alone and are values of their own; take the blanks out"
    spaced = [text for text, (written,) in bare.items() if text != written]
    if bare and len(spaced) == len(bare):
        return f"every value has a blank around it, such as {bare[spaced[0]][0]!r}, which is part of it; take it out"
    return ""


_AS_CATEGORIES = "list it under categorical, or under numeric where it is a quantity"


def _numbers_but_for(marks: Mapping[str, int], of_text: bool, not_missing: Collection[str]) -> str:
    """The warning where a few texts, each with its rows, are no numbers among numbers."""
    listed = ", ".join(f"{text!r} ({times:,})" for text, times in marks.items())
    kept = [text for text in marks if of_text and text.strip().lower() in not_missing]
    added = [text for text in marks if text not in kept]
    given = [f"take {', '.join(map(repr, kept))} out of not_missing"] if kept else []
    given += [f"set missing_values: [{', '.join(map(repr, added))}]"] if added else []
    given += [] if of_text else ["list it under numeric"]
    mend = " and ".join(given)
    return f"looks like numbers but for {listed}, and is read as categories; {mend}, or list it under categorical"


def _written(counts: Counter[str], numbers: Collection[str]) -> list[str]:
    """The texts that write numbers otherwise, where these and plain numbers are most of the values, else none."""
    written = [text for text in counts if text not in numbers and is_written_number(text)]
    plain = sum(counts[text] for text in numbers)
    if written and plain + sum(counts[text] for text in written) > SHARE * counts.total():
        return written
    units: Counter[str] = Counter()
    for text, times in counts.items():
        units[unit_of(text)] += times
    del units[""]
    unit, times = units.most_common(1)[0] if units else ("", 0)
    return [text for text in counts if unit_of(text) == unit] if times > SHARE * counts.total() else []


def _written_otherwise(written: list[str], decimal: str, of_text: bool) -> str:
    """The warning where numbers are written with signs, thousands, units or a decimal comma."""
    comma = comma_of(written) if of_text and decimal == "." else ""
    plain = "write plain numbers" if decimal == "." else "write numbers with a comma alone, as decimal says"
    mend = {"decimal": "set decimal: ','", "either": EITHER, "": plain}[comma]
    return (
        f"looks like numbers written as text, such as {written[0]!r}, each of them a category; {mend}, or list it"
        " under categorical"
    )


def _share(counts: Counter[str], is_one: Callable[[str], bool]) -> float:
    return sum(times for text, times in counts.items() if is_one(text)) / counts.total()
