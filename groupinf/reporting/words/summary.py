"""What a run says of itself in single lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from groupinf.analysis.certificates import largest_relative_error
from groupinf.datasets.facts import DatasetFacts
from groupinf.datasets.known.registry import KNOWN
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.effects.methods.method import Readout
from groupinf.effects.methods.registry import METHODS
from groupinf.groups.builders.registry import BUILDERS
from groupinf.reporting.words.formats import one_line, percent, shorten
from groupinf.reporting.words.style import (
    LONGEST_NAME,
    evaluation_in_text,
    evaluation_name,
    kind_name,
    method_in_text,
    panel_name,
)
from groupinf.studies.group_effects.manifest import MethodUsed
from groupinf.studies.group_effects.result import Run
from groupinf.test_point_labels import FIRST_NAMED
from groupinf.wording import counted, listed, number

SLOPE = (
    "Slope (actual ÷ predicted): least squares of actual on predicted effects through the origin, in which large "
    "predictions count most; above 1, predictions are too small."
)
SLOPE_WORDS = (
    f"{SLOPE} "
    "Underestimated: share of groups whose prediction has the right sign and is smaller than the actual effect."
)
# skipped groups of one reason that a line names
_MOST_NAMED = 20


def facts_line(run: Run) -> str:
    """Dataset, n, d and λ/n."""
    about = run.manifest
    size = f"n = {about.n:,}, d = {about.d:,}, λ/n = {number(about.lam_over_n)}"
    return f"{shorten(about.dataset, LONGEST_NAME)}: {size}"


def data_line(run: Run) -> str:
    """Dataset, its size, the regularisation, the accuracies (where the task has any) and the numbers of groups."""
    about = run.manifest
    parts = [f"{facts_line(run)} (λ = {number(about.lam)})"]
    if about.accuracies is not None:
        train, test = (percent(share, 1) for share in about.accuracies)
        classes = counted(len(about.classes), "class", "classes")
        parts += [classes, f"accuracy {train} on training rows and {test} on test rows"]
    if about.n_pool:
        parts.append(f"{counted(about.n_pool, 'row')} in the pool")
    groups, skipped = counted(about.n_groups, "group"), about.n_groups - about.units
    retrained = f"{about.n_retrained:,}" if about.n_retrained else "none"
    chosen = [] if about.retrain is None else [f"{retrained} of them retrained"]
    return "; ".join([*parts, ", ".join([groups, *chosen, *([f"{skipped:,} of them skipped"] if skipped else [])])])


def convention_line(run: Run) -> str:
    """The convention that all effects of the run follow."""
    return one_line(run.manifest.convention.sentence)


def unit_lines(run: Run, shown: Iterable[str] | None = None) -> list[str]:
    """In what evaluations, all of the run or those ``shown``, are stated where the convention does not say."""
    about = run.manifest
    names = about.evaluations if shown is None else shown
    stated = [(EVALUATIONS[name], EVALUATIONS[name].unit(about.loss, about.classes)) for name in names]
    return [one_line(f"{evaluation.label}: {unit}.") for evaluation, unit in stated if unit]


def method_lines(run: Run) -> list[str]:
    """What methods with options or names of their own are, and of which only ranks mean anything."""
    about = run.manifest
    told = [
        f"{used.name} is {METHODS[used.method].in_text}" + (f" with {_options(used)}" if used.options else "")
        for used in about.methods_with_options
    ]
    lines = [f"{'; '.join(told)}."] if told else []
    return [*lines, *ranks_lines([method for method in about.methods if about.readout(method) is Readout.RANKS])]


def _options(used: MethodUsed) -> str:
    """The options in words.

    >>> _options(MethodUsed("LiSSA", "influence", {"solver": "lissa", "depth": 10000}))
    'solver: lissa and depth: 10,000'
    """
    words = {key: value if isinstance(value, str) else number(value) for key, value in used.options.items()}
    return listed(f"{key}: {value}" for key, value in words.items())


def ranks_lines(ranks_only: Sequence[str]) -> list[str]:
    """A sentence on methods of which only ranks mean anything, where there are any."""
    if not ranks_only:
        return []
    names = listed(map(method_in_text, ranks_only))
    return [f"Of {names} only the order of groups means anything: what it predicts is in units of its own."]


def convention_lines(named: Iterable[tuple[str, Run]]) -> list[str]:
    """The convention of one run, or that of several without their λ where these differ.

    Where the rest differs too, each stands in a line of its own that says of which runs it is.
    """
    conventions = [(name, run.manifest.convention) for name, run in named]
    if len({convention for _, convention in conventions}) == 1:
        return [one_line(conventions[0][1].sentence)]
    told: dict[str, list[str]] = {}
    for name, convention in conventions:
        told.setdefault(one_line(convention.without_lam), []).append(name)
    return list(told) if len(told) == 1 else [f"{listed(names)}: {text}" for text, names in told.items()]


def change_facts(runs: Sequence[Run]) -> list[str]:
    """What is done to the groups of each run; empty where it is the same in all."""
    done = [one_line(f"groups {run.manifest.change.done}") for run in runs]
    return done if len(set(done)) > 1 else [""] * len(runs)


def doing_to_groups(runs: Sequence[Run]) -> str:
    """What is done to the groups of the runs: "removing groups"; "changing groups" where it is not one thing.

    A sentence continues with it.
    """
    done = {run.manifest.change.doing for run in runs}
    return f"{done.pop() if len(done) == 1 else 'changing'} groups"


def statistics_line(run: Run, rows: pd.DataFrame) -> str:
    """What the columns of the Spearman table mean; the interval is explained where one of ``rows`` has any."""
    if rows["spearman_low"].isna().all():
        return SLOPE_WORDS
    return f"Interval of Spearman's ρ: {one_line(run.manifest.agreement_interval)}. {SLOPE_WORDS}"


def certificate_line(run: Run) -> str:
    """How exact the retrained parameters are, where they come from, and what is proven of them."""
    retrains = run.retrains
    if retrains.empty:
        return "Nothing was retrained."
    most = retrains["passes"].max()
    passes = f"{retrains['passes'].mean():.1f} passes over the data on average, at most {most:,}"
    groups, stored = counted(len(retrains), "group"), evaluated_line(run)
    opening = f"{stored} Retraining took {passes}" if stored else f"Retraining: {groups}, {passes}"
    gradient, decrement = (number(float(retrains[name].max()), 2) for name in ("gradient_norm", "decrement"))
    exact = f"largest gradient norm {gradient}, largest Newton decrement {decrement}"
    if "duality_gap" in retrains:
        exact = f"largest duality gap {number(float(retrains['duality_gap'].max()), 2)}"
    error = number(largest_relative_error(run.effects), 2)
    return (
        f"{opening}; {exact}; largest error estimate of an actual effect: {error} of the median effect of its "
        "evaluation and test point."
        f"{_proven(retrains)}"
    )


def evaluated_line(run: Run) -> str:
    """Which run's retrained parameters were read; empty for a run that retrained its groups itself."""
    of = run.manifest.evaluated
    if of is None:
        return ""
    groups = counted(len(run.retrains), "group")
    return f"Nothing was retrained: the parameters of {groups} were read from {one_line(of.run)}, which stored them."


def _proven(retrains: pd.DataFrame) -> str:
    """A sentence on the groups whose scores have a proven bound; empty where none has."""
    if "score_bound" not in retrains:
        return ""
    bounds = retrains["score_bound"].to_numpy(dtype=np.float64)
    finite = bounds[np.isfinite(bounds)]
    if not finite.size:
        return ""
    proven = f"{finite.size:,} of {counted(bounds.size, 'group')}"
    return f" Proven: of {proven} no score is off by more than a bound, in the median {number(np.median(finite), 2)}."


def test_set_names(run: Run) -> dict[int, str]:
    """What the sets of test points are called, by their number in the column test_point; empty where there are none."""
    return {entry.test_point: entry.name for entry in run.manifest.test_sets}


def test_point_names(run: Run) -> dict[int, str]:
    """The :func:`test_set_names`, or the row keys of single test points where the data have any; and the names of
    values that are on no test point.
    """
    return test_set_names(run) | test_key_names(run) | value_names(run)


def test_key_names(run: Run) -> dict[int, str]:
    """The row keys of single test points, by their rows."""
    return {entry.test_point: entry.name for entry in run.manifest.test_keys}


def value_names(run: Run) -> dict[int, str]:
    """What values are called that are on no test point, by their numbers in the column test_point."""
    return {entry.test_point: entry.name for entry in run.manifest.named_values}


def measure_name(evaluation: str, test_point: int, sets: Mapping[int, str]) -> str:
    """An evaluation and what it was measured on, inside a sentence; ``sets`` names sets and keys.

    >>> measure_name("test_loss", 15, {}), measure_name("self_loss", -1, {}), measure_name("test_loss", -1, {})
    ('test loss of test point 15', 'self-loss', 'test loss summed over all test points')
    >>> measure_name("test_loss", -2, {-2: "genre=travel"})
    'test loss summed over genre=travel'
    """
    name, of = evaluation_in_text(evaluation), EVALUATIONS[evaluation]
    if of.measured_on is not None:
        return name
    if of.names_say_all:
        return panel_name(evaluation, test_point, sets)
    if test_point >= 0 or test_point <= FIRST_NAMED:
        return f"{name} of {panel_name(evaluation, test_point, sets)}"
    summed = shorten(sets[test_point], LONGEST_NAME) if test_point in sets else "all test points"
    return f"{name} summed over {summed}"


def measures_in(run: Run) -> list[tuple[str, int]]:
    """The evaluations of a run on each of their test points."""
    table = run.spearman[["evaluation", "test_point"]].drop_duplicates()
    return [(str(name), int(point)) for name, point in table.itertuples(index=False)]


def note_lines(run: Run) -> list[str]:
    """The notes of the run, and which methods have no effects on what."""
    return [*unread_lines(run), *(one_line(note) for note in run.manifest.notes)]


def adversarial_lines(run: Run) -> list[str]:
    """A sentence on groups that were chosen so that predictions fail on them, and one on such data."""
    kinds = set(run.groups["kind"])
    builders = [builder for builder in BUILDERS.values() if kinds & {kind.name for kind in builder.kinds}]
    facts = _facts(run)
    said = [*(builder.adversarial for builder in builders), "" if facts is None else facts.adversarial]
    return [sentence for sentence in said if sentence]


def data_name(run: Run) -> str:
    """What the data of a run are called: a dataset by name with the words that open its title."""
    facts = _facts(run)
    return str(run.manifest.dataset) if facts is None else facts.title.partition(":")[0]


def _facts(run: Run) -> DatasetFacts | None:
    """What is known of a dataset by name; None where the data are a user's own."""
    name = run.config.get("dataset", {}).get("name")
    return KNOWN[name].facts if name in KNOWN else None


def unread_lines(run: Run) -> list[str]:
    """A sentence for each evaluation on which some methods of the run have no effects, as it has no derivative."""
    lines = []
    about = run.manifest
    for name in about.evaluations:
        linear = [method for method in about.methods if about.readout(method) is not Readout.EXACT]
        without = [] if EVALUATIONS[name].differentiable else [method_in_text(method) for method in linear]
        if without:
            whose, have = ("readout is", "has") if len(without) == 1 else ("readouts are", "have")
            lines.append(
                f"{evaluation_name(name)} has no derivative: {listed(without)}, whose {whose} linear, {have} no "
                "effects on it"
            )
    return lines


def skipped_lines(run: Run) -> list[str]:
    """Which groups the run skipped, and why; of many for one reason the first by name."""
    kinds = dict(zip(run.groups["group"], run.groups["kind"], strict=True))
    by_reason: dict[str, list[str]] = {}
    for entry in run.manifest.skipped:
        called = f"{shorten(entry.name, LONGEST_NAME)} ({kind_name(kinds[entry.group])})"
        by_reason.setdefault(one_line(entry.reason), []).append(called)
    lines = []
    for reason, names in by_reason.items():
        hidden = len(names) - _MOST_NAMED
        shown = [*names[:_MOST_NAMED], *([f"{hidden:,} more, named in manifest.json"] if hidden > 0 else [])]
        lines.append(f"Skipped {counted(len(names), 'group')}, {listed(shown)}: {reason}")
    return lines
