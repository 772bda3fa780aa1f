"""The shares of a run of group values, as CSV, in Markdown and for a terminal."""

from __future__ import annotations

import math

import pandas as pd

from groupinf.effects.methods.influence import Influence
from groupinf.reporting.group_values.words import (
    INFLUENCE,
    Measured,
    adds_up,
    answers,
    coalition_lines,
    comparison_lines,
    data_line,
    efficiency_lines,
    interval_line,
    measured,
    ranked_beside,
    told,
    trust_line,
)
from groupinf.reporting.words.formats import markdown, percent, shorten
from groupinf.reporting.words.markdown import table_lines
from groupinf.reporting.words.plain import aligned, wrapped
from groupinf.reporting.words.style import LONGEST_NAME
from groupinf.studies.group_values.result import GroupValuesRun
from groupinf.wording import number

# groups that a table for reading has, those of the largest shares and of the least
MOST_SHOWN = 20
# what stands beside shares, and heads its column
_BESIDE = {INFLUENCE: Influence.label, "leave_one_out": "Leave-one-out"}


def values_csv(run: GroupValuesRun) -> str:
    """The table as it is stored, every number in full precision; undefined ones empty."""
    return run.values.to_csv(index=False, lineterminator="\n")


def values_markdown(run: GroupValuesRun) -> str:
    """The shares of every group in Markdown."""
    parts = [f"# {run.manifest.values.label}s", markdown(data_line(run))]
    for of in measured(run):
        parts += [f"## {markdown(of.heading)}", markdown_table(run, of, of.shares)]
    return "\n\n".join([*parts, markdown(interval_line(run)), markdown(run.manifest.convention)]) + "\n"


def markdown_table(run: GroupValuesRun, of: Measured, rows: pd.DataFrame) -> str:
    """Some groups as a Markdown table."""
    head = headers(run, of)
    written = [[markdown(cell) for cell in row] for row in cells(run, of, rows)]
    return table_lines([head, ["---", *["---:"] * (len(head) - 1)], *written])


def shown(of: Measured) -> pd.DataFrame:
    """The groups that a table for reading has: all, or as many of the largest as of the least shares."""
    if len(of.shares) <= MOST_SHOWN:
        return of.shares
    return pd.concat([of.shares.head(MOST_SHOWN // 2), of.shares.tail(MOST_SHOWN // 2)])


def left_out_line(of: Measured) -> str:
    """Which groups a table for reading leaves out; nothing where it has all."""
    if len(of.shares) <= MOST_SHOWN:
        return ""
    half = MOST_SHOWN // 2
    return f"The {half} largest and the {half} least shares of {len(of.shares):,}."


def headers(run: GroupValuesRun, of: Measured) -> list[str]:
    """Group, its rows, its share in numbers and of all, and what is beside it."""
    drawn = [] if run.manifest.exact else ["±"]
    share = ["Of all"] if adds_up(run, of) else []
    return ["Group", "Rows", "Share", *drawn, *share, *(_BESIDE[name] for name in _beside(run))]


def _beside(run: GroupValuesRun) -> list[str]:
    return [name for name in ranked_beside(run) if name in _BESIDE]


def cells(run: GroupValuesRun, of: Measured, rows: pd.DataFrame) -> list[list[str]]:
    """A row of texts under these headers for each of some groups."""
    texts = []
    for row in rows.to_dict("records"):
        drawn = [] if run.manifest.exact else [number(row["high"] - row["value"], 2)]
        share = [_percent(row["value"] / of.worth)] if adds_up(run, of) else []
        beside = [number(row[name]) for name in _beside(run)]
        name = shorten(str(row["group_name"]), LONGEST_NAME)
        texts.append([name, f"{row['size']:,}", number(row["value"]), *drawn, *share, *beside])
    return texts


def values_text(run: GroupValuesRun, width: int) -> str:
    """What was run, what was found, and a table of each measure; sentences in lines of at most ``width``."""
    tables = []
    for of in told(run):
        lines = aligned([headers(run, of), *cells(run, of, shown(of))], left=1)
        tables.append("\n".join([of.heading, *lines, *filter(None, [left_out_line(of)])]))
    notes = [f"Note: {note}" for note in run.manifest.notes]
    closing = [
        *efficiency_lines(run),
        *comparison_lines(run),
        *coalition_lines(run),
        run.manifest.convention,
        interval_line(run),
        trust_line(run),
        *notes,
    ]
    return "\n\n".join([wrapped([data_line(run), *answers(run)], width), *tables, wrapped(closing, width)]) + "\n"


def _percent(share: float) -> str:
    return percent(share, 1) if share >= 0.0 or math.isnan(share) else f"−{percent(-share, 1)}"
