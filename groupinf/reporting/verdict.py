"""Whether the numbers of a page can be trusted, in a sentence, and why."""

from __future__ import annotations

from collections.abc import Sequence

from groupinf.analysis.certificates import Exactness, exactness, joint_exactness
from groupinf.effects.block import EFFECT_TOLERANCE
from groupinf.experiments.result import Run
from groupinf.reporting.formats import counted, number, percent

# an error estimate above this share of the median effect may change what a reader concludes
MOST_OF_MEDIAN = 0.01


def verdict(runs: Sequence[Run]) -> str:
    """Yes or with care, and why: certificates, skipped groups, and the source that made the runs.

    It may say that tables match their checksums, as a run is read back only where they do.
    """
    found = joint_exactness([_exactness(run) for run in runs])
    doubts = [*_doubts(found), *_source_doubts(runs)]
    opening = f"With care: {'; '.join(doubts)}." if doubts else "Yes."
    where = f" in {len(runs):,} runs" if len(runs) > 1 else ""
    return f"{opening} {_certificate(found, where)} {_skipped(found)} The tables read here match their checksums."


def _exactness(run: Run) -> Exactness:
    return exactness(run.effects, run.manifest["scales"], len(run.manifest["skipped"]))


def _within_tolerance(found: Exactness) -> bool:
    return found.of_scale <= EFFECT_TOLERANCE


def _certificate(found: Exactness, where: str) -> str:
    certified = "all certified" if _within_tolerance(found) else "not all certified"
    median = "" if found.of_median != found.of_median else f" and {number(found.of_median, 2)} of the median effect"
    return (
        f"Retrained parameters of {counted(found.groups, 'group')}{where}, {certified} at tolerance "
        f"{number(EFFECT_TOLERANCE)}: the largest error estimate of an actual effect is {number(found.of_scale, 2)} of "
        f"the largest predicted effect of its evaluation{median}."
    )


def _doubts(found: Exactness) -> list[str]:
    doubts = []
    if not _within_tolerance(found):
        doubts.append("some actual effects are less exact than a retraining makes them")
    if found.of_median > MOST_OF_MEDIAN:
        doubts.append(f"an actual effect may be off by more than {percent(MOST_OF_MEDIAN)} of the median effect")
    return doubts


def _source_doubts(runs: Sequence[Run]) -> list[str]:
    """What is amiss with the commits that the runs name."""
    changed = any(run.manifest.get("git_dirty") for run in runs)
    return ["the source had changes that the commit named below does not hold"] if changed else []


def _skipped(found: Exactness) -> str:
    if not found.skipped:
        return "No group was skipped."
    total = counted(found.groups + found.skipped, "group")
    return f"{found.skipped:,} of {total} {'was' if found.skipped == 1 else 'were'} skipped, for reasons given below."
