"""What a run says of itself in single lines."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from groupinf.analysis.certificates import largest_relative_error
from groupinf.experiments.result import Run
from groupinf.reporting.formats import number, one_line, percent, shorten
from groupinf.reporting.style import LONGEST_NAME

SLOPE = "Slope: least squares of actual on predicted effects through the origin; above 1, the prediction is too small."
SLOPE_WORDS = (
    f"{SLOPE} "
    "Underestimated: share of groups whose prediction has the right sign and is smaller than the actual effect."
)


def facts_line(run: Run) -> str:
    """Dataset, n, d and λ/n."""
    about = run.manifest
    size = f"n = {about['n']:,}, d = {about['d']:,}, λ/n = {number(about['lam_over_n'])}"
    return f"{shorten(about['dataset'], LONGEST_NAME)}: {size}"


def data_line(run: Run) -> str:
    """Dataset, its size, the regularisation, the accuracies (where the task has any) and the numbers of groups."""
    about = run.manifest
    parts = [f"{facts_line(run)} (λ = {number(about['lam'])})"]
    if about["classes"]:
        train, test = (percent(about[f"{rows}_accuracy"], 1) for rows in ("train", "test"))
        parts += [f"{len(about['classes'])} classes", f"accuracy {train} on training rows and {test} on test rows"]
    skipped = about["n_groups"] - about["n_retrained"]
    return "; ".join([*parts, f"{about['n_groups']:,} groups" + (f", {skipped:,} of them skipped" if skipped else "")])


def convention_line(run: Run) -> str:
    """The convention that all effects of the run follow."""
    return one_line(run.manifest["convention"])


def statistics_line(run: Run, rows: pd.DataFrame) -> str:
    """What the columns of the Spearman table mean; the interval is explained where one of ``rows`` has any."""
    if rows["spearman_low"].isna().all():
        return SLOPE_WORDS
    return f"Interval of Spearman's ρ: {one_line(run.manifest['agreement_interval'])}. {SLOPE_WORDS}"


def certificate_line(run: Run) -> str:
    """How exact the retraining was, and what is proven of it."""
    retrains = run.retrains
    if retrains.empty:
        return "Nothing was retrained."
    passes = f"{retrains['passes'].mean():.1f} passes over the data each, at most {retrains['passes'].max():,}"
    gradient, decrement = (number(float(retrains[name].max()), 2) for name in ("gradient_norm", "decrement"))
    error = number(largest_relative_error(run.effects), 2)
    return (
        f"Retraining: {len(retrains):,} groups, {passes}; largest gradient norm {gradient}, largest Newton decrement "
        f"{decrement}; largest error estimate of an actual effect: {error} of the median effect."
        f"{_proven(retrains)}"
    )


def _proven(retrains: pd.DataFrame) -> str:
    """A sentence on the groups whose scores have a proven bound; empty where none has."""
    if "score_bound" not in retrains:
        return ""
    bounds = retrains["score_bound"].to_numpy(dtype=np.float64)
    finite = bounds[np.isfinite(bounds)]
    if not finite.size:
        return ""
    proven = f"{finite.size:,} of {bounds.size:,} groups"
    return f" Proven: scores within a bound for {proven}; the median of their bounds is {number(np.median(finite), 2)}."


def test_set_names(run: Run) -> dict[int, str]:
    """What the sets of test points are called, by their number in the column test_point; empty where there are none."""
    return {entry["test_point"]: entry["name"] for entry in run.manifest.get("test_sets", ())}


def note_lines(run: Run) -> list[str]:
    """The notes of the run."""
    return [one_line(note) for note in run.manifest["notes"]]


def skipped_lines(run: Run) -> list[str]:
    """How many groups the run skipped, and why."""
    skipped = run.manifest["skipped"]
    reasons = Counter(one_line(group["reason"]) for group in skipped)
    return [f"Skipped {count:,} group{'s' if count > 1 else ''}: {reason}" for reason, count in reasons.items()]
