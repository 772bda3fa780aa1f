"""The single groups whose actual effect is farthest from the predicted one."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.analysis.certificates import RESOLVED
from groupinf.analysis.pairs import ACTUAL, PairedEffects


def farthest_off(
    pairs: PairedEffects, method: str, most: int, without: Collection[tuple[str, int]] = ()
) -> pd.DataFrame:
    """Of each evaluation the ``most`` groups with the largest error of ``method``, farthest first.

    With p predicted and a actual effects of a measure (an evaluation on one test point), a group's error there is
    |p - a| / median|a| over the measure's groups (over those with a ≠ 0 where that is 0). An evaluation lists a group
    once, and of several test points none more than half of the time: where its worst test point is full, a group
    stands on its next worst. Measures in ``without``, and those that ``method``
    does not predict, are left out. Columns: evaluation, test_point, group, error,
    actual, and one for each method.
    """
    off = np.abs(pairs.predicted[pairs.methods.index(method)] - pairs.actual)
    scales = np.array([_typical(row) or 1.0 for row in np.abs(pairs.actual)])  # absolute errors where all is 0
    error = off / scales[:, None]
    has = pairs.has[pairs.methods.index(method)]
    kept = [i for i, measure in enumerate(pairs.measures) if measure not in without and has[i]]
    parts = [pd.DataFrame(columns=["evaluation", "test_point", "group", "error", ACTUAL, *pairs.methods])]
    for evaluation in dict.fromkeys(pairs.measures[i][0] for i in kept):
        measures = np.array([i for i in kept if pairs.measures[i][0] == evaluation])
        points, chosen = _spread(error[measures], most)
        at = measures[points]
        columns = {
            "evaluation": evaluation,
            "test_point": [pairs.measures[i][1] for i in at],
            "group": pairs.groups[chosen],
            "error": error[at, chosen],
            ACTUAL: pairs.actual[at, chosen],
        }
        parts.append(pd.DataFrame(columns | {m: pairs.predicted[i][at, chosen] for i, m in enumerate(pairs.methods)}))
    return pd.concat(parts[1:], ignore_index=True) if len(parts) > 1 else parts[0]


def told_apart(effects: pd.DataFrame, method: str, measure: tuple[str, int], group: int) -> bool:
    """Whether a group's predicted and actual effect differ by more than their error estimates together."""
    evaluation, test_point = measure
    here = (effects["evaluation"] == evaluation) & (effects["test_point"] == test_point) & (effects["group"] == group)
    both = effects[here & effects["method"].isin([method, ACTUAL])]
    return float(np.ptp(both["effect"])) > float(np.nansum(both["error_estimate"]))


def unresolved(pairs: PairedEffects, effects: pd.DataFrame) -> list[tuple[str, int]]:
    """The measures whose effects are too small to be told from their errors, in the order of ``pairs``.

    Those whose largest error estimate, in the tidy table ``effects``, is above RESOLVED of the median |actual| (over
    those ≠ 0 where that is 0; of measures without any effect ≠ 0: above 0).
    """
    actual = effects[effects["method"] == ACTUAL]
    largest = actual.groupby(["evaluation", "test_point"], sort=False)["error_estimate"].max()
    typical = [_typical(row) for row in np.abs(pairs.actual)]
    return [
        measure for measure, size in zip(pairs.measures, typical, strict=True) if largest[measure] > RESOLVED * size
    ]


def _spread(error: NDArray[np.float64], most: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Test points and groups of the largest errors (P, G), each group once, of several points none above half."""
    n_points, n_groups = error.shape
    places = np.full(n_points, most if n_points == 1 else -(-most // 2))
    chosen: dict[int, int] = {}
    for cell in np.argsort(-error, axis=None, kind="stable"):
        point, group = divmod(int(cell), n_groups)
        if group not in chosen and places[point]:
            chosen[group] = point
            places[point] -= 1
        if len(chosen) == min(most, n_groups):
            break
    return np.array(list(chosen.values()), dtype=np.int64), np.array(list(chosen), dtype=np.int64)


def _typical(magnitudes: NDArray[np.float64]) -> float:
    """The median, of those above 0 where that is 0; 0 where all are 0."""
    median = float(np.median(magnitudes))
    if median > 0:
        return median
    above = magnitudes[magnitudes > 0]
    return float(np.median(above)) if above.size else 0.0
