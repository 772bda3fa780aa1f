"""What a run that repairs labels found, in sentences."""

from __future__ import annotations

import math
from dataclasses import dataclass

from groupinf.analysis.repair import each_model_once
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
    near = nearest(about, about.flips)
    most = "" if near >= about.flips else f" (at most {percent(near / about.flips, 1)} could be)"
    lines = [_at(run, near, FOUND, f"of the flipped labels were found{most}")]
    return [*lines, _at(run, about.inspected[-1], ACCURACY, "test accuracy with what was found put right")]


def _at(run: RepairRun, rows: int, curve: Curve, words: str) -> str:
    """The mean of each order after so many rows, the best first."""
    table = run.summary[run.summary["inspected"] == rows]
    means = dict(zip(table["order"], table[f"mean_{curve.measure}"], strict=True))
    ranked = sorted(means, key=lambda order: -means[order])
    told = listed(f"{percent(means[order], 1)} {ORDERS[order].in_text}" for order in ranked)
    return f"{rows_words(run.manifest, rows)}, {words}: {told}."


def trust_line(run: RepairRun) -> str:
    """How exact refits are, and how many classes of test rows that leaves open."""
    repairs, about = run.repairs, run.manifest
    refits, most = counted(len(each_model_once(repairs)), "measured model"), int(repairs["uncertain"].max())
    rows = f"of up to {most:,} of {about.n_test:,} test rows" if most else "of no test row"
    decrement, loss = (number(float(repairs[name].max()), 2) for name in ("decrement", "loss_error"))
    exact = "square root of twice the duality gap" if about.fit.duality_gap is not None else "Newton decrement"
    return (
        f"{refits}, refitted exactly: the class {rows} is open by the error estimates of scores; largest {exact} "
        f"{decrement}; largest error estimate of a mean test loss {loss}."
    )
