"""How far the agreement reaches from test point to test point."""

from __future__ import annotations

import pandas as pd

from groupinf.analysis.agreement import ALL_KINDS

EXTENT_OF = ("spearman", "slope", "underestimated")


def extents(agreement: pd.DataFrame) -> pd.DataFrame:
    """The least and the largest value over test points of ρ, slope and share underestimated, over all groups.

    ``agreement`` is the table of :func:`agreement_table`. One row per evaluation and method, in its order; columns
    evaluation, method, test_points (their number), and <statistic>_least and <statistic>_most, NaN where no test
    point has the statistic.
    """
    overall = agreement[agreement["kind"] == ALL_KINDS]
    by_method = overall.groupby(["evaluation", "method"], sort=False)
    columns = {"test_points": ("test_point", "nunique")}
    for statistic in EXTENT_OF:
        columns |= {f"{statistic}_least": (statistic, "min"), f"{statistic}_most": (statistic, "max")}
    return by_method.agg(**columns).reset_index()
