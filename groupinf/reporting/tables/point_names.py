"""What the numbers of test points stand for, as columns of a table."""

from __future__ import annotations

import pandas as pd

from groupinf.reporting.words.summary import test_key_names, test_set_names, value_names
from groupinf.studies.group_effects.result import Run


def with_point_names(table: pd.DataFrame, run: Run) -> pd.DataFrame:
    """The table with names beside its column test_point, in columns that the run has any for.

    Where test points are sets, test_set names them; where rows have keys, test_key; where values are on no test point
    and have names, measured_on.
    """
    named = table.copy()
    columns = {"test_set": test_set_names(run), "test_key": test_key_names(run), "measured_on": value_names(run)}
    known = [(column, names) for column, names in columns.items() if names]
    for place, (column, names) in enumerate(known, list(table.columns).index("test_point") + 1):
        named.insert(place, column, table["test_point"].map(names))
    return named
