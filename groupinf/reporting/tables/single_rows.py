"""The single training rows that matter most, as tables: for a file, a written report and a terminal."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from groupinf.analysis.single_rows import Measure, of_measure, strongest
from groupinf.effects.methods.influence import Influence
from groupinf.effects.methods.newton import Newton
from groupinf.reporting.tables.point_names import with_point_names
from groupinf.reporting.tables.ranking import Listing
from groupinf.reporting.words.single_rows import (
    direction,
    label_words,
    listed_measures,
    listed_rows,
    row_name,
    rows_asked,
    told_evaluations,
)
from groupinf.reporting.words.style import evaluation_name, method_in_text, point_name
from groupinf.reporting.words.summary import test_point_names
from groupinf.studies.group_effects.result import Run
from groupinf.wording import number

# of each test point and direction that a terminal and a written report show
FEW = 3
# and of so many test points
FEW_POINTS = 3
_PREDICTED = (Influence.name, Newton.name)


def shown_rows_frame(run: Run) -> pd.DataFrame | None:
    """The rows that the page lists, in its order: those of the table ``points`` that change most what is measured, for
    each measure ``listed_rows`` in each direction, with the columns ``rank``, from 1, and ``without_it``, rises or
    falls. None of a run without points.
    """
    if run.points is None:
        return None
    parts = []
    for measure in listed_measures(run):
        rows = of_measure(run.points, measure)
        for rises in (True, False):
            best = strongest(rows, listed_rows(run), rises)
            ranked = best.assign(rank=range(1, len(best) + 1), without_it="rises" if rises else "falls")
            parts.append(ranked)
    found = with_point_names(pd.concat(parts, ignore_index=True), run)
    first = ["evaluation", "test_point", "without_it", "rank"]
    return found[[*first, *(name for name in found if name not in first)]]


def single_rows_files(run: Run) -> dict[str, bytes]:
    """points.csv; none of a run without points."""
    frame = shown_rows_frame(run)
    return {} if frame is None else {"points.csv": frame.to_csv(index=False, lineterminator="\n").encode()}


def single_rows_listings(run: Run, most: int = FEW) -> list[Listing]:
    """For each evaluation that is told of the ``most`` strongest rows of the first FEW_POINTS test points, in each
    direction; empty of a run without points.
    """
    measures, asked = listed_measures(run), rows_asked(run)
    some = f", of {asked}" if asked else ""
    found = []
    for name in told_evaluations(run):
        own = [measure for measure in measures if measure[0] == name]
        shown = own[:FEW_POINTS]
        more = "" if len(own) == len(shown) else f", of the first {FEW_POINTS} of {len(own)} test points"
        for rises in (True, False):
            lines = _lines(run, shown, most, rises)
            if len(lines) > 1:
                heading = f"{evaluation_name(name)}: training rows {direction(name, rises)}{some}{more}"
                found.append(Listing(heading, lines, 3 if run.manifest.classes else 2))
    return found


def _lines(run: Run, measures: Sequence[Measure], most: int, rises: bool) -> list[tuple[str, ...]]:
    assert run.points is not None
    names, labelled = test_point_names(run), bool(run.manifest.classes)
    retrained = bool(run.points["actual"].notna().any())
    head = ["test point", "row", *(["label"] if labelled else []), *map(method_in_text, _PREDICTED)]
    lines = [(*head, *(["retrained"] if retrained else []), *([] if labelled else ["target"]))]
    for measure in measures:
        best = strongest(of_measure(run.points, measure), most, rises)
        for i, row in enumerate(best.to_dict("records")):
            label = label_words(row["label"])
            lines.append(
                (
                    point_name(*measure, names) if i == 0 else "",
                    row_name(row),
                    *([label] if labelled else []),
                    *(number(row[name]) for name in _PREDICTED),
                    *([number(row["actual"])] if retrained else []),
                    *([] if labelled else [label]),
                )
            )
    return lines
