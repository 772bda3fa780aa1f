"""What a run says of itself in single lines."""

from __future__ import annotations

from collections import Counter

from groupinf.analysis.certificates import largest_relative_error
from groupinf.experiments.result import Run
from groupinf.reporting.formats import number, one_line, percent, shorten
from groupinf.reporting.style import LONGEST_NAME

SLOPE_WORDS = (
    "Slope: least squares of actual on predicted effects through the origin; above 1, the prediction is too small. "
    "Underestimated: share of groups whose prediction has the right sign and is smaller than the actual effect."
)


def facts_line(run: Run) -> str:
    """Dataset, n, d and λ/n."""
    about = run.manifest
    size = f"n = {about['n']:,}, d = {about['d']:,}, λ/n = {number(about['lam_over_n'])}"
    return f"{shorten(about['dataset'], LONGEST_NAME)}: {size}"


def data_line(run: Run) -> str:
    """Dataset, its size, the regularisation, the accuracies (where the task has any) and the number of groups."""
    about = run.manifest
    parts = [f"{facts_line(run)} (λ = {number(about['lam'])})"]
    if about["classes"]:
        train, test = (percent(about[f"{rows}_accuracy"], 1) for rows in ("train", "test"))
        parts += [f"{len(about['classes'])} classes", f"accuracy {train} on training rows and {test} on test rows"]
    return "; ".join([*parts, f"{about['n_groups']:,} groups"])


def convention_line(run: Run) -> str:
    """The convention that all effects of the run follow."""
    return one_line(run.manifest["convention"])


def statistics_line(run: Run) -> str:
    """What the columns of the Spearman table mean."""
    return f"Interval of Spearman's ρ: {one_line(run.manifest['agreement_interval'])}. {SLOPE_WORDS}"


def certificate_line(run: Run) -> str:
    """How exact the retraining was."""
    retrains = run.retrains
    if retrains.empty:
        return "Nothing was retrained."
    passes = f"{retrains['passes'].mean():.1f} passes over the data each, at most {retrains['passes'].max():,}"
    gradient, decrement = (number(float(retrains[name].max()), 2) for name in ("gradient_norm", "decrement"))
    error = number(largest_relative_error(run.effects), 2)
    return (
        f"Retraining: {len(retrains):,} groups, {passes}; largest gradient norm {gradient}, largest Newton decrement "
        f"{decrement}; largest error estimate of an actual effect: {error} of the median effect."
    )


def note_lines(run: Run) -> list[str]:
    """The notes of the run, and how many groups it skipped and why."""
    skipped = run.manifest["skipped"]
    reasons = Counter(one_line(group["reason"]) for group in skipped)
    counted = [f"Skipped {count:,} group{'s' if count > 1 else ''}: {reason}" for reason, count in reasons.items()]
    return [*map(one_line, run.manifest["notes"]), *counted]
