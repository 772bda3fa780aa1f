"""The means and standard deviations of a run that repairs labels, as CSV, in Markdown and for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from groupinf.reporting.repair.words import (
    CURVES,
    Curve,
    answers,
    data_line,
    deviation_line,
    order_lines,
    spread,
    trust_line,
)
from groupinf.reporting.words.formats import markdown, percent
from groupinf.reporting.words.markdown import escaped_table
from groupinf.reporting.words.plain import aligned, wrapped
from groupinf.studies.repair_labels.orders.registry import ORDERS
from groupinf.studies.repair_labels.result import RepairRun

# numbers of inspected rows that a table for reading has, evenly spread
MOST_SHOWN = 7


def repair_csv(run: RepairRun) -> str:
    """The summary as it is stored, every number in full precision; undefined ones empty."""
    return run.summary.to_csv(index=False, lineterminator="\n")


def repair_markdown(run: RepairRun) -> str:
    """The tables of every number of inspected rows in Markdown."""
    parts = ["# Wrong labels found and put right", markdown(data_line(run))]
    for curve in CURVES:
        parts += [f"## {curve.label}", markdown_table(run, curve, run.manifest.inspected)]
    return "\n\n".join([*parts, markdown(deviation_line(run))]) + "\n"


def markdown_table(run: RepairRun, curve: Curve, inspected: Sequence[int]) -> str:
    """What was measured after some numbers of inspected rows as a Markdown table."""
    return escaped_table(headers(run), cells(run, curve, inspected), left=0)


def shown(run: RepairRun) -> tuple[int, ...]:
    """The numbers of inspected rows that tables for reading have: the first, the last, and some between."""
    inspected = run.manifest.inspected
    steps = min(MOST_SHOWN, len(inspected)) - 1
    return tuple(inspected[i * (len(inspected) - 1) // steps] for i in range(steps + 1))


def headers(run: RepairRun) -> list[str]:
    """Rows inspected, their share, and a column for each order."""
    return ["Inspected", "Share", *(ORDERS[order].label for order in run.manifest.orders)]


def cells(run: RepairRun, curve: Curve, inspected: Sequence[int]) -> list[list[str]]:
    """A row of texts under the headers for each of some numbers of inspected rows."""
    table = run.summary.set_index(["inspected", "order"])
    mean, deviation = table[f"mean_{curve.measure}"], table[f"deviation_{curve.measure}"]
    return [
        [
            f"{rows:,}",
            percent(rows / run.manifest.n, 1),
            *(spread(mean[rows, order], deviation[rows, order]) for order in run.manifest.orders),
        ]
        for rows in inspected
    ]


def repair_text(run: RepairRun, width: int) -> str:
    """What was run, what was found, and a table of each curve; sentences in lines of at most ``width``."""
    tables = [
        "\n".join([curve.label, *aligned([headers(run), *cells(run, curve, shown(run))], left=0)]) for curve in CURVES
    ]
    notes = [f"Note: {note}" for note in run.manifest.notes]
    closing = [*order_lines(run), run.manifest.convention, deviation_line(run), trust_line(run), *notes]
    return "\n\n".join([wrapped([data_line(run), *answers(run)], width), *tables, wrapped(closing, width)]) + "\n"
