"""How far the agreement reaches from test point to test point, and where its middle lies."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from groupinf.analysis.agreement import ALL_KINDS

EXTENT_OF = ("spearman", "slope", "underestimated")
_ENDS = ["spearman_low", "spearman_high"]


def extents(agreement: pd.DataFrame) -> pd.DataFrame:
    """The :func:`extents_by` over all groups; ``agreement`` is the table of :func:`agreement_table`."""
    return extents_by(agreement[agreement["kind"] == ALL_KINDS], ())


def extents_by(rows: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """The least, the median and the largest value over test points of ρ, slope and share underestimated.

    ``rows`` are those of an agreement table whose parts the columns ``by`` tell apart. One row per part, evaluation
    and method, in their order; columns ``by``, evaluation, method, test_points (their number), n_groups, and
    <statistic>_least, <statistic>_median and <statistic>_most, NaN where no test point has the statistic; spearman_low
    and spearman_high, the interval of ρ where there is a single row, NaN where there are several.
    """
    grouped = rows.groupby([*by, "evaluation", "method"], sort=False)
    columns = {"test_points": ("test_point", "nunique"), "n_groups": ("n_groups", "first")}
    for statistic in EXTENT_OF:
        named = {"least": "min", "median": "median", "most": "max"}
        columns |= {f"{statistic}_{end}": (statistic, function) for end, function in named.items()}
    columns |= {end: (end, "first") for end in _ENDS}
    table = grouped.agg(**columns).reset_index()
    single = grouped.size().to_numpy() == 1
    return table.assign(**{end: table[end].where(single) for end in _ENDS})


def joint_extents(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The :func:`extents` over the test points of several runs at once; ``tables`` are their agreement tables."""
    return extents(pd.concat(tables, ignore_index=True))


def span(rows: pd.DataFrame, statistic: str) -> tuple[float, float]:
    """The least and the largest value of a statistic over rows of :func:`extents`."""
    return float(rows[f"{statistic}_least"].min()), float(rows[f"{statistic}_most"].max())
