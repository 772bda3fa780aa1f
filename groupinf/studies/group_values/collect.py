"""From retrained coalitions to tables: what each is worth, and the share of each group."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd

from groupinf.analysis.correlations import spearman
from groupinf.effects.methods.influence import Influence
from groupinf.experiments.folder.files import parquet_bytes
from groupinf.experiments.study import Arrays, Collected, Stored
from groupinf.groups.groups import Groups
from groupinf.numerics.losses.loss import Array
from groupinf.studies.group_effects.stored_groups import groups_from
from groupinf.studies.group_values.block import EFFECT, ERROR, joined
from groupinf.studies.group_values.coalitions import Coalitions, State
from groupinf.studies.group_values.manifest import GroupValuesManifest, orientation
from groupinf.studies.group_values.result import COALITIONS, MEASURED, SPEARMAN, TOTALS, VALUES
from groupinf.studies.group_values.stored_coalitions import Valued, valued_from

# what is ranked against one another: columns of the table of values
INFLUENCE = Influence.name
RANKED = ("value", INFLUENCE, "leave_one_out", "size")


def collect(run: Stored[GroupValuesManifest], blocks: Iterable[Arrays]) -> Collected[GroupValuesManifest]:
    """The tables of a run whose coalitions are all there."""
    about, groups, valued = run.manifest, groups_from(run.files), valued_from(run.files)
    retrained = joined(list(blocks))
    effect, error = _effects(valued, retrained)
    values = _values(about, groups, valued, effect, error)
    tables = {
        VALUES: values,
        TOTALS: _totals(about, valued.coalitions, values, effect, error),
        SPEARMAN: _spearman(about, values),
        COALITIONS: _coalitions(valued.coalitions, retrained),
        MEASURED: _measured(about, effect, error),
    }
    notes = tuple(dict.fromkeys((*about.notes, *_rounded(retrained))))
    return Collected({name: parquet_bytes(table) for name, table in tables.items()}, replace(about, notes=notes))


def _effects(valued: Valued, retrained: Arrays) -> tuple[Array, Array]:
    """f of every coalition less f of θ̂, and the error estimate of that: (M, T) each."""
    coalitions, nobody = valued.coalitions, valued.nobody
    shape = coalitions.size.size, nobody.effect.size
    effect, error = np.zeros(shape), np.zeros(shape)
    alone = coalitions.state == State.NO_OPTIMUM
    effect[alone], error[alone] = nobody.effect, nobody.error
    if retrained:
        numbers = coalitions.retrained
        effect[numbers], error[numbers] = retrained[EFFECT], retrained[ERROR]
    return effect, error


def _signs(about: GroupValuesManifest) -> Array:
    """By which each f is credit: (T,)."""
    return np.array([float(orientation(evaluation)) for evaluation, _ in about.measures])


def _values(about: GroupValuesManifest, groups: Groups, valued: Valued, effect: Array, error: Array) -> pd.DataFrame:
    """A row for each (evaluation, test point) and group."""
    signs, coalitions = _signs(about), valued.coalitions
    worth = signs * effect + 0.0  # never −0
    shares = about.values.shares(valued.asked, worth[coalitions.drawn], error[coalitions.drawn])
    without = worth[coalitions.everyone] - worth[coalitions.without]
    off = error[coalitions.everyone] + error[coalitions.without]
    return _named(about, len(groups)).assign(
        group=np.tile(np.arange(len(groups)), len(signs)),
        group_name=np.tile(np.array(groups.name, dtype=object), len(signs)),
        kind=np.tile(np.array(groups.kind, dtype=object), len(signs)),
        size=np.tile(groups.sizes, len(signs)),
        value=shares.value.T.ravel(),
        standard_error=shares.standard_error.T.ravel(),
        low=(shares.value - shares.reach).T.ravel(),
        high=(shares.value + shares.reach).T.ravel(),
        error_estimate=shares.error.T.ravel(),
        **{INFLUENCE: (signs * valued.influence).T.ravel()},
        leave_one_out=without.T.ravel(),
        leave_one_out_error=off.T.ravel(),
    )


def _totals(
    about: GroupValuesManifest, coalitions: Coalitions, values: pd.DataFrame, effect: Array, error: Array
) -> pd.DataFrame:
    """A row for each (evaluation, test point): the worth of all groups and of none, and what shares add up to."""
    worth = _signs(about) * effect + 0.0
    by_measure = values.groupby(["evaluation", "test_point"], sort=False)
    everyone, none = worth[coalitions.everyone], worth[coalitions.none]
    total = by_measure["value"].sum().to_numpy()
    return _named(about, 1).assign(
        everyone=everyone,
        none=none,
        worth=everyone - none,
        error_estimate=error[coalitions.everyone] + error[coalitions.none],
        shares=total,
        deviation=total - (everyone - none),
        magnitude=by_measure["value"].apply(lambda value: value.abs().sum()).to_numpy(),
        **{INFLUENCE: by_measure[INFLUENCE].sum(min_count=1).to_numpy()},
        leave_one_out=by_measure["leave_one_out"].sum().to_numpy(),
    )


def _spearman(about: GroupValuesManifest, values: pd.DataFrame) -> pd.DataFrame:
    """A row for each (evaluation, test point) and two of what is ranked."""
    parts = []
    for (evaluation, point), rows in values.groupby(["evaluation", "test_point"], sort=False):
        for first, second in combinations(RANKED, 2):
            rho = spearman(rows[first].to_numpy(dtype=np.float64), rows[second].to_numpy(dtype=np.float64))
            parts.append((evaluation, point, first, second, rho, about.n_groups))
    return pd.DataFrame(parts, columns=["evaluation", "test_point", "first", "second", "spearman", "n_groups"])


def _coalitions(coalitions: Coalitions, retrained: Arrays) -> pd.DataFrame:
    """A row for each different coalition, with its certificates where it was retrained."""
    count, numbers = coalitions.size.size, coalitions.retrained
    certificates = {}
    for name, array in retrained.items():
        if name not in (EFFECT, ERROR):
            known = array if array.dtype.kind == "f" else pd.array(array)  # which has gaps
            certificates[name] = pd.Series(known, index=numbers).reindex(range(count))
    return pd.DataFrame(
        {
            "coalition": np.arange(count),
            "groups": coalitions.sets.sum(axis=1),
            "members": [" ".join(map(str, np.flatnonzero(of))) for of in coalitions.sets],
            "rows": coalitions.size,
            "times": np.bincount(coalitions.drawn, minlength=count),
            "state": [State(state).name.lower() for state in coalitions.state],
            **certificates,
        }
    )


def _measured(about: GroupValuesManifest, effect: Array, error: Array) -> pd.DataFrame:
    """A row for each (evaluation, test point) and coalition."""
    count = effect.shape[0]
    return _named(about, count).assign(
        coalition=np.tile(np.arange(count), effect.shape[1]),
        effect=effect.T.ravel(),
        error_estimate=error.T.ravel(),
    )


def _named(about: GroupValuesManifest, times: int) -> pd.DataFrame:
    """The evaluations and test points, each so many times."""
    evaluations, points = zip(*about.measures, strict=True)
    return pd.DataFrame(
        {
            "evaluation": np.repeat(np.array(evaluations, dtype=object), times),
            "test_point": np.repeat(np.array(points, dtype=np.int64), times),
        }
    )


def _rounded(retrained: Arrays) -> list[str]:
    """A note where rounding ended retraining before its tolerance."""
    ended = int(np.count_nonzero(retrained.get("at_rounding", np.zeros(0))))
    if not ended:
        return []
    return [f"{ended:,} coalitions were retrained to where rounding ends it; error estimates say how exact they are"]
