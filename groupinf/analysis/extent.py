"""How far the agreement reaches from test point to test point, and where its middle lies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
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
    keys = [*by, "evaluation", "method"]
    part_of = rows.groupby(keys, sort=False).ngroup().to_numpy()
    order = np.argsort(part_of, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(part_of[order])) + 1) if order.size else []
    first = np.array([part[0] for part in parts], dtype=np.intp)
    points = rows["test_point"].to_numpy()
    columns: dict[str, Any] = {"test_points": [np.unique(points[part]).size for part in parts]}
    columns |= {"n_groups": rows["n_groups"].to_numpy()[first]}
    for statistic in EXTENT_OF:
        values = rows[statistic].to_numpy(dtype=np.float64)
        known = [own[~np.isnan(own)] for own in (values[part] for part in parts)]
        for end, function in (("least", np.min), ("median", np.median), ("most", np.max)):
            found = [float(function(own)) if own.size else math.nan for own in known]
            columns[f"{statistic}_{end}"] = np.array(found, dtype=np.float64)
    single = np.array([part.size == 1 for part in parts], dtype=bool)
    columns |= {end: np.where(single, rows[end].to_numpy(dtype=np.float64)[first], math.nan) for end in _ENDS}
    return rows.iloc[first][keys].reset_index(drop=True).assign(**columns)


def joint_extents(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The :func:`extents` over the test points of several runs at once; ``tables`` are their agreement tables."""
    return extents(pd.concat(tables, ignore_index=True))


def span(rows: pd.DataFrame, statistic: str) -> tuple[float, float]:
    """The least and the largest value of a statistic over rows of :func:`extents`."""
    return float(rows[f"{statistic}_least"].min()), float(rows[f"{statistic}_most"].max())
