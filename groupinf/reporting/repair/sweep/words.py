"""What a sweep over λ/n of a study that repairs labels found, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from groupinf.analysis.repair_sweep import Span, ahead, spans
from groupinf.experiments.sweep.result import Sweep
from groupinf.reporting.repair.words import ACCURACY, FOUND, Curve, flipped_words, nearest, rows_words, trust_line
from groupinf.reporting.words.formats import percent, shorten
from groupinf.reporting.words.style import LONGEST_NAME
from groupinf.studies.linear.manifest import LambdaSweepManifest
from groupinf.studies.repair_labels.orders.registry import ORDERS
from groupinf.studies.repair_labels.result import RepairRun
from groupinf.wording import counted, listed, number

RepairSweep = Sweep[RepairRun, LambdaSweepManifest]

# how a sentence says of means that one is the largest
_MOST = {FOUND: "most flipped labels are found", ACCURACY: "test accuracy with what was found put right is best"}


def facts_line(sweep: RepairSweep) -> str:
    """Dataset, its size, how many λ/n, and what was flipped how often."""
    about = sweep.manifest
    size = f"n = {about.n:,}, d = {about.d:,}, {counted(len(about.lam_over_n), 'value')} of λ/n"
    flipped = [flipped_words(run.manifest) for run in sweep.runs[:1]]
    return "; ".join([f"{shorten(about.dataset, LONGEST_NAME)}: {size}", *flipped])


def data_line(sweep: RepairSweep) -> str:
    """The facts, and that they are those of every run."""
    return f"{facts_line(sweep)}; the same labels at every λ/n"


def shown(sweep: RepairSweep) -> tuple[int, ...]:
    """After which numbers of inspected rows λ/n is told apart: near half as many as are flipped, as many, and all."""
    about = sweep.runs[0].manifest
    return tuple(dict.fromkeys((nearest(about, about.flips / 2), nearest(about, about.flips), about.inspected[-1])))


def read_at(sweep: RepairSweep, curve: Curve) -> int:
    """The number of inspected rows that sentences on a curve are of: as many as are flipped, of accuracies all."""
    about = sweep.runs[0].manifest
    return {FOUND: nearest(about, about.flips), ACCURACY: about.inspected[-1]}[curve]


def repairs_after(sweep: RepairSweep, rows: int) -> pd.DataFrame:
    """The repairs of all runs after so many inspected rows, with their λ/n."""
    tables = [run.repairs.assign(lam_over_n=run.manifest.lam_over_n) for run in sweep.runs]
    together = pd.concat(tables, ignore_index=True)
    return together[together["inspected"] == rows]


def answers(sweep: RepairSweep) -> list[str]:
    """At which λ/n each order finds most, and at which the refitted model is best; the best order first."""
    return [_best(sweep, curve) for curve in (FOUND, ACCURACY)] if sweep.runs else []


def _best(sweep: RepairSweep, curve: Curve) -> str:
    rows = read_at(sweep, curve)
    ranked = sorted(spans(repairs_after(sweep, rows), curve.measure), key=lambda span: -span.most)
    told = listed(
        f"{ORDERS[span.order].in_text} {_places(sweep, span.most_at)} ({percent(span.most, 1)})" for span in ranked
    )
    return f"{_after(sweep, rows)}, {_MOST[curve]} {told}."


def lines_over_lambda(sweep: RepairSweep) -> list[str]:
    """Of each curve, which order is ahead of the others at which λ/n, and how much λ/n decides, order by order."""
    if len(sweep.runs) < 2:
        return []
    return [line(sweep, curve) for curve in (FOUND, ACCURACY) for line in (ahead_line, span_line)]


def ahead_line(sweep: RepairSweep, curve: Curve) -> str:
    """Which order has the largest mean at which λ/n."""
    rows = read_at(sweep, curve)
    places = ahead(repairs_after(sweep, rows), curve.measure)
    told = "; ".join(f"{_orders(orders)} {_places(sweep, at)}" for orders, at in places.items())
    return f"{_after(sweep, rows)}, order against order, {_MOST[curve]} {told}."


def _orders(orders: Sequence[str]) -> str:
    names = listed(ORDERS[order].in_text for order in orders)
    return f"{names} alike" if len(orders) > 1 else names


def span_line(sweep: RepairSweep, curve: Curve) -> str:
    """The least and the most of each order."""
    rows = read_at(sweep, curve)
    told = "; ".join(span_words(span) for span in spans(repairs_after(sweep, rows), curve.measure))
    return f"{_after(sweep, rows)}, the least and the most {curve.in_text} over λ/n: {told}."


def span_words(span: Span) -> str:
    """From where to where the mean of an order goes, and in how many repeats."""
    order, least, most = ORDERS[span.order].in_text, percent(span.least, 1), percent(span.most, 1)
    if span.least_at == span.most_at:
        return f"{order} {most} at every λ/n"
    ends = f"from {least} at λ/n = {number(span.least_at[0])} to {most} at λ/n = {number(span.most_at[0])}"
    return f"{order} {ends}, more there in {span.more:,} and less in {span.less:,} of {counted(span.repeats, 'repeat')}"


def _after(sweep: RepairSweep, rows: int) -> str:
    return rows_words(sweep.runs[0].manifest, rows)


def _places(sweep: RepairSweep, values: Sequence[float]) -> str:
    """At which λ/n: all, several in a row, or those that are named."""
    grid = [run.manifest.lam_over_n for run in sweep.runs]
    if len(values) == len(grid) > 1:
        return "at every λ/n"
    start = grid.index(values[0])
    if len(values) > 2 and grid[start : start + len(values)] == list(values):
        return f"from λ/n = {number(values[0])} to {number(values[-1])}"
    return f"at λ/n = {listed(map(number, values))}"


def trust_lines(sweep: RepairSweep) -> list[str]:
    """How exact the refits of each run are."""
    return [f"λ/n = {number(run.manifest.lam_over_n)}: {trust_line(run)}" for run in sweep.runs]
