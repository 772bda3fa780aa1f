"""The Spearman table as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from groupinf.analysis.agreement import ALL_KINDS
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.reporting.growing_groups.reading import found_in
from groupinf.reporting.growing_groups.words import NESTED, growth_lines
from groupinf.reporting.tables.ranking import natural_listings
from groupinf.reporting.tables.screening import screening_listings, unlisted_lines
from groupinf.reporting.tables.single_rows import single_rows_listings
from groupinf.reporting.tables.spearman import by_evaluation
from groupinf.reporting.words.choices import choice_lines, test_points_line
from groupinf.reporting.words.entries import entries_of
from groupinf.reporting.words.evaluation_answers import evaluation_answers
from groupinf.reporting.words.formats import coefficient, interval, percent, ratio
from groupinf.reporting.words.plain import aligned, wrapped
from groupinf.reporting.words.screening import MORE, chosen_lines, screening_lines, standings
from groupinf.reporting.words.single_rows import single_row_lines
from groupinf.reporting.words.style import MOST_TEST_POINTS, evaluation_name, method_name, point_name
from groupinf.reporting.words.summary import (
    SLOPE_WORDS,
    adversarial_lines,
    certificate_line,
    convention_line,
    data_line,
    method_lines,
    note_lines,
    skipped_lines,
    statistics_line,
    test_point_names,
    unit_lines,
)
from groupinf.reporting.words.theory import interval_line
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted

# beside the heading of what an evaluation is measured on
HEADERS = ("prediction", "ρ", "95 % interval", "slope", "under", "n")
_INTERVAL = 1 + HEADERS.index("95 % interval")


def spearman_text(run: Run, width: int) -> str:
    """Which natural groups matter most, and per evaluation how well each prediction ranks all groups of the run.

    Lines of the second are of at most ``width``.
    No colours and no control codes. Test points beyond the first MOST_TEST_POINTS are counted, not shown;
    where a table would be too wide, all leave out the intervals. Needs a width of about 60.
    """
    overall = run.spearman[run.spearman["kind"] == ALL_KINDS]
    parts = {evaluation_name(evaluation): rows for evaluation, rows in by_evaluation(overall)}
    sets = test_point_names(run)
    intervals = all(len(line) <= width for rows in parts.values() for line in _table(rows, sets, intervals=True))
    tables = ["\n".join([name, *_table(rows, sets, intervals)]) for name, rows in parts.items()]
    statistics = [statistics_line(run, overall) if intervals else SLOPE_WORDS] if run.has_actual else []
    notes = [f"Note: {note}" for note in note_lines(run)]
    certificate = certificate_line(run)
    meanings = [*adversarial_lines(run), convention_line(run), *unit_lines(run), *method_lines(run), *statistics]
    entries, found = entries_of([run]), standings(run)
    proven = [interval_line(entry.theory) for entry in entries if entry.theory is not None]
    closing = [*meanings, certificate, *proven, *notes, *skipped_lines(run)]
    opening = [data_line(run), *choice_lines(run), test_points_line(run)]
    screened = [*screening_lines(run, found), *([MORE] if found else []), *unlisted_lines(run, found, 1)]
    of_agreement = [*evaluation_answers(entries), *chosen_lines(entries)] if entries else []
    grown = found_in(run)
    of_growth = [*growth_lines(grown), NESTED] if grown else []
    answers = wrapped([*single_row_lines(run), *screened, *of_agreement, *of_growth], width)
    ranked = [*screening_listings(run, found, 1), *single_rows_listings(run), *natural_listings(run)]
    told = [wrapped(opening, width), answers, *(part.text for part in ranked), *tables, wrapped(closing, width)]
    return "\n\n".join(filter(None, told)) + "\n"


def _table(rows: pd.DataFrame, sets: Mapping[int, str], intervals: bool) -> list[str]:
    """The lines of one evaluation's table, with or without the intervals of ρ."""
    points, each = rows["test_point"].unique(), EVALUATIONS[rows["evaluation"].iloc[0]].each
    lines = [(each, *HEADERS), *_cells(rows[rows["test_point"].isin(points[:MOST_TEST_POINTS])], sets)]
    if not intervals:
        lines = [line[:_INTERVAL] + line[_INTERVAL + 1 :] for line in lines]
    table = aligned(lines, left=2)
    hidden = len(points) - MOST_TEST_POINTS
    more = f"  and {counted(hidden, f'more {each}')}: tables/spearman.csv"
    return [*table, more] if hidden > 0 else table


def _cells(rows: pd.DataFrame, sets: Mapping[int, str]) -> list[tuple[str, ...]]:
    cells: list[tuple[str, ...]] = []
    before = None
    for row in rows.to_dict("records"):
        point = point_name(row["evaluation"], row["test_point"], sets)
        cells.append(
            (
                "" if point == before else point,
                method_name(row["method"]),
                coefficient(row["spearman"]),
                interval(row["spearman_low"], row["spearman_high"]),
                ratio(row["slope"]),
                percent(row["underestimated"]),
                f"{row['n_groups']:,}",
            )
        )
        before = point
    return cells
