"""The means and standard deviations of a sweep of repairs by λ/n, as CSV, in Markdown and for a terminal."""

from __future__ import annotations

import pandas as pd

from groupinf.reporting.repair.sweep.words import (
    RepairSweep,
    answers,
    data_line,
    lines_over_lambda,
    read_at,
    shown,
    trust_lines,
)
from groupinf.reporting.repair.words import ACCURACY, CURVES, FOUND, Curve, deviation_line, spread
from groupinf.reporting.words.formats import markdown, percent
from groupinf.reporting.words.markdown import bulleted, escaped_table
from groupinf.reporting.words.plain import aligned, wrapped
from groupinf.reporting.words.sweeps import failure_lines, run_links, sweep_title
from groupinf.studies.repair_labels.orders.registry import ORDERS
from groupinf.wording import number


def sweep_frame(sweep: RepairSweep) -> pd.DataFrame:
    """The summaries of all runs below one another, with run, λ/n and the accuracy with the labels of the data."""
    tables = []
    for run in sweep.runs:
        facts = {"lam_over_n": run.manifest.lam_over_n, "clean_accuracy": run.manifest.test_accuracy}
        tables.append(pd.DataFrame({"run": run.path.name, **facts}, index=run.summary.index).join(run.summary))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def sweep_csv(sweep: RepairSweep) -> str:
    """The table with every number in full precision; undefined ones empty."""
    return sweep_frame(sweep).to_csv(index=False, lineterminator="\n")


def sweep_markdown(sweep: RepairSweep, figure: str) -> str:
    """What was found, the ``figure``, a table for each curve and number of inspected rows shown, and the runs."""
    parts = [f"# {markdown(sweep_title(sweep))}", markdown(data_line(sweep))]
    if sweep.runs:
        parts += [bulleted(answers(sweep)), f"![Test accuracy and share of flipped labels found]({figure})"]
        parts += [bulleted(lines_over_lambda(sweep))] if len(sweep.runs) > 1 else []
        for curve in CURVES:
            parts.append(f"## {curve.label}")
            for rows in shown(sweep):
                head, *lines = cells(sweep, curve, rows)
                parts += [f"{caption(sweep, rows)}:", escaped_table([*map(markdown, head)], lines, left=0)]
        parts += [
            markdown(deviation_line(sweep.runs[0])),
            "## Can the numbers be trusted?",
            bulleted(trust_lines(sweep)),
        ]
    parts += map(markdown, failure_lines(sweep))
    return "\n\n".join([*parts, "## Runs", "\n".join(run_links(sweep, "../"))]) + "\n"


def caption(sweep: RepairSweep, rows: int) -> str:
    """After how many inspected rows a table is."""
    return f"{rows:,} rows inspected ({percent(rows / sweep.manifest.n, 1)})"


def cells(sweep: RepairSweep, curve: Curve, rows: int) -> list[list[str]]:
    """Headers, and a row of texts for each λ/n, after so many inspected rows.

    Accuracies stand beside that of the model fitted to the labels of the data.
    """
    clean = ["Labels of the data"] if curve is ACCURACY else []
    lines = [["λ/n", *clean, *(ORDERS[order].label for order in sweep.runs[0].manifest.orders)]]
    for run in sweep.runs:
        table = run.summary[run.summary["inspected"] == rows].set_index("order")
        means, deviations = table[f"mean_{curve.measure}"], table[f"deviation_{curve.measure}"]
        own = [percent(run.manifest.test_accuracy, 1)] if clean else []
        spreads = (spread(means[order], deviations[order]) for order in run.manifest.orders)
        lines.append([number(run.manifest.lam_over_n), *own, *spreads])
    return lines


def repair_sweep_text(sweep: RepairSweep, width: int) -> str:
    """What was run and found, a table of each curve where sentences are of it, and what failed; for a terminal."""
    parts = [wrapped([data_line(sweep), *answers(sweep)], width)]
    closing = failure_lines(sweep)
    if sweep.runs:
        for curve in (FOUND, ACCURACY):
            rows = read_at(sweep, curve)
            heading = f"{curve.label}, {caption(sweep, rows)}"
            parts.append("\n".join([heading, *aligned(cells(sweep, curve, rows), left=0)]))
        closing = [*lines_over_lambda(sweep), deviation_line(sweep.runs[0]), *closing]
    return "\n\n".join([*parts, wrapped(closing, width)]) + "\n"
