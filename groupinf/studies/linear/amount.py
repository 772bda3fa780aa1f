"""So many of the rows, as configurations say it: a share, or a number."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from groupinf.config.words import found


def _amount(value: Any) -> int | float:
    """A share of the rows, or a number of them."""
    if isinstance(value, float) and 0.0 < value < 1.0:
        return value
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    raise ValueError(f"expected a share above 0 and below 1, or a whole number of rows, found {found(value)}")


Amount = Annotated[
    int | float,
    BeforeValidator(_amount),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
                {"type": "integer", "minimum": 1},
            ]
        }
    ),
]


def rows_of(amount: float, n: int) -> int:
    """How many of n rows a share, rounded down, or a whole number is.

    >>> rows_of(0.1, 455), rows_of(412, 4137)
    (45, 412)
    """
    return amount if isinstance(amount, int) else int(amount * n)
