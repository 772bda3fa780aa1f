"""How far the actual effects can be trusted."""

from __future__ import annotations

import math

import pandas as pd

from groupinf.analysis.pairs import ACTUAL


def largest_relative_error(effects: pd.DataFrame) -> float:
    """Largest error estimate of an actual effect, relative to the median |actual effect| of its measure.

    A measure is an evaluation on one test point. Relative to the median and not to its own effect, which may
    be as near to 0 as it likes; measures whose median is 0 are left out. NaN where nothing remains.
    """
    actual = effects[effects["method"] == ACTUAL]
    by_measure = actual.assign(magnitude=actual["effect"].abs()).groupby(["evaluation", "test_point"], sort=False)
    largest, typical = by_measure["error_estimate"].max(), by_measure["magnitude"].median()
    return float((largest / typical)[typical > 0].max()) if (typical > 0).any() else math.nan
