"""How the agreement of predicted with actual effects depends on the kind and on the size of the groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.analysis.agreement import ALL_KINDS, agreement_rows
from groupinf.analysis.extent import extents_by
from groupinf.analysis.intervals import FEWEST_GROUPS
from groupinf.analysis.pairs import PairedEffects

MOST_BANDS = 5
# differences in ρ, and ratios of slopes, below which a part of the groups is like all of them
NOTABLE = 0.01
NOTABLE_RATIO = 1.1


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


def by_size(agreement: pd.DataFrame) -> pd.DataFrame:
    """The :func:`extents_by` of each band of sizes, which smallest and largest name, of :func:`agreement_by_size`."""
    return extents_by(agreement, ("smallest", "largest"))


def comparable(parts: pd.DataFrame, method: str) -> pd.DataFrame:
    """The rows of :func:`by_kind` or :func:`by_size` for ``method`` that can be called better or worse than others.

    Parts of fewer than FEWEST_GROUPS groups are left out, as their ρ says little, and evaluations of which not two
    parts remain.
    """
    known = (parts["method"] == method) & (parts["n_groups"] >= FEWEST_GROUPS) & parts["spearman_median"].notna()
    rows = parts[known]
    return rows[rows.groupby("evaluation", sort=False)["method"].transform("size") > 1]


def ranked_worst(rows: pd.DataFrame, overall: pd.DataFrame) -> Mapping[Any, Any] | None:
    """The :func:`comparable` row of lowest median ρ among those that stand out, as a mapping; None where none does.

    ``overall`` are the :func:`extents` of the same run. A part stands out where its median ρ is lower by NOTABLE or
    more than that of all groups on its evaluation, and outside the interval of theirs, where they have one.
    """
    all_groups = _overall(rows, overall)
    apart = all_groups["spearman_median"] - rows["spearman_median"] >= NOTABLE
    inside = rows["spearman_median"] >= all_groups["spearman_low"]
    return _first(rows[apart & ~inside].sort_values("spearman_median", kind="stable"))


def most_underestimated(rows: pd.DataFrame, overall: pd.DataFrame) -> Mapping[Any, Any] | None:
    """The :func:`comparable` row of largest median slope, of those above 1 and NOTABLE_RATIO of all groups' slope."""
    slope = rows["slope_median"]
    steep = (slope > 1) & (slope > NOTABLE_RATIO * _overall(rows, overall)["slope_median"])
    return _first(rows[steep].sort_values("slope_median", ascending=False, kind="stable"))


def _overall(rows: pd.DataFrame, overall: pd.DataFrame) -> pd.DataFrame:
    """For each row that of all groups on its evaluation, by its method."""
    keys = pd.MultiIndex.from_frame(rows[["evaluation", "method"]])
    return overall.set_index(["evaluation", "method"]).loc[keys].set_index(rows.index)


def _first(rows: pd.DataFrame) -> Mapping[Any, Any] | None:
    return None if rows.empty else rows.iloc[0].to_dict()
