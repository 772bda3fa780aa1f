"""How far the actual effects can be trusted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from groupinf.analysis.pairs import ACTUAL


@dataclass(frozen=True)
class Exactness:
    """How exact the actual effects of a run, or of several, are by their error estimates.

    ``of_scale`` is the largest estimate as a share of the largest predicted effect of its evaluation, ``of_median``
    as a share of the median |actual effect| of its measure.
    """

    groups: int
    skipped: int
    of_scale: float
    of_median: float


def exactness(effects: pd.DataFrame, scales: Mapping[str, float], skipped: int) -> Exactness:
    """The exactness of one run; ``scales`` maps an evaluation to its largest predicted effect over all groups."""
    actual = effects[effects["method"] == ACTUAL]
    largest = actual.groupby("evaluation", sort=False)["error_estimate"].max()
    of_scale = max((float(error) / scales[str(name)] for name, error in largest.items()), default=math.nan)
    return Exactness(actual["group"].nunique(), skipped, of_scale, largest_relative_error(effects))


def joint_exactness(parts: Sequence[Exactness]) -> Exactness:
    """What holds of all the runs: groups and skipped groups added up, the largest of each share (NaN left out)."""
    shares = [pd.Series([part.of_scale for part in parts]), pd.Series([part.of_median for part in parts])]
    of_scale, of_median = (float(share.max()) for share in shares)
    return Exactness(sum(part.groups for part in parts), sum(part.skipped for part in parts), of_scale, of_median)


def largest_relative_error(effects: pd.DataFrame) -> float:
    """Largest error estimate of an actual effect, relative to the median |actual effect| of its measure.

    A measure is an evaluation on one test point. Relative to the median and not to its own effect, which may
    be as near to 0 as it likes; measures whose median is 0 are left out. NaN where nothing remains.
    """
    actual = effects[effects["method"] == ACTUAL]
    by_measure = actual.assign(magnitude=actual["effect"].abs()).groupby(["evaluation", "test_point"], sort=False)
    largest, typical = by_measure["error_estimate"].max(), by_measure["magnitude"].median()
    return float((largest / typical)[typical > 0].max()) if (typical > 0).any() else math.nan
