"""Which order of inspection is ahead of which: a sentence for each curve, and a table of pairs."""

from __future__ import annotations

from collections.abc import Sequence

from groupinf.analysis.repair import Lead, leads
from groupinf.reporting.repair.words import CURVES, Curve
from groupinf.reporting.words.formats import percent
from groupinf.studies.repair_labels.orders.registry import ORDERS
from groupinf.studies.repair_labels.result import RepairRun
from groupinf.wording import counted, listed

_APART = "by more than the two standard deviations together"


def pairs_of(run: RepairRun, curve: Curve) -> list[Lead]:
    """Each pair of orders by one curve."""
    return list(leads(run.summary, run.repeats, curve.measure, curve.area))


def lead_lines(run: RepairRun) -> list[str]:
    """A sentence for each curve: mean areas under it, and where that of the largest is ahead; none of one order."""
    if len(run.manifest.orders) < 2:
        return []
    lines = []
    for curve in CURVES:
        means = {order: float(run.repeats[f"{curve.area}_{order}"].mean()) for order in run.manifest.orders}
        ranked = sorted(means, key=lambda order: -means[order])
        told = listed(f"{percent(means[order], 1)} {ORDERS[order].in_text}" for order in ranked)
        apart = [lead_words(ranked[0], pairs_of(run, curve))] if run.manifest.repeats > 1 else []
        lines.append(f"{'; '.join([f'{curve.label}, mean of the curve: {told}', *apart])}.")
    return lines


def pairs_line(run: RepairRun) -> str:
    """How the table of pairs is read."""
    ahead = f"Ahead: whose mean is larger, {_APART}, and after which share of inspected rows. "
    of = counted(run.manifest.repeats, "repeat")
    area = f"Areas: in how many of {of} that under the curve is larger for the first / for the second order."
    return f"{ahead}{area}" if run.manifest.repeats > 1 else area


def lead_words(order: str, pairs: Sequence[Lead]) -> str:
    """Which others an order is ahead of or behind by more than standard deviations, and which by no more."""
    turned = [lead if lead.first == order else lead.turned() for lead in pairs if order in (lead.first, lead.second)]
    ahead = [ORDERS[lead.second].label for lead in turned if lead.ahead]
    behind = [ORDERS[lead.second].label for lead in turned if lead.behind]
    level = [ORDERS[lead.second].label for lead in turned if not (lead.ahead or lead.behind)]
    parts = [
        *([f"somewhere ahead of {listed(ahead)}"] if ahead else []),
        *([f"somewhere behind {listed(behind)}"] if behind else []),
        *([f"nowhere apart from {listed(level)}"] if level else []),
    ]
    return f"{_APART} {ORDERS[order].label} is {', '.join(parts)}"


def pair_headers(run: RepairRun) -> list[str]:
    """Two orders, which is ahead and where, and in how many repeats the area under its curve is larger."""
    ahead = ["Ahead"] if run.manifest.repeats > 1 else []
    return ["Orders", *ahead, "Areas"]


def pair_cells(run: RepairRun, curve: Curve) -> list[list[str]]:
    """A row under these headers for each pair of orders."""
    return [
        [
            f"{ORDERS[lead.first].label} / {ORDERS[lead.second].label}",
            *([ahead_words(lead)] if lead.repeats > 1 else []),
            f"{lead.wins:,} / {lead.losses:,}" + (f", {lead.ties:,} equal" if lead.ties else ""),
        ]
        for lead in pairs_of(run, curve)
    ]


def ahead_words(lead: Lead) -> str:
    """Where one of two orders is ahead of the other by more than their standard deviations."""
    sides = ((lead.first, lead.ahead), (lead.second, lead.behind))
    told = [f"{ORDERS[order].label} {_places(places, lead.shares)}" for order, places in sides if places]
    return "; ".join(told) or "neither"


def _places(places: Sequence[float], shares: Sequence[float]) -> str:
    """At which of the shares inspected.

    >>> _places((0.1, 0.2), (0.1, 0.2)), _places((0.1,), (0.1, 0.2, 0.3)), _places((0.2, 0.3), (0.1, 0.2, 0.3))
    ('at every share', 'at 10.0 %', 'from 20.0 % to 30.0 %')
    >>> _places((0.1, 0.3), (0.1, 0.2, 0.3))
    'at 2 of 3 shares, between 10.0 % and 30.0 %'
    """
    if len(places) == len(shares):
        return "at every share"
    first, last = (percent(share, 1) for share in (places[0], places[-1]))
    if len(places) == 1:
        return f"at {first}"
    start = shares.index(places[0])
    if tuple(shares[start : start + len(places)]) == tuple(places):
        return f"from {first} to {last}"
    return f"at {len(places):,} of {len(shares):,} shares, between {first} and {last}"
