"""The column of a user's table by which rows are named."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.datasets.own.table.features import usable
from groupinf.datasets.own.table.table import Table
from groupinf.datasets.rows.origins import key_text
from groupinf.errors import DataError


def row_keys(table: Table, column: str) -> NDArray[np.object_]:
    """Return the key of every row of the table as text.

    Raises DataError, naming its place, where a row has no key, or that of another row.
    """
    missing = np.flatnonzero(usable(table, column).missing)
    if missing.size:
        row = int(missing[0])
        raise DataError(
            f"{table.place(row, column)}: expected a key for every row, found {table.gap(row, column)}; fill it in or"
            " leave the row out"
        )
    keys = np.array([key_text(value) for value in table.columns[column]], dtype=object)
    twice = np.flatnonzero(pd.Series(keys).duplicated())
    if twice.size:
        row = int(twice[0])
        first = int(np.flatnonzero(keys == keys[row])[0])
        raise DataError(
            f"{table.place(row, column)}: expected every row key once, found {keys[row]!r} again, first at"
            f" {table.place(first, column).rpartition(': ')[0]}; choose a column whose values differ in every row"
        )
    return keys
