"""Which groups matter most, as plain text: the largest rises and falls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from groupinf.analysis.pairs import ACTUAL
from groupinf.analysis.ranking import ENDS, PROVEN, extremes
from groupinf.effects.methods.method import Readout
from groupinf.experiments.folder.files import parquet_bytes
from groupinf.groups.builders.registry import natural_kinds
from groupinf.groups.row_orders import order_in
from groupinf.reporting.words.entries import singled_out
from groupinf.reporting.words.formats import ends, markdown, percent, shorten, whole_words
from groupinf.reporting.words.gaps import after, differences, measures_of
from groupinf.reporting.words.markdown import table_lines
from groupinf.reporting.words.plain import aligned
from groupinf.reporting.words.style import (
    LONGEST_NAME,
    evaluation_name,
    kind_name,
    method_in_text,
    method_name,
    point_name,
)
from groupinf.reporting.words.summary import measure_name, test_point_names
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted, number

# of each direction and evaluation that a terminal shows
MOST = 10
# of what made a group, in a column: "first 100 rows for the largest rise of test prediction on all test points, …"
LONGEST_ORIGIN = 90
WAYS = {True: "rises", False: "falls"}


@dataclass(frozen=True)
class Listing:
    """Groups that matter most in one direction: a heading, and lines of cells, of which the first are the head; the
    first ``names`` columns are no numbers."""

    heading: str
    lines: Sequence[Sequence[str]]
    names: int

    @property
    def text(self) -> str:
        """For a terminal."""
        return "\n".join([self.heading, *aligned(self.lines, left=self.names)])

    @property
    def markdown(self) -> str:
        """For a written report."""
        head, *rows = ([markdown(cell) for cell in line] for line in self.lines)
        rule = ["---"] * self.names + ["---:"] * (len(head) - self.names)
        return f"**{markdown(self.heading)}**\n\n{table_lines([head, rule, *rows])}"


def natural_listings(run: Run) -> list[Listing]:
    """For each evaluation the largest rises and falls of natural groups; empty of a run that has none, or whose groups
    were not all retrained.
    """
    kinds = natural_kinds(run.groups["kind"])
    if not kinds or run.left_aside:
        return []
    parts = []
    for evaluation in map(str, run.effects["evaluation"].unique()):
        table = run.ranking(evaluation)
        parts += listings(run, table[table["kind"].isin(kinds)], ACTUAL, MOST, tuple(WAYS))
    return parts


def listings(run: Run, table: pd.DataFrame, method: str, most: int, ways: Sequence[bool]) -> list[Listing]:
    """The groups of a ranking by ``method`` that rise and fall farthest, one for each of ``ways`` that some go; by each
    measure, where only values of one are in one unit.
    """
    if table.empty:
        return []
    known = measures_of(run, str(table["evaluation"].iloc[0]))
    measures = table["test_point"].map(lambda point: known.get(point, ""))
    found = [
        (str(measure), rises, extremes(own, method, most, rises))
        for measure, own in table.groupby(measures, sort=False)
        for rises in ways
    ]
    return [_listing(run, measure, rows, method, rises) for measure, rises, rows in found if not rows.empty]


def ranking_bytes(table: pd.DataFrame, ending: str) -> bytes:
    """A ranking as a file of that ending, .csv or .parquet."""
    written = {
        ".csv": lambda: table.to_csv(index=False, lineterminator="\n").encode(),
        ".parquet": lambda: parquet_bytes(table),
    }
    return written[ending]()


def order_lines(run: Run, method: str) -> list[str]:
    """What to know of an order in which not all groups stand, or none by its actual effect."""
    about = run.manifest
    if not run.left_aside:
        return []
    if run.has_actual:
        of = sum(about.levels.values())
        return [f"Ranks are among the {counted(about.n_retrained, 'group')}, of {of:,}, that were retrained."]
    return [
        f"Nothing was retrained: the order is that of {method_in_text(method)}, a prediction; the actual effect is "
        "proven to lie between the ends beside it."
    ]


def difference_line(run: Run, first: str, second: str, by: str | None, test_point: str | None) -> str:
    """By how much one group's effect exceeds another's, and how sure that is over test rows."""
    found = run.difference(first, second, by, test_point)
    evaluation = by or run.manifest.evaluations[0]
    on = measure_name(evaluation, run.value_label(evaluation, test_point), test_point_names(run))
    return (
        f"{first} − {second} on {on}: {number(found.difference)}, 95 % interval over test rows "
        f"{ends(found.low, found.high)}; above 0 in {percent(found.larger, 1)} and below 0 in "
        f"{percent(found.smaller, 1)} of {found.resamples:,} resamples"
    )


def _listing(run: Run, measure: str, rows: pd.DataFrame, method: str, rises: bool) -> Listing:
    evaluation, by = str(rows["evaluation"].iloc[0]), run.manifest.change.doing
    says = "" if method == ACTUAL else f", as {method_in_text(method)} predicts"
    lines = _lines(run, rows, method)
    signed = (evaluation, int(rows["test_point"].iloc[0])) in differences(run)
    of = f"{evaluation_name(evaluation)}, {measure}," if measure else evaluation_name(evaluation)
    of = f"{of} a signed difference," if signed else of
    heading = f"{of} {WAYS[rises]} most by {by} a group{says}"
    return Listing(heading, lines, lines[0].index("size"))


def _lines(run: Run, rows: pd.DataFrame, method: str) -> list[tuple[str, ...]]:
    """The head and a line for each group; what is the same in all of them is left out."""
    names = test_point_names(run)
    about = run.manifest
    ranks_only = [name for name in about.methods if about.readout(name) is Readout.RANKS]
    named = dict.fromkeys([method, ACTUAL, singled_out(about.methods, ranks_only)])
    shown = [name for name in named if name in rows]  # what has no derivative has no linear readout
    made_from = run.groups.set_index("group")["made_from"]
    ordered = any(order_in(words) for words in made_from[rows["group"]])
    several_kinds = run.groups["kind"].nunique() > 1
    several_points = len(about.labels(str(rows["evaluation"].iloc[0]))) > 1
    resampled = any(end in rows and rows[end].notna().any() for end in ENDS)
    proven = all(end in rows for end in PROVEN)
    gaps, told = differences(run), ACTUAL if ACTUAL in shown else method
    signed = told not in ranks_only and (str(rows["evaluation"].iloc[0]), int(rows["test_point"].iloc[0])) in gaps
    head = [
        "group",
        *(["on"] if several_points else []),
        *(["made of"] if ordered else []),
        *(["kind"] if several_kinds else []),
        "size",
        "rank",
        *(method_name(name) if name != ACTUAL else "actual" for name in shown),
        *(["as fitted", "gap" if told == ACTUAL else "gap, predicted"] if signed else []),
        *(["95 % interval", "ranks"] if resampled else []),
        *(["actual effect, proven"] if proven else []),
    ]
    lines = [tuple(head)]
    for row in rows.to_dict("records"):
        on = [point_name(row["evaluation"], row["test_point"], names)] if several_points else []
        lines.append(
            (
                shorten(row["group_name"], LONGEST_NAME),
                *on,
                *([whole_words(made_from[row["group"]], LONGEST_ORIGIN)] if ordered else []),
                *([kind_name(row["kind"])] if several_kinds else []),
                f"{row['size']:,}",
                f"{row['rank']:,}",
                *(number(row[name]) for name in shown),
                *(_gap_cells(gaps[row["evaluation"], row["test_point"]], row[told]) if signed else []),
                *(_interval_cells(row) if resampled else []),
                *([ends(*(row[end] for end in PROVEN))] if proven else []),
            )
        )
    return lines


def _gap_cells(before: float, effect: float) -> tuple[str, str]:
    """A signed difference as fitted, and its size there and after an effect."""
    return number(before), f"{number(abs(before))} → {number(abs(after(before, effect)))}"


def _interval_cells(row: Mapping[Any, Any]) -> tuple[str, str]:
    low, high = int(row["rank_low"]), int(row["rank_high"])
    return ends(row["effect_low"], row["effect_high"]), f"{low:,}" if low == high else f"{low:,} to {high:,}"
