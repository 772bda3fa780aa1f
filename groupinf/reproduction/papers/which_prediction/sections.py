"""The sections of the page: how near each method comes, at what cost, for which groups; and adding beside removing."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from groupinf.analysis.agreement import ALL_KINDS
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.effects.evaluations.self_loss import SelfLoss
from groupinf.effects.evaluations.test_prediction import TestPrediction
from groupinf.effects.methods.influence import Influence
from groupinf.effects.methods.newton import Newton
from groupinf.reporting.words.formats import coefficient, percent, ratio
from groupinf.reporting.words.markdown import padded_table
from groupinf.reporting.words.style import evaluation_name, kind_name, method_in_text, method_name
from groupinf.reproduction.paper import Findings
from groupinf.reproduction.papers.which_prediction.reading import MethodFacts
from groupinf.reproduction.papers.which_prediction.studies import ADDING, DATA, REMOVING
from groupinf.reproduction.results import Results
from groupinf.wording import UNDEFINED, counted, listed, number

Found = Results[MethodFacts]

MEASURED = (TestPrediction.name, SelfLoss.name)
# ρ that differ by less rank groups alike
ALIKE = 0.005
# errors from here on are told as multiples
MANIFOLD = 10.0
# of Newton's time that a cheaper method may take
CHEAP = 0.5
OPENING = (
    "Which prediction of a group's effect should one use, and when? Every method on the same groups of five datasets, "
    "1,700 of each but where sizes find no groups, beside actual effects by exact retraining. ρ is Spearman's rank "
    "correlation over groups, the error the median of |predicted − actual|/|actual|, the slope that of actual on "
    "predicted effects: above 1, predictions are too small. Each is the median over six test points."
)
COSTS = (
    "Milliseconds for each group, on one thread, for all evaluations and test points together: what the method takes "
    "beside the fit, with the factor of a group's Hessian where it asks for one. In brackets seconds once for a study."
)


def _all(results: Found) -> list[MethodFacts]:
    """Runs with every method, in the order of the tables."""
    return [results.runs[name] for short in DATA if (name := f"methods-{short}") in results.runs]


def _by_data(runs: Sequence[MethodFacts], cell: Callable[[MethodFacts, str], str]) -> str:
    methods = dict.fromkeys(method for run in runs for method in run.manifest.methods)
    rows = [
        (method_name(method), *(cell(run, method) if method in run.costs else UNDEFINED for run in runs))
        for method in methods
    ]
    return padded_table(("method", *(run.dataset for run in runs)), rows)


def _agreement(statistic: str, written: Callable[[float], str]) -> Callable[[Found], list[str]]:
    def section(results: Found) -> list[str]:
        runs = _all(results)
        return [part for name in MEASURED if runs for part in _measured(runs, name, statistic, written)]

    return section


def _measured(
    runs: Sequence[MethodFacts], evaluation: str, statistic: str, written: Callable[[float], str]
) -> tuple[str, str]:
    def cell(run: MethodFacts, method: str) -> str:
        return _cell(run.median(statistic, evaluation, method, ALL_KINDS), written)

    return f"{evaluation_name(evaluation)}:", _by_data(runs, cell)


def error_words(error: float) -> str:
    """A relative error as a share, beyond tenfold as a multiple."""
    return percent(error) if error < MANIFOLD else f"{number(error, 2)} ×"


def _cell(value: float, written: Callable[[float], str]) -> str:
    return UNDEFINED if math.isnan(value) else written(value)


def _costs(results: Found) -> list[str]:
    runs = _all(results)
    if not runs:
        return []

    def cell(run: MethodFacts, method: str) -> str:
        cost = run.costs[method]
        once = f" ({number(cost.once, 2)})" if cost.once >= 0.01 else ""
        return f"{number(1000 * cost.per_group, 2)}{once}"

    return [COSTS, _by_data(runs, cell)]


def _kinds(results: Found) -> list[str]:
    parts = []
    for run in _all(results):
        kinds = [kind for kind in run.by_kind["kind"].unique() if kind != ALL_KINDS]
        head = ("method", *(kind_name(kind) for kind in kinds))
        rows = []
        for method in run.manifest.methods:
            cells = []
            for kind in kinds:
                rho, error = (
                    _cell(run.median(statistic, TestPrediction.name, method, kind), written)
                    for statistic, written in (("spearman", coefficient), ("median_relative_error", error_words))
                )
                cells.append(f"{rho}, {error}")
            rows.append((method_name(method), *cells))
        parts += [f"{run.dataset}:", padded_table(head, rows)]
    return [f"On the {EVALUATIONS[TestPrediction.name].in_text}: ρ, error.", *parts] if parts else []


def advice(runs: Sequence[MethodFacts]) -> list[str]:
    """Which method comes nearest, which of the cheap ones does, and which is the cheapest that ranks as well."""
    told = []
    for name in MEASURED:
        here = [run for run in runs if name in run.evaluations]
        if here:
            told.append(f"- {evaluation_name(name)}: {_nearest(here, name)} {_cheap(here, name)} {_ranks(here, name)}")
    return ["\n".join(told)] if told else []


def _errors(run: MethodFacts, evaluation: str) -> dict[str, float]:
    """The error of each method that has one."""
    found = {m: run.median("median_relative_error", evaluation, m, ALL_KINDS) for m in run.manifest.methods}
    return {method: error for method, error in found.items() if not math.isnan(error)}


def _won(winners: Sequence[str], runs: Sequence[MethodFacts]) -> str:
    """Methods with the data on which each won."""
    of: dict[str, list[str]] = {}
    for method, run in zip(winners, runs, strict=True):
        of.setdefault(method, []).append(run.dataset)
    ordered = sorted(of, key=lambda method: -len(of[method]))
    return "; ".join(f"{method_in_text(method)} on {listed(of[method])}" for method in ordered)


def _nearest(runs: Sequence[MethodFacts], evaluation: str) -> str:
    errors = [_errors(run, evaluation) for run in runs]
    return f"The smallest error has {_won([min(e, key=e.__getitem__) for e in errors], runs)}."


def _cheap(runs: Sequence[MethodFacts], evaluation: str) -> str:
    winners, beside = [], []
    for run in runs:
        if Newton.name not in run.costs:
            continue
        most = CHEAP * run.costs[Newton.name].per_group
        errors = {m: e for m, e in _errors(run, evaluation).items() if run.costs[m].per_group <= most}
        if errors:
            winners.append(min(errors, key=errors.__getitem__))
            beside.append(run)
    if not winners:
        return f"No method takes at most {percent(CHEAP)} of Newton's time."
    return f"Of those that take at most {percent(CHEAP)} of Newton's time, {_won(winners, beside)}."


def _ranks(runs: Sequence[MethodFacts], evaluation: str) -> str:
    winners = []
    for run in runs:
        rho = {m: run.median("spearman", evaluation, m, ALL_KINDS) for m in run.manifest.methods}
        best = max(value for value in rho.values() if not math.isnan(value))
        alike = [method for method, value in rho.items() if value >= best - ALIKE]
        winners.append(min(alike, key=lambda method: run.costs[method].per_group))
    return f"The cheapest whose ρ is within {ALIKE} of the best: {_won(winners, runs)}."


def _advice(results: Found) -> list[str]:
    return advice(_all(results))


def _adding(results: Found) -> list[str]:
    if not {REMOVING, ADDING} <= results.runs.keys():
        return []
    removing, adding = results.runs[REMOVING], results.runs[ADDING]
    rows = [
        (what, evaluation_name(evaluation), method_name(method), *_missed(run, evaluation, method))
        for what, run in (("removed", removing), ("added", adding))
        for evaluation in run.evaluations
        for method in (Influence.name, Newton.name)
    ]
    under = sum(_shares(removing, evaluation)[0] > 0.5 for evaluation in removing.evaluations)
    over = sum(_shares(adding, evaluation)[1] > 0.5 for evaluation in adding.evaluations)
    return [adding_sentence(under, over, len(adding.evaluations)), padded_table(ADDING_HEAD, rows)]


def _missed(run: MethodFacts, evaluation: str, method: str) -> tuple[str, ...]:
    rho, slope = (run.median(statistic, evaluation, method, ALL_KINDS) for statistic in ("spearman", "slope"))
    return (coefficient(rho), ratio(slope), *map(percent, _shares(run, evaluation, method)))


def _shares(run: MethodFacts, evaluation: str, method: str = Influence.name) -> tuple[float, float]:
    """Of groups whose prediction has the right sign and is too small, and too large; means over test points."""
    cells = run.rows(evaluation, method)
    return float(cells["underestimated"].mean()), float((cells["same_sign"] - cells["underestimated"]).mean())


ADDING_HEAD = ("groups are", "evaluation", "method", "ρ", "slope", "too small", "too large")


def adding_sentence(under: int, over: int, evaluations: int) -> str:
    """The verdict on section 6 of Koh et al. 2019, from the evaluations on which most predictions are too small when
    removing, and too large when adding.
    """
    verdict = "holds" if under == over == evaluations else "does not hold" if over == 0 else "holds in part"
    return (
        "Koh et al. 2019, section 6: when groups are added, underestimation turns into overestimation. On Diabetes "
        f"influence is too small for most groups on {under} of {counted(evaluations, 'evaluation')} when they are "
        f"removed, and too large for most on {over} when they are added: it {verdict}. A group that is added brings "
        "its curvature along, one that is removed takes it away; influence counts neither, Newton both."
    )


SECTIONS: tuple[tuple[str, Callable[[Found], list[str]]], ...] = (
    ("In short", _advice),
    ("How near predictions come", _agreement("median_relative_error", error_words)),
    ("How well they rank groups", _agreement("spearman", coefficient)),
    ("Whether they are too small", _agreement("slope", ratio)),
    ("What they cost", _costs),
    ("By kind of group", _kinds),
    ("Adding groups", _adding),
)


def findings(results: Found) -> Findings:
    """What the page says of the results."""
    sections = tuple((heading, body(results)) for heading, body in SECTIONS)
    return Findings((OPENING,), sections, results.every_run, results.stages)
