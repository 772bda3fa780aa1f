"""Which groups go farthest by their proven intervals, and what of their order is proven."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Values = NDArray[np.float64]
RISE, FALL, BOTH = "rise", "fall", "both"
# of the groups that come next so many are kept
MOST_NEXT = 10


def _rise(value: Values, low: Values, high: Values) -> tuple[Values, Values, Values]:
    return value, low, high


def _fall(value: Values, low: Values, high: Values) -> tuple[Values, Values, Values]:
    return -value, -high, -low


def _both(value: Values, low: Values, high: Values) -> tuple[Values, Values, Values]:
    return np.abs(value), np.maximum(0.0, np.maximum(low, -high)), np.maximum(np.abs(low), np.abs(high))


# how far a value goes to each side, and the least and the most that it may
_ALONG: Mapping[str, Callable[[Values, Values, Values], tuple[Values, Values, Values]]] = {
    RISE: _rise,
    FALL: _fall,
    BOTH: _both,
}


@dataclass(frozen=True)
class Standing:
    """The groups that go farthest to one ``side`` on a measure, and what is proven of that.

    ``first`` are their rows of the table of intervals, the farthest first, ``next`` those of up to MOST_NEXT others
    whose intervals reach farthest, the farthest first. ``apart``: the actual effect of each of the ``first`` is proven
    to go farther than that of any other group of all ``groups``; ``in_order`` so many of them, from the first on, to go
    farther than any that comes after. ``reaching`` is the number of other groups whose intervals reach as far as the
    least that one of the ``first`` goes.
    """

    evaluation: str
    test_point: int
    side: str
    groups: int
    first: pd.DataFrame
    next: pd.DataFrame
    apart: bool
    in_order: int
    reaching: int

    @property
    def proven(self) -> bool:
        """Whether both the groups and their order are."""
        return self.apart and self.in_order == len(self.first)


def standing(rows: pd.DataFrame, side: str, most: int, that_way: bool = False) -> Standing | None:
    """The ``most`` groups that go farthest, from the ``rows`` of the table of intervals of one measure.

    Groups are ordered by ``prediction``, the actual effect of those that were retrained; of equal ones the first comes
    first. ``that_way`` keeps those that are predicted to go to that side at all. None where no group is left.
    """
    value, near, far = _ALONG[side](*(rows[name].to_numpy(dtype=np.float64) for name in ("prediction", "low", "high")))
    known = np.flatnonzero(np.isfinite(value) & ((value > 0) | (not that_way)))
    first = known[np.argsort(-value[known], kind="stable")[:most]]
    if not first.size:
        return None
    others = np.delete(np.arange(len(rows)), first)
    after = float(far[others].max(initial=-np.inf))
    # the farthest that any goes which comes after: of the last one, the others
    following = np.maximum.accumulate(np.append(far[first[1:]], after)[::-1])[::-1]
    ahead = near[first] > following
    least = float(near[first].min())
    reach = others[np.argsort(-far[others], kind="stable")[:MOST_NEXT]]
    return Standing(
        evaluation=str(rows["evaluation"].iloc[0]),
        test_point=int(rows["test_point"].iloc[0]),
        side=side,
        groups=len(rows),
        first=rows.iloc[first],
        next=rows.iloc[reach],
        apart=not others.size or bool(least > after),
        in_order=int(first.size if ahead.all() else np.argmin(ahead)),
        reaching=int((far[others] >= least).sum()),
    )


def by_measure(found: Sequence[Standing], most: int) -> list[list[Standing]]:
    """The standings of each measure, of at most so many: of every evaluation that where some effect goes farthest, and
    then further ones; in the order of ``found``.
    """
    measures: dict[tuple[str, int], list[Standing]] = {}
    for one in found:
        measures.setdefault((one.evaluation, one.test_point), []).append(one)
    each = dict.fromkeys(evaluation for evaluation, _ in measures)
    foremost = {max((of for of in measures if of[0] == name), key=lambda of: _reach(measures[of])) for name in each}
    kept = sorted(measures, key=lambda measure: measure not in foremost)[:most]
    return [own for measure, own in measures.items() if measure in kept]


def farthest(found: Sequence[Standing]) -> list[Standing]:
    """Of every evaluation and side the standing in which an effect goes farthest; of equal ones the first."""
    each = dict.fromkeys((one.evaluation, one.side) for one in found)
    return [
        max((one for one in found if (one.evaluation, one.side) == side), key=lambda one: _reach([one]))
        for side in each
    ]


def _reach(own: Sequence[Standing]) -> float:
    """How far the first group goes of any of these."""
    return max(abs(float(one.first["prediction"].iloc[0])) for one in own)


@dataclass(frozen=True)
class Known:
    """Of how many effects something is proven: both ends of an interval, one, and the sign; ``width`` is the median
    width of intervals with two ends, as a multiple of the prediction's size, NaN where there is none.
    """

    effects: int
    finite: int
    one_end: int
    signed: int
    width: float


def known(rows: pd.DataFrame) -> Known:
    """What the rows of a table of intervals say."""
    low, high, value = (rows[name].to_numpy(dtype=np.float64) for name in ("low", "high", "prediction"))
    finite = np.isfinite(low) & np.isfinite(high)
    one = np.isfinite(low) ^ np.isfinite(high)
    told = finite & (value != 0) & np.isfinite(value)
    width = float(np.median((high - low)[told] / np.abs(value[told]))) if told.any() else float("nan")
    return Known(len(rows), int(finite.sum()), int(one.sum()), int(((low > 0) | (high < 0)).sum()), width)
