"""How far the actual effects can be trusted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from groupinf.analysis.pairs import ACTUAL

# error estimates up to this share of the largest effect of an evaluation are taken for exact: retraining leaves at most
# 1e-8 of it, and rounding, estimated generously and summed over a large test set, may add a hundred times that
EXACT = 1e-6
# an actual effect is told from its error where the error estimate is at most this share of the median effect
RESOLVED = 0.01


@dataclass(frozen=True)
class Exactness:
    """How exact the actual effects of a run, or of several, are by their error estimates.

    ``of_scale`` is the largest estimate as a share of the largest effect of its evaluation, predicted or actual,
    ``scale_of`` that evaluation (empty where there is none), ``of_median`` as a share of the median |actual effect| of
    its measure.
    """

    groups: int
    skipped: int
    of_scale: float
    of_median: float
    scale_of: str = ""


def exactness(effects: pd.DataFrame, scales: Mapping[str, float], skipped: int) -> Exactness:
    """The exactness of one run; ``scales`` maps an evaluation to its largest predicted effect over all groups."""
    actual = effects[effects["method"] == ACTUAL]
    by_evaluation = actual.assign(magnitude=actual["effect"].abs()).groupby("evaluation", sort=False)
    largest = by_evaluation[["error_estimate", "magnitude"]].max()
    shares = (
        (float(error) / max(scales[str(name)], float(size)), str(name))
        for name, error, size in zip(largest.index, largest["error_estimate"], largest["magnitude"], strict=True)
    )
    of_scale, scale_of = max(shares, default=(math.nan, ""))
    return Exactness(actual["group"].nunique(), skipped, of_scale, largest_relative_error(effects), scale_of)


def joint_exactness(parts: Sequence[Exactness]) -> Exactness:
    """What holds of all the runs: groups and skipped groups added up, the largest of each share (NaN left out)."""
    shares = [pd.Series([part.of_scale for part in parts]), pd.Series([part.of_median for part in parts])]
    of_scale, of_median = (float(share.max()) for share in shares)
    scale_of = next((part.scale_of for part in parts if part.of_scale == of_scale), "")
    groups, skipped = sum(part.groups for part in parts), sum(part.skipped for part in parts)
    return Exactness(groups, skipped, of_scale, of_median, scale_of)


def largest_relative_error(effects: pd.DataFrame) -> float:
    """The largest of the :func:`relative_errors`; NaN where there are none."""
    errors = relative_errors(effects)
    return float(errors.max()) if len(errors) else math.nan


def relative_errors(effects: pd.DataFrame) -> pd.Series[float]:
    """Of each measure the largest error estimate of an actual effect, relative to the median |actual effect|.

    A measure is an evaluation on one test point, and the index (evaluation, test_point). Relative to the median and
    not to its own effect, which may be as near to 0 as it likes; measures whose median is 0 are left out.
    """
    actual = effects[effects["method"] == ACTUAL]
    by_measure = actual.assign(magnitude=actual["effect"].abs()).groupby(["evaluation", "test_point"], sort=False)
    largest, typical = by_measure["error_estimate"].max(), by_measure["magnitude"].median()
    return (largest / typical)[typical > 0]
