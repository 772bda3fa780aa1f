"""The section ``groups.sizes``, and the group sizes that it asks for."""

from __future__ import annotations

from decimal import ROUND_CEILING, Context

from groupinf.config.section import PositiveInt, Range, Share
from groupinf.errors import DataError

# significant digits to which the least possible share is rounded up, the first that is enough; 17 tell all floats apart
DIGITS = (3, 6, 17)


class Sizes(Range):
    """``num`` group sizes linearly spaced between int(min·n) and int(max·n), rounded down."""

    min: Share
    max: Share
    num: PositiveInt


def sizes_problem(sizes: Sizes, n: int) -> str | None:
    """What is wrong with ``sizes`` for n training points, in words; None where nothing is."""
    if int(sizes.min * n) >= 1:
        return None
    enough = _least_share(n)
    return f"expected groups of at least 1 point, found int({sizes.min:g} · {n}) = 0; min must be at least {enough}"


def group_sizes(sizes: Sizes, n: int) -> tuple[int, ...]:
    """``num`` sizes linearly spaced between int(min·n) and int(max·n), rounded down.

    Raises DataError where the smallest is 0.

    >>> group_sizes(Sizes(min=0.0025, max=0.25, num=100), 20_000)[:3]
    (50, 100, 150)
    """
    problem = sizes_problem(sizes, n)
    if problem is not None:
        raise DataError(f"groups.sizes.min: {problem}")
    return spaced(int(sizes.min * n), int(sizes.max * n), sizes.num)


def spaced(low: int, high: int, num: int) -> tuple[int, ...]:
    """``num`` whole numbers linearly spaced from ``low`` to ``high``, rounded down; ``low`` alone where num is 1."""
    # in whole numbers: a linspace in floats can land a hair under a whole number and lose a point
    steps = max(num - 1, 1)
    return tuple(low + (high - low) * i // steps for i in range(num))


def _least_share(n: int) -> str:
    for digits in DIGITS:
        share = Context(prec=digits, rounding=ROUND_CEILING).divide(1, n)
        if int(float(share) * n) >= 1:
            return f"{float(share):.{max(digits, 6)}g}"
    return "a little above 1/n"
