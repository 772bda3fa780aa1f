"""What single training rows do to each test point, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from groupinf.reporting.tables.ranking import Listing
from groupinf.reporting.tables.single_rows import single_rows_listings
from groupinf.reporting.words.formats import shorten
from groupinf.reporting.words.plain import wrapped
from groupinf.reporting.words.single_rows import TERMS, single_row_lines, told_evaluations
from groupinf.reporting.words.style import LONGEST_NAME, evaluation_name, point_name
from groupinf.reporting.words.summary import convention_line, data_line, note_lines, test_point_names
from groupinf.studies.group_effects.result import Run
from groupinf.wording import number

# features of each row and test point that are listed, and pairs of these
FEATURES, PAIRS = 5, 6
_HEAD = ("row", "test point", "feature", "value", *TERMS.values(), "together")


def points_text(run: Run, most: int, width: int) -> str:
    """Which training rows matter, in sentences and as tables, ``most`` of each end of each test point; and which of
    their features, where that was asked for.
    """
    tables = [part.text for part in (*single_rows_listings(run, most), *perturbation_listings(run))]
    closing = [convention_line(run), *(f"Note: {note}" for note in note_lines(run))]
    opening = wrapped([data_line(run), *single_row_lines(run)], width)
    return "\n\n".join([opening, *tables, wrapped(closing, width)]) + "\n"


def perturbation_listings(run: Run) -> list[Listing]:
    """On each evaluation that is told of, the FEATURES of largest |perturbation| of the first PAIRS rows and test
    points; empty of a run without.
    """
    if run.perturbation is None:
        return []
    found = []
    for evaluation in told_evaluations(run):
        own = run.perturbation[run.perturbation["evaluation"] == evaluation]
        lines: list[Sequence[str]] = [_HEAD]
        for row, point in own[["row", "test_point"]].drop_duplicates()[:PAIRS].itertuples(index=False):
            features = own[(own["row"] == row) & (own["test_point"] == point)]
            named = str(row), point_name(evaluation, point, test_point_names(run))
            lines += [(*(named if i == 0 else ("", "")), *_cells(line)) for i, line in enumerate(_largest(features))]
        heading = f"{evaluation_name(evaluation)}: by how much influence rises with a unit of a feature of the row"
        found.append(Listing(heading, lines, 3))
    return found


def _largest(features: pd.DataFrame) -> list[dict[Any, Any]]:
    """The FEATURES of largest |perturbation|, largest first; those made from one column stand together."""
    size = features["perturbation"].abs().sort_values(ascending=False, kind="stable")
    found = features.loc[size.index[:FEATURES]]
    place = {column: i for i, column in enumerate(found["column"].unique())}
    return found.sort_values("column", key=lambda column: column.map(place), kind="stable").to_dict("records")


def _cells(line: dict[Any, Any]) -> Iterator[str]:
    yield shorten(str(line["feature"]), LONGEST_NAME)
    yield from (number(float(line[name]), 3) for name in ("value", "first", "second", "perturbation"))
