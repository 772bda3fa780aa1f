"""Group sizes of a configuration, and the three stages in which influence_tails draws."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Context

from groupinf.config.schema import Sizes
from groupinf.errors import DataError
from groupinf.wording import counted

STAGE_ENDS = ((1, 10), (2, 5), (1, 1))
WINDOW = 1.5


@dataclass(frozen=True)
class Stage:
    """Sizes drawn from the first ``window`` points of an ordering."""

    sizes: tuple[int, ...]
    window: int


def sizes_problem(sizes: Sizes, n: int) -> str | None:
    """What is wrong with ``sizes`` for n training points, in words; None where nothing is."""
    if int(sizes.min * n) >= 1:
        return None
    enough = _least_share(n)
    return f"expected groups of at least 1 point, found int({sizes.min:g} · {n}) = 0; min must be at least {enough}"


def group_sizes(sizes: Sizes, n: int) -> tuple[int, ...]:
    """``num`` sizes linearly spaced between int(min·n) and int(max·n), rounded down.

    DataError where the smallest is 0.

    >>> group_sizes(Sizes(min=0.0025, max=0.25, num=100), 20_000)[:3]
    (50, 100, 150)
    """
    problem = sizes_problem(sizes, n)
    if problem is not None:
        raise DataError(f"groups.sizes.min: {problem}")
    return _spaced(int(sizes.min * n), int(sizes.max * n), sizes.num)


def tail_stages(sizes: Sizes, n: int) -> tuple[tuple[Stage, ...], tuple[str, ...]]:
    """The stages of influence_tails (Koh et al. 2019, Appendix A.2), and a note for each that is left out.

    The stages hold num//3, num//3 and the remaining sizes. They run from int(min·n) to a tenth, two fifths
    and all of max·n, rounded down; each draws from the first int(1.5·end) points, at most n. A stage that
    ends below int(min·n) has no size to offer and is left out. DataError where the smallest size is 0.
    """
    low = group_sizes(sizes, n)[0]
    third = sizes.num // 3
    stages: list[Stage] = []
    notes: list[str] = []
    for number, (count, (top, bottom)) in enumerate(
        zip((third, third, sizes.num - 2 * third), STAGE_ENDS, strict=True)
    ):
        # max·n first: 0.1·max is not exact and could round a whole stage end down by one
        end = int(sizes.max * n * top / bottom)
        if count and end < low:
            notes.append(
                f"influence_tails: stage {number + 1} ends at {counted(end, 'point')}, below the smallest size {low}; "
                f"{'its one size was' if count == 1 else f'its {count} sizes were'} left out"
            )
        elif count:
            stages.append(Stage(_spaced(low, end, count), min(int(WINDOW * end), n)))
    return tuple(stages), tuple(notes)


def _spaced(low: int, high: int, num: int) -> tuple[int, ...]:
    # in whole numbers: a linspace in floats can land a hair under a whole number and lose a point
    steps = max(num - 1, 1)
    return tuple(low + (high - low) * i // steps for i in range(num))


def _least_share(n: int) -> str:
    for digits in (3, 6, 17):
        share = Context(prec=digits, rounding=ROUND_CEILING).divide(1, n)
        if int(float(share) * n) >= 1:
            return f"{float(share):.17g}" if digits == 17 else f"{float(share):.6g}"
    return "a little above 1/n"
