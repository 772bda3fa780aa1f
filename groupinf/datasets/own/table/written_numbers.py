"""Texts that were meant as a number, a date or a time, and are not written as a plain number."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from groupinf.datasets.rows.exact import number_in

_MONTH_NAME = (
    r"(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?"
    r"|dec(ember)?)"
)
_YEAR, _MONTH = r"(19|20)\d\d", r"(0?[1-9]|1[0-2])"
_DATE = re.compile(
    rf"\s*(\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{2,4}}"
    rf"|{_YEAR}[-/]{_MONTH}|{_MONTH}[-/]{_YEAR}|{_YEAR}[- ]?Q[1-4]"
    rf"|(\d{{1,2}}[-. ]+)?{_MONTH_NAME}[-., ]+(\d{{1,2}},? +)?\d{{2,4}})([T ,/].*)?",
    re.ASCII | re.IGNORECASE,
)
_TIME = re.compile(r"\s*\d{1,3}:[0-5]\d(:[0-5]\d([.,]\d+)?)?\s*([ap]\.?m\.?)?\s*", re.ASCII | re.IGNORECASE)

_SIGNS = re.compile(r"[%€$£¥'\s\u00a0\u202f]")
_MINUS = str.maketrans("\u2212\u2013", "--")  # of typesetters
_IN_BRACKETS = re.compile(r"\(([^-+()]+)\)")  # as accounts have negative numbers
_HEXADECIMAL = re.compile(r"[+-]?0x[0-9a-f]+", re.ASCII | re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}([,._]\d{3})+([.,]\d+)?", re.ASCII)
_WITH_UNIT = re.compile(r"(.*\d)\s*([^\W\d_]{1,12}[²³]?(/[^\W\d_]{1,6}[²³]?)?|°[CF]?)", re.DOTALL)


def is_date(text: str) -> bool:
    """Whether a text looks like a day, a month or a quarter.

    >>> is_date("2020-01-31"), is_date("2020-01"), is_date("31 Jan 2020"), is_date("20-29")
    (True, True, True, False)
    """
    return _DATE.fullmatch(text) is not None


def is_time(text: str) -> bool:
    """Whether a text looks like a time of day or a duration.

    >>> is_time("11:57"), is_time("1:02:03.5"), is_time("1:2")
    (True, True, False)
    """
    return _TIME.fullmatch(text) is not None


def is_written_number(text: str) -> bool:
    """Whether a text is a number but for signs, thousands, a decimal comma, another base or another minus.

    >>> [is_written_number(text) for text in ("45%", "4,253", "1_196", "0x1F", "\u221283", "(83)", "V45")]
    [True, True, True, True, True, True, False]
    """
    bare = _IN_BRACKETS.sub(r"-\1", _SIGNS.sub("", text).translate(_MINUS))
    return (
        any(number_in(bare, sign) is not None for sign in ".,")
        or _THOUSANDS.fullmatch(bare) is not None
        or _HEXADECIMAL.fullmatch(bare) is not None
    )


def unit_of(text: str) -> str:
    """Return the unit behind a number, in lower case and without an s; empty where there is none.

    >>> unit_of("40 kg"), unit_of("2 Years"), unit_of("site 3"), unit_of("20-29y")
    ('kg', 'year', '', '')
    """
    found = _WITH_UNIT.fullmatch(text.strip())
    if found is None or not is_written_number(found[1]):
        return ""
    return found[2].lower().removesuffix("s") or found[2]


def are_thousands(texts: Iterable[str], sign: str) -> bool:
    """Whether the sign, wherever it stands, stands before three digits, as that of thousands does.

    >>> are_thousands(["4,253", "998"], ","), are_thousands(["4,253", "0,998"], ","), are_thousands(["998"], ",")
    (True, False, False)
    """
    shape = re.compile(rf"\s*[+-]?[1-9]\d{{0,2}}({re.escape(sign)}\d{{3}})+\s*", re.ASCII)
    with_sign = [text for text in texts if sign in text]
    return bool(with_sign) and all(shape.fullmatch(text) for text in with_sign)


def comma_of(texts: Iterable[str]) -> Literal["decimal", "either", ""]:
    """What the commas of texts are: decimal ones, perhaps those of thousands, or none that could be decimal."""
    commas = [text for text in texts if "," in text]
    if not commas or any(number_in(text, ",") is None for text in commas):
        return ""
    return "either" if are_thousands(commas, ",") else "decimal"


# What is to be done where a comma may be either.
EITHER = (
    "its comma stands before three digits, as that of thousands does: write plain numbers, or set decimal: ',' if it"
    " is a decimal one"
)
