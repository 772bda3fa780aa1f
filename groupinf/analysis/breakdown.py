"""How the agreement of predicted with actual effects depends on the size of the groups."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.analysis.agreement import agreement_rows
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
