"""Effects on several sets of test points: their correlations, and an order of sets and groups that shows families."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.analysis.agreement import correlation
from groupinf.analysis.intervals import bonett_wright_interval
from groupinf.analysis.pairs import PairedEffects
from groupinf.analysis.ranks import average_ranks


@dataclass(frozen=True)
class ComponentOrder:
    """Positions of the sets (S,) and of the groups (G,), by their part in what differs most, the largest first.

    The first ``family`` sets have a positive part: groups that raise the loss on them more than others do so less on
    all further sets, as far as this component goes.
    """

    sets: NDArray[np.intp]
    groups: NDArray[np.intp]
    family: int


def correlation_between_sets(effects: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pearson's correlation (S, S) over groups of the effects (S, G) on each two sets of test points.

    Spearman's where ranks over the groups are given for effects. NaN where a set's effects are constant.
    """
    return correlation(effects[:, None, :], effects[None, :, :])


def first_component_order(effects: NDArray[np.float64]) -> ComponentOrder:
    """Sets and groups by the first principal component of their effects (S, G), each set less its mean over groups.

    With σuvᵀ the largest singular term of the centred effects, sets fall by u and groups by v, so that sets on which
    groups have like effects stand together, and groups that help one family of sets stand apart from those that help
    the other. The sign is that in which the entry of u farthest from 0 is positive; equals stay in their order.
    """
    centred = effects - effects.mean(axis=1, keepdims=True)
    left, _, right = np.linalg.svd(centred, full_matrices=False)
    u, v = left[:, 0], right[0]
    sign = -1.0 if u[np.argmax(np.abs(u))] < 0 else 1.0
    family = int(np.count_nonzero(sign * u > 0))
    return ComponentOrder(np.argsort(-sign * u, kind="stable"), np.argsort(-sign * v, kind="stable"), family)


def between_sets_table(pairs: PairedEffects) -> pd.DataFrame:
    """How effects on one test point, or set of them, go together over groups with those on another.

    One row per evaluation, method, test_point and other, each pair once and in the order of the table: n_groups,
    pearson, and spearman with a 95 % interval (Bonett and Wright 2000). Evaluations with a single value have none.
    """
    parts = []
    for evaluation in dict.fromkeys(name for name, _ in pairs.measures):
        own = [i for i, (name, _) in enumerate(pairs.measures) if name == evaluation]
        points = np.array([pairs.measures[i][1] for i in own])
        one, other = np.triu_indices(len(own), 1)
        for method, values in pairs.effects.items():
            rho = correlation_between_sets(average_ranks(values[own]))[one, other]
            low, high = bonett_wright_interval(rho, pairs.groups.size)
            about = {"evaluation": evaluation, "method": method, "test_point": points[one], "other": points[other]}
            found = {"pearson": correlation_between_sets(values[own])[one, other], "spearman": rho}
            ends = {"spearman_low": low, "spearman_high": high}
            parts.append(pd.DataFrame({**about, "n_groups": pairs.groups.size, **found, **ends}))
    table = pd.concat(parts, ignore_index=True)
    return table[table["spearman"].notna()].reset_index(drop=True)
