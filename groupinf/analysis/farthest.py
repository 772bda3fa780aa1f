"""The single groups whose actual effect is farthest from the predicted one."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.analysis.pairs import ACTUAL, PairedEffects


def farthest_off(pairs: PairedEffects, method: str, most: int) -> pd.DataFrame:
    """Of each evaluation the ``most`` groups with the largest error of ``method``, farthest first.

    With p predicted and a actual effects of a measure (an evaluation on one test point), a group's error there is
    |p - a| / median|a| over the measure's groups (over those with a ≠ 0 where that is 0). A group stands for an
    evaluation once, on the test point where its error is largest. Columns: evaluation, test_point, group, error,
    actual, and one for each method.
    """
    error = _errors(pairs, method)
    evaluations = np.array([name for name, _ in pairs.measures])
    parts = []
    for evaluation in dict.fromkeys(evaluations):
        measures = np.flatnonzero(evaluations == evaluation)
        worst = error[measures].argmax(axis=0)
        largest = error[measures].max(axis=0)
        chosen = np.argsort(-largest, kind="stable")[:most]
        at = measures[worst[chosen]]
        columns = {
            "evaluation": evaluation,
            "test_point": [pairs.measures[i][1] for i in at],
            "group": pairs.groups[chosen],
            "error": largest[chosen],
            ACTUAL: pairs.actual[at, chosen],
        }
        parts.append(pd.DataFrame(columns | {m: pairs.predicted[i][at, chosen] for i, m in enumerate(pairs.methods)}))
    return pd.concat(parts, ignore_index=True)


def _errors(pairs: PairedEffects, method: str) -> NDArray[np.float64]:
    """Relative errors (E, G) of one method; measures whose effects are all 0 have absolute ones."""
    off = np.abs(pairs.predicted[pairs.methods.index(method)] - pairs.actual)
    scales = np.array([_typical(row) for row in np.abs(pairs.actual)])
    return np.asarray(off / scales[:, None], dtype=np.float64)


def _typical(magnitudes: NDArray[np.float64]) -> float:
    """The median, of those above 0 where that is 0; 1 where all are 0."""
    median = float(np.median(magnitudes))
    if median > 0:
        return median
    above = magnitudes[magnitudes > 0]
    return float(np.median(above)) if above.size else 1.0
