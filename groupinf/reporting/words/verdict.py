"""Whether the numbers of a page can be trusted, in a sentence, and why."""

from __future__ import annotations

from collections.abc import Sequence

from groupinf.analysis.certificates import EXACT, RESOLVED, Exactness, exactness, joint_exactness, relative_errors
from groupinf.reporting.words.entries import labels
from groupinf.reporting.words.formats import percent
from groupinf.reporting.words.style import evaluation_in_text
from groupinf.reporting.words.summary import measure_name, test_point_names
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted, number

_MATCH = "The tables read here match their checksums."
_UNVERIFIED = "nothing was retrained, so that no prediction is compared with an actual effect"
_PROVEN = (
    "Proven intervals hold actual effects all the same, rounding included; error estimates of predictions are of their "
    "linear solves and of rounding, not of what they leave out."
)


def verdict(runs: Sequence[Run]) -> str:
    """Yes or with care, and why: certificates, skipped groups, and the source that made the runs.

    It may say that tables match their checksums, as a run is read back only where they do.
    """
    retrained, others = [run for run in runs if run.has_actual], [run for run in runs if not run.has_actual]
    if not retrained:
        return f"With care: {'; '.join([_UNVERIFIED, *_dirty(others)])}. {_PROVEN} {_MATCH}"
    if others:
        return f"{verdict(retrained)} In {counted(len(others), 'other run')} {_UNVERIFIED}. {_PROVEN}"
    parts = [exactness(run.effects, run.manifest.scales, len(run.manifest.skipped)) for run in runs]
    found = joint_exactness(parts)
    doubts = [*_doubts(found, runs), *_dirty(runs)]
    opening = f"With care: {'; '.join(doubts)}." if doubts else "Yes."
    where = f" in {len(runs):,} runs" if len(runs) > 1 else ""
    certificate = _certificate(found, where, _loosest(parts, runs))
    skipped = "No group was skipped."
    if found.skipped:
        aside = sum(sum(run.manifest.levels.values()) - run.manifest.n_retrained for run in runs if run.manifest.levels)
        was, total = "was" if found.skipped == 1 else "were", counted(found.groups + aside + found.skipped, "group")
        skipped = f"{found.skipped:,} of {total} {was} skipped, for reasons given below."
    return f"{opening} {certificate} {skipped} {_MATCH}"


def _dirty(runs: Sequence[Run]) -> list[str]:
    dirty = any(run.manifest.provenance.git_dirty for run in runs)
    return ["the source had changes that the commit named below does not hold"] if dirty else []


def _within_tolerance(found: Exactness) -> bool:
    return found.of_scale <= EXACT


def _certificate(found: Exactness, where: str, loosest: str) -> str:
    exact = "are" if _within_tolerance(found) else "are not all"
    return (
        f"Actual effects of {counted(found.groups, 'group')}{where} {exact} exact to {number(EXACT)} of the largest "
        f"effect of their evaluation: the largest error estimate, rounding included, is {number(found.of_scale, 2)} of "
        f"it{loosest}."
    )


def _loosest(parts: Sequence[Exactness], runs: Sequence[Run]) -> str:
    """Which evaluation and run that is, where some are less exact than the tolerance."""
    of_scale, evaluation, label = max(
        (p.of_scale, p.scale_of, label) for p, label in zip(parts, labels(runs), strict=True)
    )
    if of_scale <= EXACT or not evaluation:
        return ""
    return f", {evaluation_in_text(evaluation)}{_at(label)}"


def _at(label: str) -> str:
    return f" at {label}" if label else ""


def _doubts(found: Exactness, runs: Sequence[Run]) -> list[str]:
    doubts = []
    if not _within_tolerance(found):
        doubts.append("some actual effects are less exact than a retraining makes them")
    if found.of_median > RESOLVED:
        doubts.append(_coarse(runs, certified=_within_tolerance(found)))
    return doubts


def _coarse(runs: Sequence[Run], certified: bool) -> str:
    """Where error estimates are largest beside the effects, how large, and on how many other measures they are."""
    coarse = [
        (float(share), run, label, *measure)
        for run, label in zip(runs, labels(runs), strict=True)
        for errors in [relative_errors(run.effects)]
        for measure, share in zip(errors.index.to_list(), errors, strict=True)
        if share > RESOLVED
    ]
    share, run, label, evaluation, point = max(coarse, key=lambda one: one[0])
    reach = f"{number(share, 2)} times" if share >= 1 else f"{percent(share)} of"
    why = ", as effects there are next to nothing" if certified else ""
    others = f" (and more than {percent(RESOLVED)} on {len(coarse) - 1:,} more)" if len(coarse) > 1 else ""
    on = measure_name(evaluation, point, test_point_names(run))
    return f"on {on}{_at(label)} error estimates reach {reach} the median effect{why}{others}"
