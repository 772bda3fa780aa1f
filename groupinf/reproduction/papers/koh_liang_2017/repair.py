"""Figure 6 and section 5.4: flipped labels of Enron, looked for in several orders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from groupinf.analysis.repair import Lead, leads
from groupinf.reporting.repair.pairs import lead_lines, pair_cells, pair_headers, pairs_line
from groupinf.reporting.repair.words import ACCURACY, CURVES, FOUND, Curve
from groupinf.reporting.words.formats import percent
from groupinf.reporting.words.markdown import padded_table
from groupinf.reproduction.claim import DIFFERS, HOLDS, IN_PART, Claim, verdict_of
from groupinf.reproduction.papers.koh_liang_2017.found import Found
from groupinf.reproduction.papers.koh_liang_2017.studies import REPAIR
from groupinf.studies.repair_labels.orders.leave_one_out import LeaveOneOut
from groupinf.studies.repair_labels.orders.random import RandomOrder
from groupinf.studies.repair_labels.orders.registry import ORDERS
from groupinf.studies.repair_labels.orders.self_influence import SelfInfluence
from groupinf.studies.repair_labels.orders.training_loss import TrainingLoss
from groupinf.studies.repair_labels.result import RepairRun
from groupinf.wording import counted, listed

INFLUENCE, LOSS, RANDOM = SelfInfluence.name, TrainingLoss.name, RandomOrder.name
# read off the figure: test accuracy with the labels of the data, and with the flipped ones before any is put right
CLEAN, FLIPPED = 0.976, 0.888
# how far a share may be from one that was read off a figure, and how far one that is not far
NEAR, NOT_FAR = 0.015, 0.05
TEXT = (
    "What the paper calls Influence is self-influence here, and its Loss the training loss. "
    "The text has 4,147 training rows, the data and the authors' code 4,137. Error bars are the standard deviation, as "
    "the caption says; the authors' code draws that over √40."
)
WORDS = (
    "the features are not the authors': their words are those of spaCy in 2017, here those of a later version, with "
    "which the clean labels give another accuracy."
)


@dataclass(frozen=True)
class Read:
    """What the figure shows of an order after a share of the rows was inspected, as read off it."""

    share: float
    order: str
    accuracy: float
    found: float


PUBLISHED = (
    Read(0.1, INFLUENCE, 0.955, 0.62),
    Read(0.1, LOSS, 0.932, 0.52),
    Read(0.1, RANDOM, 0.898, 0.10),
    Read(0.3, INFLUENCE, 0.972, 0.86),
    Read(0.3, LOSS, 0.960, 0.79),
    Read(0.3, RANDOM, 0.917, 0.30),
)


def ahead_claim(run: RepairRun, curve: Curve, paper: str) -> Claim:
    """Influence is ahead of loss and loss of random, somewhere by more than their deviations, and never behind."""
    pairs = ((INFLUENCE, LOSS), (LOSS, RANDOM), (INFLUENCE, RANDOM))
    of = {(lead.first, lead.second): lead for lead in leads(run.summary, run.repeats, curve.measure, curve.area)}
    found = [_between(of, pair) for pair in pairs]
    told = [
        f"{ORDERS[lead.first].label} ahead of {ORDERS[lead.second].label} at "
        f"{len(lead.ahead)} of {counted(len(lead.shares), 'share')} inspected, in {lead.wins} of "
        f"{counted(lead.repeats, 'repeat')} by the area under the curve"
        for lead in found
    ]
    return Claim(paper, "; ".join(told), verdict_of(*(bool(lead.ahead) and not lead.behind for lead in found)))


def _between(of: dict[tuple[str, str], Lead], pair: tuple[str, str]) -> Lead:
    """The lead of one order over another, whichever comes first in the run."""
    if pair in of:
        return of[pair]
    return of[pair[1], pair[0]].turned()


def accuracy_claim(paper: str, published: float, found: float) -> Claim:
    """A test accuracy as read off the figure."""
    off = abs(found - published)
    verdict = HOLDS if off <= NEAR else IN_PART if off <= NOT_FAR else DIFFERS
    return Claim(f"{paper}: about {percent(published, 1)}", percent(found, 1), verdict, () if off <= NEAR else (WORDS,))


def leave_one_out_claim(run: RepairRun) -> Claim:
    """Beyond the paper: the exact leave-one-out loss as an order."""
    of = {(lead.first, lead.second): lead for lead in leads(run.summary, run.repeats, FOUND.measure, FOUND.area)}
    lead = _between(of, (LeaveOneOut.name, INFLUENCE))
    return Claim(
        f"beyond the paper: {ORDERS[LeaveOneOut.name].label} finds more than {ORDERS[INFLUENCE].label}",
        f"by the area under the curve of flipped labels found in {lead.wins} of {counted(lead.repeats, 'repeat')}",
        HOLDS if lead.wins == lead.repeats else DIFFERS if not lead.wins else IN_PART,
    )


def repair_claims(found: Found) -> list[Claim]:
    """Those of Figure 6."""
    run = found.repairs.get(REPAIR)
    if run is None:
        return []
    beyond = [leave_one_out_claim(run)] if {LeaveOneOut.name, INFLUENCE} <= set(run.manifest.orders) else []
    return [
        ahead_claim(run, ACCURACY, "left: influence repairs more than loss, and loss than chance"),
        ahead_claim(run, FOUND, "right: influence finds more than loss, and loss than chance"),
        accuracy_claim("test accuracy with clean labels", CLEAN, run.manifest.test_accuracy),
        accuracy_claim("test accuracy with a tenth flipped", FLIPPED, float(run.repeats["flipped_accuracy"].mean())),
        *beyond,
    ]


def repair(found: Found) -> list[str]:
    """The section of Figure 6."""
    run = found.repairs.get(REPAIR)
    if run is None:
        return []
    rows = []
    for read in PUBLISHED:
        at = nearest(run.summary, read)
        rows.append(
            (
                percent(read.share),
                ORDERS[read.order].label,
                percent(read.accuracy, 1),
                f"{percent(at['mean_test_accuracy'], 1)} ± {percent(at['deviation_test_accuracy'], 1)}",
                percent(read.found),
                f"{percent(at['mean_found_share'], 1)} ± {percent(at['deviation_found_share'], 1)}",
            )
        )
    head = ("inspected", "order", "accuracy, read off the figure", "here", "flips found, read off", "here")
    names = listed(ORDERS[order].in_text for order in run.manifest.orders)
    return [
        *found.picture("koh-liang-6", "Test accuracy and flips found against the share of rows inspected"),
        padded_table(head, rows),
        f"Orders: {names}. {run.manifest.convention}",
        *lead_lines(run),
        *(part for c in CURVES for part in (f"{c.label}:", padded_table(pair_headers(run), pair_cells(run, c)))),
        pairs_line(run),
        TEXT,
    ]


def nearest(summary: pd.DataFrame, read: Read) -> pd.Series:
    """The row of an order whose share of inspected rows is nearest to that which was read off."""
    own = summary[summary["order"] == read.order]
    return own.iloc[int(np.argmin(np.abs(own["share"].to_numpy() - read.share)))]
