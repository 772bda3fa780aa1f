"""How the agreement of predicted with actual effects depends on the kind and on the size of the groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.analysis.agreement import ALL_KINDS, agreement_rows
from groupinf.analysis.extent import extents_by
from groupinf.analysis.intervals import FEWEST_GROUPS, bonett_wright_interval
from groupinf.analysis.pairs import PairedEffects

MOST_BANDS = 5


def size_bands(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Band (G,) of each group: at most MOST_BANDS ranges of sizes with about equally many groups, from 0, by size.

    Groups of one size share a band; groups of a single size make one band.

    >>> size_bands(np.array([30, 1, 2, 30, 4]))
    array([3, 0, 1, 3, 2])
    """
    inner = np.quantile(sizes, np.arange(1, MOST_BANDS) / MOST_BANDS, method="inverted_cdf")
    _, band = np.unique(np.searchsorted(np.unique(inner), sizes, side="left"), return_inverse=True)
    return np.asarray(band, dtype=np.int64)


def agreement_by_size(pairs: PairedEffects, sizes: NDArray[np.int64]) -> pd.DataFrame:
    """The statistics of :func:`agreement_table` over the groups of each band of sizes, with analytic intervals.

    ``sizes`` (G,) are those of the groups of ``pairs``. One row per band, method and measure, in this order; the
    columns smallest and largest, sizes of the band's groups, take the place of kind.
    """
    bands = size_bands(sizes)
    parts = []
    for band in range(int(bands.max()) + 1):
        chosen = bands == band
        rows = agreement_rows(pairs, "", chosen, "analytic", seed=0)  # analytic: nothing is drawn
        rows = rows.drop(columns="kind")
        rows.insert(0, "smallest", sizes[chosen].min())
        rows.insert(1, "largest", sizes[chosen].max())
        parts.append(rows)
    return pd.concat(parts, ignore_index=True)


def by_kind(agreement: pd.DataFrame) -> pd.DataFrame:
    """The :func:`extents_by` of each kind of group; ``agreement`` is the table of :func:`agreement_table`."""
    return extents_by(agreement[agreement["kind"] != ALL_KINDS], ("kind",))


def by_size(pairs: PairedEffects, sizes: NDArray[np.int64]) -> pd.DataFrame:
    """The :func:`extents_by` of each band of sizes, which smallest and largest name."""
    return extents_by(agreement_by_size(pairs, sizes), ("smallest", "largest"))


def ranked_worst(parts: pd.DataFrame, method: str) -> Mapping[Any, Any] | None:
    """The row of :func:`by_kind` or :func:`by_size` whose median ρ is lowest for ``method``, as a mapping.

    Its further keys low and high are the ends of the analytic interval that a ρ of that size has over so many groups.
    Parts of fewer than FEWEST_GROUPS groups are left out: their ρ says little. None where not two parts remain of
    some evaluation, so that there is nothing to be worse than.
    """
    known = (parts["method"] == method) & (parts["n_groups"] >= FEWEST_GROUPS) & parts["spearman_median"].notna()
    rows = parts[known]
    rivals = rows.groupby("evaluation", sort=False)["method"].transform("size")
    rows = rows[rivals > 1]
    if rows.empty:
        return None
    worst = rows.sort_values("spearman_median", kind="stable").iloc[0].to_dict()
    low, high = bonett_wright_interval(np.array(worst["spearman_median"]), int(worst["n_groups"]))
    return {**worst, "low": float(low), "high": float(high)}
