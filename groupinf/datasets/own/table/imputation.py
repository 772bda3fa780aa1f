"""Missing values of a column filled in from its training rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.datasets.own.table.table import Parsed


def imputed(column: Parsed, train: NDArray[np.int64]) -> NDArray[Any] | None:
    """Return the column's values without gaps, or None where no training row has a value.

    Numbers take the median of the training rows that have one, text the most frequent value there, the first in
    order of ties. Rows count alike, whatever their weights.
    """
    known = column.values[train[~column.missing[train]]]
    if not known.size:
        return None
    values = column.values.copy()
    if column.is_text:
        values[column.missing] = pd.Series(known, dtype=object).mode()[0]
    elif values.dtype == np.bool_:
        values[column.missing] = np.median(known) > 0.5
    else:
        values[column.missing] = 2 * np.median(known / 2)  # halves, whose sum cannot overflow
    return values
