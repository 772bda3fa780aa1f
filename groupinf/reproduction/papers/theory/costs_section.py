"""What the theory costs beside predictions and retrains, and what is left out where it would cost too much."""

from __future__ import annotations

import math
from collections.abc import Mapping

from groupinf.numerics.intercept import Intercept
from groupinf.reporting.words.formats import percent
from groupinf.reporting.words.markdown import padded_table
from groupinf.reproduction.papers.theory.costs import Cost
from groupinf.reproduction.papers.theory.found import Found
from groupinf.reproduction.papers.theory.reading import TheoryFacts
from groupinf.reproduction.papers.theory.studies import LARGE
from groupinf.theory.prover import LARGEST_PROVEN
from groupinf.wording import counted, listed, number

# of a run's time, what the theory may add up to LARGEST_PROVEN parameters
MOST_ADDED = 0.5
# as many groups as Figure 1 of the paper has of a dataset: five builders of 100 sizes, and two tails of six test points
OF_FIGURE_1 = 1700


def parameters(run: TheoryFacts) -> int:
    """P, with the intercepts."""
    about, outputs = run.manifest, len(run.manifest.classes)
    return (about.d + (about.intercept is not Intercept.NONE)) * (outputs if outputs > 2 else 1)


def costs(found: Found) -> list[str]:
    """The table, whether the theory costs what it may, and what is left out."""
    timed = {name: found.results.runs[name] for name in found.costs}
    if not timed:
        return []
    rows = [
        (
            run.dataset,
            f"{parameters(run):,}",
            f"{cost.groups:,}",
            number(cost.once),
            *(number(1000 * seconds) for seconds in (cost.theory, cost.other)),
            *map(percent, (cost.added, cost.added_to_run)),
        )
        for name, run in timed.items()
        for cost in [found.costs[name]]
    ]
    times = ("once, s", "theory, ms a group", "predict and retrain, ms a group")
    head = ("data", "P", "groups", *times, "added", "to a run")
    words = (
        "Seconds of a processor, of blocks spread over each run: the theory once for a study and for each group, and "
        "predictions and retrains. Last, what the theory adds to these, all groups and what is done once included, and "
        "to the whole run, with fit, groups and report, where the seconds of its processors are known."
    )
    return [words, padded_table(head, rows), verdict(timed, found.costs), *left_out(found)]


def verdict(runs: Mapping[str, TheoryFacts], costs: Mapping[str, Cost]) -> str:
    """Whether the theory adds at most MOST_ADDED where it is proven."""
    known = {name: run for name, run in runs.items() if not math.isnan(costs[name].added_to_run)}
    small = {name: run for name, run in known.items() if parameters(run) <= LARGEST_PROVEN}
    dear = [
        f"{run.dataset} ({percent(costs[name].added_to_run)})"
        for name, run in small.items()
        if costs[name].added_to_run > MOST_ADDED
    ]
    aim = f"Up to P = {LARGEST_PROVEN:,} it is to add at most {percent(MOST_ADDED)} to a run: it"
    if not small:
        return f"Of no run with P of at most {LARGEST_PROVEN:,} the time is known."
    return f"{aim} does on all {len(small)}." if not dear else f"{aim} adds more on {listed(dear)}."


def left_out(found: Found) -> list[str]:
    """What runs of many parameters lack, and what all of MNIST would take."""
    lines = []
    large = [run for name, run in found.results.runs.items() if parameters(run) > LARGEST_PROVEN]
    if large:
        finite = sum(of.intervals.finite for run in large for of in run.measured)
        count = sum(of.intervals.count for run in large for of in run.measured)
        lines.append(
            f"Of {listed(dict.fromkeys(run.dataset for run in large))}, with more than {LARGEST_PROVEN:,} parameters, "
            "no factor of the Hessian is proven, which would take products of P × P matrices in each process: "
            f"intervals rest on λ alone, and {finite:,} of {counted(count, 'effect')} have one that is finite. Spectra "
            "are found by Lanczos's method, the largest eigenvalues alone, each with an estimate of its error."
        )
    if LARGE in found.costs:
        run, cost = found.results.runs[LARGE], found.costs[LARGE]
        hours = [cost.seconds(OF_FIGURE_1) / 3600, OF_FIGURE_1 * cost.other / 3600]
        lines.append(
            f"All of {run.dataset} is left out but for {counted(cost.groups, 'group')}: from these, the theory of the "
            f"{OF_FIGURE_1:,} groups of Figure 1 would take {number(hours[0], 2)} hours of a processor, beside "
            f"{number(hours[1], 2)} hours of predictions and retrains."
        )
    return lines
