"""How far the agreement reaches from test point to test point, and where its middle lies."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from groupinf.analysis.agreement import ALL_KINDS

EXTENT_OF = ("spearman", "slope", "underestimated")


def extents(agreement: pd.DataFrame) -> pd.DataFrame:
    """The :func:`extents_by` over all groups; ``agreement`` is the table of :func:`agreement_table`."""
    return extents_by(agreement[agreement["kind"] == ALL_KINDS], ())


def extents_by(rows: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """The least, the median and the largest value over test points of ρ, slope and share underestimated.

    ``rows`` are those of an agreement table whose parts the columns ``by`` tell apart. One row per part, evaluation
    and method, in their order; columns ``by``, evaluation, method, test_points (their number), n_groups, and
    <statistic>_least, <statistic>_median and <statistic>_most, NaN where no test point has the statistic.
    """
    grouped = rows.groupby([*by, "evaluation", "method"], sort=False)
    columns = {"test_points": ("test_point", "nunique"), "n_groups": ("n_groups", "first")}
    for statistic in EXTENT_OF:
        named = {"least": "min", "median": "median", "most": "max"}
        columns |= {f"{statistic}_{end}": (statistic, function) for end, function in named.items()}
    return grouped.agg(**columns).reset_index()
