"""The tidy effects table as arrays: predicted effects beside actual ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from groupinf.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

ACTUAL = "actual"
# the readout of a method whose predicted effects are in units of their own
RANKS = "ranks"


@dataclass(frozen=True)
class PairedEffects:
    """Predicted and actual effects of the same G groups, in the table's order of first appearance, methods in that of
    :func:`methods_in`.

    ``measures`` holds the E pairs (evaluation, test_point) and ``methods`` the M predictions; ``predicted``
    is (M, E, G), ``actual`` (E, G), ``groups`` and ``kinds`` (G,). Of the methods ``ranks_only`` the predicted effects
    are in units of their own: only their order means anything. Where a method predicts nothing of a
    measure, ``predicted`` is not a number for any group.
    """

    measures: tuple[tuple[str, int], ...]
    methods: tuple[str, ...]
    groups: NDArray[np.int64]
    kinds: NDArray[np.object_]
    predicted: NDArray[np.float64]
    actual: NDArray[np.float64]
    ranks_only: frozenset[str] = frozenset()

    @property
    def effects(self) -> dict[str, NDArray[np.float64]]:
        """The effects (E, G) that each method says, the actual ones last."""
        return {**dict(zip(self.methods, self.predicted, strict=True)), ACTUAL: self.actual}

    @property
    def has(self) -> NDArray[np.bool_]:
        """Whether a method predicts a measure: (M, E)."""
        return np.asarray(~np.isnan(self.predicted).all(axis=2))


def methods_in(table: pd.DataFrame) -> tuple[str, ...]:
    """The methods of a table with columns evaluation and method, in the order of the first evaluation that has most.

    What comes before it may lack some, whose place it does not tell.
    """
    each = table[["evaluation", "method"]].drop_duplicates()
    orders = [list(part) for _, part in each.groupby("evaluation", sort=False)["method"]]
    return tuple(dict.fromkeys(map(str, [*max(orders, key=len, default=[]), *each["method"]])))


def pair_effects(effects: pd.DataFrame) -> PairedEffects:
    """Arrange one run's tidy table (one row per group, test point, evaluation and method) as arrays.

    A method may have no rows of a measure, for any group. Raises DataError where a row is missing else, repeated or
    not finite, or where nothing is predicted or actual.
    """
    import pandas as pd

    measure_of, measures = _factorize_measures(effects)
    methods = _known_methods(effects)
    method_of = pd.Categorical(effects["method"], categories=methods).codes
    group_of, groups = pd.factorize(effects["group"])
    shape = (len(methods), len(measures), len(groups))
    flat = np.ravel_multi_index((method_of, measure_of, group_of), shape)
    values = np.full(shape, np.nan)
    values.reshape(-1)[flat] = effects["effect"].to_numpy(dtype=np.float64)
    times = np.bincount(flat, minlength=values.size).reshape(shape)
    return _paired(
        values,
        times,
        measures,
        methods,
        groups=np.asarray(groups, dtype=np.int64),
        kinds=effects.drop_duplicates("group")["kind"].to_numpy(dtype=object),
        ranks_only=frozenset(effects.loc[effects["readout"] == RANKS, "method"]),
    )


def pair_columns(
    columns: pd.DataFrame, groups: NDArray[np.int64], kinds: NDArray[np.object_], effect: NDArray[np.float64]
) -> PairedEffects:
    """The same from ``effect`` (G, C), whose columns are the rows that each group has in the table.

    ``columns`` says of them evaluation, test_point, method and readout. Raises DataError as :func:`pair_effects`.
    """
    import pandas as pd

    measure_of, measures = _factorize_measures(columns)
    methods = _known_methods(columns)
    method_of = pd.Categorical(columns["method"], categories=methods).codes
    values = np.full((len(methods), len(measures), groups.size), np.nan)
    values[method_of, measure_of] = effect.T
    times = np.zeros(values.shape[:2], dtype=np.int64)
    np.add.at(times, (method_of, measure_of), 1)
    ranks_only = frozenset(columns.loc[columns["readout"] == RANKS, "method"])
    return _paired(values, times[:, :, None], measures, methods, groups, kinds, ranks_only)


def _known_methods(table: pd.DataFrame) -> tuple[str, ...]:
    methods = methods_in(table)
    if ACTUAL not in methods or len(methods) < 2:
        found = ", ".join(methods) or "no rows"
        alone = f"{found} alone: a run with retrain: all has both"
        found = alone if methods and ACTUAL not in methods else found
        of = f" of {', '.join(map(str, table['run'].unique()))}" if "run" in table else ""
        raise DataError(f"effects{of}: expected method {ACTUAL!r} and at least one prediction, found {found}")
    return methods


def _paired(
    values: NDArray[np.float64],
    times: NDArray[np.int64],
    measures: Sequence[tuple[str, int]],
    methods: tuple[str, ...],
    groups: NDArray[np.int64],
    kinds: NDArray[np.object_],
    ranks_only: frozenset[str],
) -> PairedEffects:
    """The ``values`` (methods + actual, E, G), each of which is there ``times``, as many or the same for all groups."""
    predicted = times.any(axis=2) | (np.array(methods) == ACTUAL)[:, None]
    bad = np.argwhere(((times != 1) | ~np.isfinite(values)) & predicted[:, :, None])
    if bad.size:
        i, j, g = bad[0]
        where = f"group {groups[g]}, {measures[j][0]}, test point {measures[j][1]}, {methods[i]}"
        found = np.broadcast_to(times, values.shape)[i, j, g]
        said = f"{values[i, j, g]}" if found == 1 else f"{found} rows"
        raise DataError(f"effects: expected one finite effect for {where}; found {said} ({len(bad)} such places)")
    actual_at = methods.index(ACTUAL)
    return PairedEffects(
        measures=tuple(measures),
        methods=tuple(m for m in methods if m != ACTUAL),
        groups=groups,
        kinds=kinds,
        predicted=np.delete(values, actual_at, axis=0),
        actual=values[actual_at],
        ranks_only=ranks_only,
    )


def _factorize_measures(effects: pd.DataFrame) -> tuple[NDArray[np.int64], list[tuple[str, int]]]:
    """Number of each row's (evaluation, test_point), and the pairs in order of first appearance."""
    import pandas as pd

    evaluation_of, evaluations = pd.factorize(effects["evaluation"])
    point_of, points = pd.factorize(effects["test_point"])
    measure_of, measures = pd.factorize(evaluation_of * len(points) + point_of)
    pairs = [divmod(int(measure), len(points)) for measure in measures]
    return measure_of, [(str(evaluations[i]), int(points[j])) for i, j in pairs]
