"""Values of a column as they group rows: the same value is the same object, whatever file it was read from."""

from __future__ import annotations

import re
import sys
from decimal import Decimal

_WHOLE = re.compile(r"\s*[+-]?[0-9]+\s*", re.ASCII)
_NUMBER = re.compile(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*", re.ASCII)
# Digits that another number could be written without: a code, such as a postal one.
_CODE = re.compile(r"\s*[+-]?0[0-9]+\s*", re.ASCII)

# The longest text that is taken for a whole number; Python reads no longer ones.
LONGEST = 4000

# Larger floats are not counted one by one: they are shown with a power of ten.
LARGEST_WHOLE = 2**63


def number_in(text: str, decimal: str = ".") -> int | float | None:
    """Return the number that a text writes, None where it writes none; whole ones exactly and as ``int``.

    >>> number_in("007"), number_in("1.0"), number_in("9007199254740993"), number_in("2,5", ","), number_in("1_0")
    (7, 1, 9007199254740993, 2.5, None)
    """
    if len(text) > LONGEST:
        return None
    if _WHOLE.fullmatch(text):
        return int(text)
    if decimal != ".":
        text = "" if "." in text else text.replace(decimal, ".")
    return plain_number(float(text)) if _NUMBER.fullmatch(text) else None


def finite_in(text: str) -> float | None:
    """Return the number that a text writes as a float, None where it writes none or one that is too large for a float.

    >>> finite_in(" 2 "), finite_in("1e999"), finite_in("two")
    (2.0, None, None)
    """
    found = number_in(text)
    return None if found is None or abs(found) > sys.float_info.max else float(found)


def plain_number(value: float | Decimal) -> int | float:
    """Return a whole number as ``int``, another as ``float``."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return int(value) if abs(value) < LARGEST_WHOLE and value == int(value) else float(value)


def is_code(text: str) -> bool:
    """Whether a whole number is written with leading zeros."""
    return _CODE.fullmatch(text) is not None
