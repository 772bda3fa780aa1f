"""How influence of single rows goes with their distance and their label: over several test points of a run.

Tables are those of ``points`` of a run on one evaluation: a row for each training row and test point. Sizes of
influence are compared with Euclidean distances; squared ones have the same order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.analysis.agreement import rank_correlation
from groupinf.analysis.influence_components import share

# most helpful rows whose labels are counted, and the share of rows that are near a test point
MOST_HELPFUL, NEAR = 20, 0.1


@dataclass(frozen=True)
class BySign:
    """Of rows with their test point's label the share that is helpful, of others the share that is harmful, and of all
    the share that is the one or the other: whose sign follows the label.
    """

    own_helpful: float
    others_harmful: float
    following: float


@dataclass(frozen=True)
class InfluenceAndDistance:
    """Spearman's ρ of |influence| and distance, and the share of the MOST_HELPFUL rows that have their test point's
    label, each the mean over test points; signs of all rows and of the NEAR ones, all test points together; and by test
    point the rank of the first helpful row of another label, from 1, None where none is helpful.
    """

    test_points: tuple[int, ...]
    rho: float
    top_own: float
    all_rows: BySign
    near: BySign
    first_other: tuple[int | None, ...]


def influence_and_distance(points: pd.DataFrame, labels: Mapping[int, object]) -> InfluenceAndDistance:
    """What the table says, with the ``labels`` of its test points."""
    tables = [(point, points[points["test_point"] == point]) for point in map(int, points["test_point"].unique())]
    own = [(rows["label"] == labels[point]).to_numpy() for point, rows in tables]
    influence = [rows.influence.to_numpy() for _, rows in tables]
    distance = [rows["distance"].to_numpy() for _, rows in tables]
    near = [_nearest(away) for away in distance]
    return InfluenceAndDistance(
        tuple(point for point, _ in tables),
        rho=float(np.mean([rank_correlation(np.abs(i), away) for i, away in zip(influence, distance, strict=True)])),
        top_own=float(
            np.mean([o[helpful_first(i)[:MOST_HELPFUL]].mean() for i, o in zip(influence, own, strict=True)])
        ),
        all_rows=_by_sign(np.concatenate(influence), np.concatenate(own)),
        near=_by_sign(
            np.concatenate([i[n] for i, n in zip(influence, near, strict=True)]),
            np.concatenate([o[n] for o, n in zip(own, near, strict=True)]),
        ),
        first_other=tuple(first_of_another_label(i, o) for i, o in zip(influence, own, strict=True)),
    )


def helpful_first(influence: NDArray[np.float64]) -> NDArray[np.intp]:
    """Places by falling influence: removing the first row raises the test loss most."""
    return np.argsort(-influence, kind="stable")


def first_of_another_label(influence: NDArray[np.float64], own: NDArray[np.bool_]) -> int | None:
    """The rank, from 1, of the most helpful row without the test point's label; None where none is helpful.

    >>> first_of_another_label(np.array([3.0, 1.0, 2.0]), np.array([True, True, False]))
    2
    """
    order = helpful_first(influence)
    others = np.flatnonzero(~own[order] & (influence[order] > 0))
    return int(others[0]) + 1 if others.size else None


def _nearest(distance: NDArray[np.float64]) -> NDArray[np.intp]:
    return np.argsort(distance, kind="stable")[: max(1, round(NEAR * distance.size))]


def _by_sign(influence: NDArray[np.float64], own: NDArray[np.bool_]) -> BySign:
    return BySign(
        share(influence[own] > 0),
        share(influence[~own] < 0),
        share(np.where(own, influence > 0, influence < 0)),
    )
