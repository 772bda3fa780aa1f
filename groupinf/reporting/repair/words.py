"""What a run that repairs labels found, in sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from groupinf.analysis.repair import Lead, leads
from groupinf.reporting.words.formats import one_line, percent, shorten
from groupinf.reporting.words.style import LONGEST_NAME
from groupinf.studies.repair_labels.manifest import RepairManifest
from groupinf.studies.repair_labels.orders.registry import ORDERS
from groupinf.studies.repair_labels.result import RepairRun
from groupinf.wording import counted, listed, number


@dataclass(frozen=True)
class Curve:
    """What is measured after so many rows: a column of the tables, the areas under it, and what sentences call it."""

    measure: str
    area: str
    label: str
    in_text: str


FOUND = Curve("found_share", "found_area", "Share of flipped labels found", "flipped labels found")
ACCURACY = Curve("test_accuracy", "accuracy_area", "Test accuracy", "test accuracy")
CURVES = (ACCURACY, FOUND)


def title_line(run: RepairRun) -> str:
    """The run's name."""
    return one_line(run.manifest.name)


def facts_line(run: RepairRun) -> str:
    """Dataset, its size, λ/n, and what was flipped how often."""
    about = run.manifest
    size = f"n = {about.n:,}, d = {about.d:,}, λ/n = {number(about.lam_over_n)}"
    return f"{shorten(about.dataset, LONGEST_NAME)}: {size}; {flipped_words(about)}"


def flipped_words(about: RepairManifest) -> str:
    """How many labels were flipped how often."""
    flipped = f"{counted(about.flips, 'label')} ({percent(about.flips / about.n, 1)}) flipped"
    times = f"in each of {counted(about.repeats, 'repeat')}" if about.repeats > 1 else "once"
    return f"{flipped} {times}"


def nearest(about: RepairManifest, rows: float) -> int:
    """The number of inspected rows, of those above 0, that is nearest to a number."""
    return min(about.inspected[1:], key=lambda inspected: abs(inspected - rows))


def rows_words(about: RepairManifest, rows: int) -> str:
    """After how many inspected rows something holds."""
    return f"With {rows:,} of {about.n:,} rows inspected ({percent(rows / about.n, 1)})"


def data_line(run: RepairRun) -> str:
    """The facts, with the test accuracies before and after labels are flipped."""
    about, flipped = run.manifest, run.repeats["flipped_accuracy"]
    accuracy = f"test accuracy {percent(about.test_accuracy, 1)} with the labels of the data"
    return f"{facts_line(run)}; {accuracy}, {spread(flipped.mean(), flipped.std(ddof=1))} with the flipped ones"


def spread(mean: float, deviation: float) -> str:
    """Mean ± standard deviation; the mean alone of one repeat, which has none."""
    return percent(mean, 1) if math.isnan(deviation) else f"{percent(mean, 1)} ± {percent(deviation, 1)}"


def order_lines(run: RepairRun) -> list[str]:
    """What the score of each order is; a row with a large one is inspected first."""
    orders = [ORDERS[order] for order in run.manifest.orders]
    told = [f"{order.label}: {order.equation} ({order.source})" for order in orders]
    return [f"Rows are inspected from the largest score down, ties by the seed. {'; '.join(told)}."]


def deviation_line(run: RepairRun) -> str:
    """What error bars and ± are."""
    if run.manifest.repeats < 2:
        return "One repeat: there is no standard deviation."
    return f"Error bars and ±: the standard deviation over {run.manifest.repeats:,} repeats."


def answers(run: RepairRun) -> list[str]:
    """What was found where as many rows are inspected as labels were flipped, or nearly; and at the end."""
    about = run.manifest
    lines = [_at(run, nearest(about, about.flips), FOUND, "of the flipped labels were found")]
    return [*lines, _at(run, about.inspected[-1], ACCURACY, "test accuracy with what was found put right")]


def _at(run: RepairRun, rows: int, curve: Curve, words: str) -> str:
    """The mean of each order after so many rows, the best first."""
    table = run.summary[run.summary["inspected"] == rows]
    means = dict(zip(table["order"], table[f"mean_{curve.measure}"], strict=True))
    ranked = sorted(means, key=lambda order: -means[order])
    told = listed(f"{percent(means[order], 1)} {ORDERS[order].in_text}" for order in ranked)
    return f"{rows_words(run.manifest, rows)}, {words}: {told}."


def lead_lines(run: RepairRun) -> list[str]:
    """A sentence for each pair of orders and each curve."""
    return [
        lead_line(lead, curve)
        for curve in CURVES
        for lead in leads(run.summary, run.repeats, curve.measure, curve.area)
    ]


def lead_line(lead: Lead, curve: Curve) -> str:
    """Where one order is ahead of another by more than their standard deviations, and in how many repeats."""
    first, second = (ORDERS[order].label for order in (lead.first, lead.second))
    parts = []
    if lead.repeats > 1:
        where = [
            *([f"{first} is ahead of {second} {_places(lead.ahead, lead.shares)}"] if lead.ahead else []),
            *([f"{second} is ahead of {first} {_places(lead.behind, lead.shares)}"] if lead.behind else []),
        ]
        told = f"{listed(where)}, by more than their two standard deviations together"
        apart = f"{first} and {second} are nowhere apart by more than their two standard deviations together"
        parts.append(told if where else apart)
    parts.append(f"the area under the curve is larger for {first} in {lead.wins:,} and for {second} in {lead.losses:,}")
    return f"{curve.label}: {'; '.join(parts)} of {counted(lead.repeats, 'repeat')}."


def _places(places: Sequence[float], shares: Sequence[float]) -> str:
    """At which of the shares inspected.

    >>> _places((0.1, 0.2), (0.1, 0.2)), _places((0.1,), (0.1, 0.2, 0.3)), _places((0.2, 0.3), (0.1, 0.2, 0.3))
    ('at every share inspected', 'at 10.0 % inspected', 'from 20.0 % to 30.0 % inspected')
    >>> _places((0.1, 0.3), (0.1, 0.2, 0.3))
    'at 2 of 3 shares inspected, between 10.0 % and 30.0 %'
    """
    if len(places) == len(shares):
        return "at every share inspected"
    first, last = (percent(share, 1) for share in (places[0], places[-1]))
    if len(places) == 1:
        return f"at {first} inspected"
    start = shares.index(places[0])
    if tuple(shares[start : start + len(places)]) == tuple(places):
        return f"from {first} to {last} inspected"
    return f"at {len(places):,} of {len(shares):,} shares inspected, between {first} and {last}"


def trust_line(run: RepairRun) -> str:
    """How exact refits are, and how many classes of test rows that leaves open."""
    repairs, about = run.repairs, run.manifest
    refits, most = counted(len(repairs), "measured model"), int(repairs["uncertain"].max())
    rows = f"of up to {most:,} of {about.n_test:,} test rows" if most else "of no test row"
    decrement, loss = (number(float(repairs[name].max()), 2) for name in ("decrement", "loss_error"))
    exact = "square root of twice the duality gap" if about.fit.duality_gap is not None else "Newton decrement"
    return (
        f"{refits}, refitted exactly: the class {rows} is open by the error estimates of scores; largest {exact} "
        f"{decrement}; largest error estimate of a mean test loss {loss}."
    )
