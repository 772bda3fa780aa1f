"""Which group matters most: the effects of a run in order, and ranks."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.analysis.effect_arrays import Array, EffectArrays
from groupinf.analysis.pairs import ACTUAL, methods_in
from groupinf.analysis.ranks import best_ranks

MEASURE = ["evaluation", "test_point"]
# what is proven of an actual effect, beside what is predicted
PROVEN = ("low", "high")
# what a bootstrap over test rows adds to a row of a ranking
ENDS = ("effect_low", "effect_high", "rank_low", "rank_high")


def ranks(effect: Array) -> NDArray[np.int64]:
    """The rank of each of the effects (G, ...) among those of all groups: 1 is the largest rise.

    Groups of the same effect share the best of their ranks.
    """
    return best_ranks(-effect.T).T


def ranking(
    arrays: EffectArrays, about: pd.DataFrame, method: str = ACTUAL, ends: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The groups by the effects on one evaluation that ``method`` says, the largest rise first, each measure by itself.

    ``arrays`` are those of the evaluation, ``about`` has group_name, kind and size of every group, its index. Columns:
    evaluation, test_point, rank, group, group_name, kind, size, a column of effects for each method, predictions first,
    and the error_estimate of ``method``. Of equal effects the group of the lower number comes first. ``ends``, by
    measure and group, adds its columns.
    """
    own = arrays.columns
    methods = methods_in(own)
    points = own.loc[own["method"] == method, "test_point"]
    parts = [_of_point(arrays, own[own["test_point"] == point], method) for point in points]
    empty = pd.DataFrame({"group": np.empty(0, dtype=np.int64), "rank": np.empty(0, dtype=np.int64)})
    table = pd.concat(parts, ignore_index=True) if parts else empty
    table = table.assign(evaluation=own["evaluation"].iloc[0]).join(about[[*_ABOUT]], on="group")
    columns = [*MEASURE, "rank", "group", *_ABOUT, *methods, "error_estimate"]
    table = table.reindex(columns=columns)
    if ends is None:
        return table
    keys = [*MEASURE, "group"]
    told = [name for name in ends if name not in keys]
    return table.merge(ends[[*keys, *told]], on=keys, how="left", validate="one_to_one")


_ABOUT = ("group_name", "kind", "size")


def _of_point(arrays: EffectArrays, columns: pd.DataFrame, method: str) -> pd.DataFrame:
    """The groups by their effects on one measure, whose ``columns`` these are."""
    at = {str(name): int(str(place)) for place, name in columns["method"].items()}
    own = arrays.effect[:, at[method]]
    rank = ranks(own)
    order = np.lexsort((arrays.groups, rank))
    values = {"rank": rank, "group": arrays.groups, **{name: arrays.effect[:, i] for name, i in at.items()}}
    values["error_estimate"] = arrays.error[:, at[method]]
    told = {"test_point": columns["test_point"].iloc[0], **{name: of[order] for name, of in values.items()}}
    return pd.DataFrame(told)


def extremes(table: pd.DataFrame, method: str, most: int, rises: bool) -> pd.DataFrame:
    """Of a :func:`ranking` of one evaluation the ``most`` groups that ``method`` says rise, or fall, farthest.

    A group stands there once, on the test point where it goes farthest. The farthest comes first.
    """
    own = table[table[method] > 0] if rises else table[table[method] < 0]
    ordered = own.sort_values([method, "group"], ascending=[not rises, True], kind="stable")
    return ordered.drop_duplicates("group").head(most)
