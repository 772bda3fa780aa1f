"""Which group matters most: the effects of a run in order, and ranks."""

from __future__ import annotations

import pandas as pd

from groupinf.analysis.pairs import ACTUAL, methods_in

MEASURE = ["evaluation", "test_point"]
# what a bootstrap over test rows adds to a row of a ranking
ENDS = ("effect_low", "effect_high", "rank_low", "rank_high")


def ranks(effects: pd.DataFrame) -> pd.Series:
    """The rank of each row of a tidy table among the groups of its measure and method: 1 is the largest rise.

    Groups of the same effect share the best of their ranks.
    """
    by = effects.groupby([*MEASURE, "method"], sort=False)["effect"]
    return by.rank(ascending=False, method="min").astype("int64")


def ranking(effects: pd.DataFrame, method: str = ACTUAL, ends: pd.DataFrame | None = None) -> pd.DataFrame:
    """The groups by the effects that ``method`` says, the largest rise first, each measure by itself.

    ``effects`` are rows of one run's tidy table. Columns: evaluation, test_point, rank, group, group_name, kind, size,
    a column of effects for each method, predictions first, and the error_estimate of ``method``. Of equal effects the
    group of the lower number comes first. ``ends`` adds the columns ENDS, where a bootstrap gave them, to the actual
    effects.
    """
    keys = [*MEASURE, "group"]
    about = ["group_name", "kind", "size"]
    wide = effects.pivot(index=keys, columns="method", values="effect").reindex(columns=list(methods_in(effects)))
    own = effects[effects["method"] == method]
    own = own.assign(rank=ranks(own)).set_index(keys)[["rank", *about, "error_estimate"]]
    table = own.join(wide).reset_index()
    if ends is not None and method == ACTUAL:
        table = table.merge(ends[[*keys, *ENDS]], on=keys, how="left", validate="one_to_one")
    order = {measure: i for i, measure in enumerate(effects[MEASURE].drop_duplicates().itertuples(index=False))}
    place = [order[measure] for measure in table[MEASURE].itertuples(index=False)]
    table = table.assign(place=place).sort_values(["place", "rank", "group"], kind="stable")
    columns = [*MEASURE, "rank", "group", *about, *methods_in(effects), "error_estimate"]
    return table[[*columns, *(end for end in ENDS if end in table)]].reset_index(drop=True)


def extremes(table: pd.DataFrame, method: str, most: int, rises: bool) -> pd.DataFrame:
    """Of a :func:`ranking` of one evaluation the ``most`` groups that ``method`` says rise, or fall, farthest.

    A group stands there once, on the test point where it goes farthest. The farthest comes first.
    """
    own = table[table[method] > 0] if rises else table[table[method] < 0]
    ordered = own.sort_values([method, "group"], ascending=[not rises, True], kind="stable")
    return ordered.drop_duplicates("group").head(most)
