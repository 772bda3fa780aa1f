"""How large actual effects are beside the predicted ones: group by group, and which groups decide the slope."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groupinf.analysis.pairs import PairedEffects

# as many groups at most are few, where they are also no more than this share of all groups
MOST_DECIDING = 3
_FEW = 0.1
# a few groups decide a slope where they hold so much of Σp²
_DECISIVE = 0.5


@dataclass(frozen=True)
class Ratios:
    """The quartiles of actual ÷ predicted over so many groups with a predicted and an actual effect; NaN over none.

    ``zeros`` is the share of groups with a predicted effect whose actual one is 0: they have no sign to be wrong.
    A single group counts as one, however large, as it does not in the slope: Σpa/Σp² is the mean of a/p with the
    weights p².
    """

    quarter: float
    median: float
    three_quarters: float
    count: int
    zeros: float = 0.0


@dataclass(frozen=True)
class Decisive:
    """The places of the few groups that decide the slope of a measure, the heaviest first, and their share of Σp²."""

    measure: tuple[str, int]
    places: tuple[int, ...]
    share: float


def ratios(pairs: PairedEffects, method: str, evaluation: str, without: Collection[tuple[str, int]] = ()) -> Ratios:
    """The :class:`Ratios` a/p over all groups on all test points of an evaluation, save the measures in ``without``.

    Groups with p = 0 are left out, those with a = 0 are counted apart. Quartiles are those of NumPy, with linear
    interpolation.
    """
    measures = _measures(pairs, method, evaluation, without)
    p, a = pairs.predicted[pairs.methods.index(method), measures], pairs.actual[measures]
    known = (p != 0) & (a != 0)
    zeros = float((a[p != 0] == 0).mean()) if (p != 0).any() else 0.0
    if not known.any():
        return Ratios(math.nan, math.nan, math.nan, 0, zeros)
    with np.errstate(over="ignore"):  # a prediction that all but underflows
        found = a[known] / p[known]
    quarter, median, three_quarters = map(float, np.quantile(found, (0.25, 0.5, 0.75)))
    return Ratios(quarter, median, three_quarters, int(known.sum()), zeros)


def decisive(
    pairs: PairedEffects, method: str, evaluation: str, without: Collection[tuple[str, int]] = ()
) -> list[Decisive]:
    """Where a few groups decide the slope of an evaluation, the measure in which their share is largest first.

    A group's weight in the slope of a measure is its p²/Σp². Few are at most MOST_DECIDING groups and at most a tenth
    of all; they decide where together they hold half of the weight, and those are named that it takes for that.
    """
    most = min(MOST_DECIDING, int(_FEW * pairs.groups.size))
    found = []
    for i in _measures(pairs, method, evaluation, without):
        squares = pairs.predicted[pairs.methods.index(method), i] ** 2
        total = squares.sum()
        if not total > 0:
            continue
        heaviest = np.argsort(-squares, kind="stable")[:most]
        shares = np.cumsum(squares[heaviest]) / total
        enough = np.flatnonzero(shares >= _DECISIVE)
        if enough.size:
            chosen = heaviest[: enough[0] + 1]
            found.append(Decisive(pairs.measures[i], tuple(map(int, chosen)), float(shares[enough[0]])))
    return sorted(found, key=lambda one: -one.share)


def largest_effect(
    pairs: PairedEffects,
    chosen: NDArray[np.bool_],
    evaluation: str,
    without: Collection[tuple[str, int]] = (),
) -> tuple[int, int] | None:
    """Place of the measure and of the group with the largest |actual effect| of an evaluation, the first of ties.

    ``chosen`` (G,) says which groups count. None where there are none, or all effects are 0.
    """
    measures = _measures(pairs, None, evaluation, without)
    magnitudes = np.where(chosen, np.abs(pairs.actual[measures]), 0.0)
    if not magnitudes.size or not magnitudes.max() > 0:
        return None
    measure, group = np.unravel_index(int(np.argmax(magnitudes)), magnitudes.shape)
    return measures[int(measure)], int(group)


def _measures(
    pairs: PairedEffects, method: str | None, evaluation: str, without: Collection[tuple[str, int]]
) -> list[int]:
    """Places of the evaluation's measures that count, where a method is given those that it predicts."""
    has = pairs.has[pairs.methods.index(method)] if method is not None else np.ones(len(pairs.measures), dtype=bool)
    return [i for i, one in enumerate(pairs.measures) if one[0] == evaluation and one not in without and has[i]]
