"""Columns that look like something else than what they are read as: ids, dates, numbers written as text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
_DATE = re.compile(r"\s*(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})([T ,].*)?", re.ASCII)
_DIGIT_DATE = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", re.ASCII)
_SIGNS = re.compile(r"[%€$£¥'\s\u00a0\u202f]")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}([,.]\d{3})+([.,]\d+)?", re.ASCII)


def looks_of_numbers(column: str, values: NDArray[Any], texts: Iterable[str]) -> str:
    """Return a warning about a feature that is read as numbers; empty where it looks like numbers.

    ``texts`` are the column as a text file has it, nothing for a file of another kind.
    """
    if values.dtype == np.bool_ or values.size < FEWEST or not (values == np.floor(values)).all():
        return ""
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
    return ""


def looks_of_categories(values: NDArray[np.object_], decimal: str, of_text: bool) -> str:
    """Return a warning about a feature that is read as categories; empty where it looks like categories.

    ``of_text``: the file holds text alone, of which a configuration may say how numbers are written.
    """
    counts = Counter(str(value) for value in values.tolist())
    if not counts or values.size < FEWEST:
        return ""
    if _share(counts, lambda text: _DATE.fullmatch(text) is not None) > SHARE:
        return (
            f"looks like dates, such as {next(iter(counts))!r}, each of them a category; drop it, make numbers of it,"
            " or list it under categorical"
        )
    numbers = {text for text in counts if number_in(text, decimal) is not None}
    if len(numbers) == len(counts):
        if any(map(is_code, counts)):
            return ""
        return "looks like numbers written as text, and is read as categories; list it under numeric or categorical"
    if sum(counts[text] for text in numbers) > SHARE * values.size and len(counts) - len(numbers) <= MOST_MARKS:
        return _numbers_but_for({text: counts[text] for text in counts if text not in numbers}, of_text)
    written = next((text for text in counts if _is_written_number(text)), None)
    if written is not None and _share(counts, lambda text: _is_written_number(text) or text in numbers) > SHARE:
        return _written_otherwise(written, decimal, of_text)
    if len(counts) == values.size:
        return "looks like an id, as every row has another value; drop it (it can still make column groups)"
    return ""


_AS_CATEGORIES = "list it under categorical, or under numeric where it is a quantity"


def _numbers_but_for(marks: Mapping[str, int], of_text: bool) -> str:
    """The warning where a few texts, each with its rows, are no numbers among numbers."""
    listed = ", ".join(f"{text!r} ({times:,})" for text, times in marks.items())
    given = f"set missing_values: [{', '.join(map(repr, marks))}]"
    given += "" if of_text else " and list it under numeric"
    return f"looks like numbers but for {listed}, and is read as categories; {given}, or list it under categorical"


def _written_otherwise(example: str, decimal: str, of_text: bool) -> str:
    """The warning where numbers are written with signs, thousands or a decimal comma."""
    comma = re.fullmatch(r"\s*[+-]?\d*,\d+\s*", example) is not None and of_text and decimal == "."
    plain = "write plain numbers" if decimal == "." else "write numbers with a comma alone, as decimal says"
    mend = "set decimal: ','" if comma else plain
    return (
        f"looks like numbers written as text, such as {example!r}, each of them a category; {mend}, or list it"
        " under categorical"
    )


def _is_written_number(text: str) -> bool:
    """Whether a text is a number but for signs, thousands or a decimal comma."""
    bare = _SIGNS.sub("", text)
    return any(number_in(bare, sign) is not None for sign in ".,") or _THOUSANDS.fullmatch(bare) is not None


def _share(counts: Counter[str], is_one: Callable[[str], bool]) -> float:
    return sum(times for text, times in counts.items() if is_one(text)) / counts.total()
