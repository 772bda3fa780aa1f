"""How attributes of the groups go together with their effects."""

from __future__ import annotations

import pandas as pd

from groupinf.analysis.attributes import attribute_table, category_table
from groupinf.analysis.test_sets import between_sets_table
from groupinf.reporting.tables.point_names import with_point_names
from groupinf.reporting.words.attributes import aligned_attributes
from groupinf.reporting.words.summary import test_point_names
from groupinf.studies.group_effects.result import Run


def attributes_files(run: Run) -> dict[str, bytes]:
    """CSV files: correlations with attributes, effects in each category of one, and effects on test points compared.

    None of a run without actual effects.
    """
    if not run.has_actual:
        return {}
    pairs = run.pairs
    attributes = aligned_attributes(run, pairs)
    tables = {
        "attributes.csv": attribute_table(pairs, attributes),
        "categories.csv": category_table(pairs, attributes),
        "test_points.csv": _named_others(between_sets_table(pairs), run),
    }
    return {name: _csv(table, run) for name, table in tables.items() if not table.empty}


def _named_others(table: pd.DataFrame, run: Run) -> pd.DataFrame:
    """The other test point by its name too, where the run has names."""
    names = test_point_names(run)
    return table.assign(other_name=table["other"].map(names)) if names else table


def _csv(table: pd.DataFrame, run: Run) -> bytes:
    return with_point_names(table, run).to_csv(index=False, lineterminator="\n").encode()
