"""What the paper claims beside what was found, each with a verdict that is computed from the tables."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np

from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.effects.evaluations.test_prediction import TEST_PREDICTION
from groupinf.effects.methods.influence import Influence
from groupinf.effects.methods.newton import Newton
from groupinf.reporting.words.formats import coefficient, extent, percent
from groupinf.reporting.words.style import evaluation_in_text
from groupinf.reproduction.claim import DIFFERS, HOLDS, IN_PART, Claim
from groupinf.reproduction.papers.koh_et_al_2019.explanations import (
    BOTH_CURVATURES,
    CONVEX,
    FALLING,
    NO_ROOM,
    UNDER_OTHERWISE,
    WITHIN_INTERVALS,
)
from groupinf.reproduction.papers.koh_et_al_2019.ranges import range_claim
from groupinf.reproduction.papers.koh_et_al_2019.reading import KohFacts
from groupinf.reproduction.papers.koh_et_al_2019.studies import COUNTEREXAMPLES, EVALUATION, NATURAL, ORDER
from groupinf.reproduction.results import Results

PANELS = (0.89, 0.99)  # Figure 1, every panel
OVERALL = (0.8, 1.0)  # the introduction of the paper, all of its experiments
NEARLY_ONE = 0.98  # from here to 1, differences of ρ are a few ranks
# influence that has at most this ρ with the actual effect says nothing of it, or the contrary; Newton that has at
# least this one tells that there is something to say
UNRELATED, TOLD = 0.2, 0.8


def all_claims(results: Results[KohFacts]) -> list[Claim]:
    """The claims for which there are results."""
    panels = figure_1_runs(results)
    others = other_runs(results)
    series = [results.sweeps[f"figure-c2-{short}"] for short in ORDER if f"figure-c2-{short}" in results.sweeps]
    claims = []
    if panels:
        claims += [panels_claim(panels), overall_claim(panels, others), underestimation_claim(panels)]
        claims += falling_loss_claims([*panels, *others])
    if series:
        claims.append(rising_claim(series))
    counterexamples = {name: results.runs[name] for name in COUNTEREXAMPLES if name in results.runs}
    if counterexamples:
        claims.append(counterexample_claim(counterexamples))
    natural = [results.runs[name] for name in NATURAL if name in results.runs]
    return [*claims, *(claim for run in natural for claim in run.natural_claims)]


def figure_1_runs(results: Results[KohFacts]) -> list[KohFacts]:
    """In the order of the figures."""
    return [results.runs[name] for name in _figure_1_names() if name in results.runs]


def other_runs(results: Results[KohFacts]) -> list[KohFacts]:
    """The same groups on other test points, in the order of Figure C.1."""
    return [results.runs[name] for name in _figure_1_names(EVALUATION) if name in results.runs]


def _figure_1_names(suffix: str = "") -> list[str]:
    return [f"figure-1-{short}{suffix}" for short in ORDER]


def panels_claim(runs: Sequence[KohFacts]) -> Claim:
    """Every panel of Figure 1 has ρ between 0.89 and 0.99, to two decimals as the paper states them."""
    values = {
        f"{run.dataset}, {evaluation_in_text(evaluation)}": float(run.row(evaluation, Influence.name)["spearman"])
        for run in runs
        for evaluation in run.evaluations
    }
    paper = f"Figure 1: ρ is between {PANELS[0]} and {PANELS[1]} in all panels"
    return range_claim(paper, values, PANELS)


def overall_claim(runs: Sequence[KohFacts], others: Sequence[KohFacts]) -> Claim:
    """ρ between 0.8 and 1.0 on every test point and evaluation of Figures 1 and C.1, each self-loss counted once."""
    values = {
        f"{run.dataset}, {evaluation_in_text(row['evaluation'])}, test point {row['test_point']}": float(
            row["spearman"]
        )
        for part, with_self_loss in ((runs, True), (others, False))
        for run in part
        for row in run.spearman[run.spearman["method"] == Influence.name].to_dict("records")
        if with_self_loss or EVALUATIONS[row["evaluation"]].on_test_points()
    }
    paper = f"Introduction: ρ is {OVERALL[0]} to {OVERALL[1]:.1f}; here on all test points of Figures 1 and C.1"
    return range_claim(paper, values, OVERALL)


def underestimation_claim(runs: Sequence[KohFacts]) -> Claim:
    """|influence| < |actual| for most groups of every dataset, evaluation and sign, a falling test loss left aside."""
    rows = [(run.dataset, row) for run in runs for row in run.signs.to_dict("records")]
    cells = [(name, row) for name, row in rows if not (row["evaluation"] == TEST_LOSS.name and row["negative"])]
    shares = [float(row["under"]) for _, row in cells]
    odd = [_cell(dataset, row) for dataset, row in cells if not row["under"] > 0.5]
    found = f"too small for {extent(min(shares), max(shares), percent)} of the groups"
    if odd:
        found += f"; for at most half of them: {'; '.join(odd)}"
    verdict = HOLDS if not odd else DIFFERS if len(odd) == len(cells) else IN_PART
    paper = "Influence underestimates the actual effect everywhere but where the test loss falls"
    return Claim(paper, found, verdict, (UNDER_OTHERWISE,) if odd else ())


def counterexample_claim(runs: Mapping[str, KohFacts]) -> Claim:
    """Of some groups the influence has a ρ of at most UNRELATED, where Newton has one of at least TOLD."""
    rhos = {
        name: [float(run.row(TEST_PREDICTION.name, m.name)["spearman"]) for m in (Influence, Newton)]
        for name, run in runs.items()
    }
    failing = [
        f"{name}: {coefficient(a)}, where Newton has {coefficient(b)}"
        for name, (a, b) in rhos.items()
        if a <= UNRELATED and b >= TOLD
    ]
    found = (
        f"ρ of influence on {'; '.join(failing)}"
        if failing
        else f"none with ρ of at most {UNRELATED} where Newton has at least {TOLD}"
    )
    paper = "Figure 3: on data made for it, influence has no correlation with the actual effect, or the opposite one"
    return Claim(paper, found, HOLDS if failing else DIFFERS)


def falling_loss_claims(runs: Sequence[KohFacts]) -> list[Claim]:
    """Where the test loss falls, most predictions are too large, or by their slope less too small than of a rise."""
    pairs = []
    for run in runs:
        of = {bool(row["negative"]): row for row in run.signs.to_dict("records") if row["evaluation"] == TEST_LOSS.name}
        if len(of) == 2:
            pairs.append((of[True], of[False]))
    if not pairs:
        return []
    shares, largest, exact = (
        [float(fall[column]) for fall, _ in pairs] for column in ("under", "under_largest", "under_exact")
    )
    less = sum(fall["slope"] < rise["slope"] for fall, rise in pairs)
    below_one = sum(fall["slope"] < 1 for fall, _ in pairs)
    found = (
        f"too small for {_shares(shares)} of the groups where the loss falls, for {_shares(largest)} of the tenth of "
        f"them with the largest influence; the slope of falls is below that of rises in {less} of {len(pairs)} sets "
        f"of test points (Figures 1 and C.1), and below 1 in {below_one}"
    )
    if not np.isnan(exact).any():
        found += f"; with the loss read out exactly (parameter influence) too small for {_shares(exact)}"
    most = sum(share > 0.5 for share in shares)
    verdict = HOLDS if not most else DIFFERS if most == len(shares) and not less else IN_PART
    paper = "The exception: where the test loss falls, influence does not underestimate"
    return [Claim(paper, found, verdict, (CONVEX, *((BOTH_CURVATURES,) if most else ())))]


def _shares(values: Sequence[float]) -> str:
    return extent(min(values), max(values), percent)


def _cell(dataset: str, row: Mapping[Hashable, Any]) -> str:
    sign = "negative" if row["negative"] else "positive"
    return f"{dataset}, {sign} {evaluation_in_text(str(row['evaluation']))} ({percent(float(str(row['under'])))})"


def rising_claim(series: Sequence[Sequence[KohFacts]]) -> Claim:
    """ρ is larger at the largest λ than at the smallest, and in between nowhere below its start and its interval."""
    rising, flat, level, falling, dipping = [], [], [], [], []
    for runs in series:
        for evaluation in runs[0].evaluations:
            rows = [run.row(evaluation, Influence.name) for run in runs]
            medians = [run.rows(evaluation, Influence.name)["spearman"].median() for run in runs]
            first, last = rows[0], rows[-1]
            ends = f"{coefficient(first['spearman'])} to {coefficient(last['spearman'])}"
            name = f"{runs[0].dataset}, {evaluation_in_text(evaluation)} ({ends})"
            if last["spearman"] > first["spearman"]:
                rising.append(name)
                lowest, median = min(zip(rows, medians, strict=True), key=lambda pair: float(pair[0]["spearman"]))
                if lowest["spearman_high"] < first["spearman_low"]:
                    way = f"{coefficient(lowest['spearman'])}, where the median of all test points is"
                    dipping.append(f"{name} by way of {way} {coefficient(median)}")
            elif min(float(row["spearman"]) for row in rows) >= NEARLY_ONE:
                flat.append(name)
            elif last["spearman_high"] < first["spearman_low"]:
                falling.append(name)
            else:
                level.append(name)
    total = len(rising) + len(flat) + len(level) + len(falling)
    found = f"larger at the largest λ than at the smallest in {len(rising)} of {total} series"
    listed = [
        ("at least 0.98 throughout", flat),
        ("within the intervals", level),
        ("falling", falling),
        ("falling in between", dipping),
    ]
    found += "".join(f"; {words}: {'; '.join(names)}" for words, names in listed if names)
    verdict = HOLDS if len(rising) == total and not dipping else DIFFERS if not rising else IN_PART
    reasons = [(NO_ROOM, flat), (WITHIN_INTERVALS, level), (FALLING, [*falling, *dipping])]
    return Claim("Figures C.2 and C.3: ρ rises with λ", found, verdict, tuple(why for why, names in reasons if names))
