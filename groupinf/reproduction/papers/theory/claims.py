"""What the paper's theory says beside what was found, each with a verdict that is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from groupinf.analysis.explained_rho import NEWTON_SPREAD
from groupinf.analysis.theory import BOUNDS, Held
from groupinf.reporting.words.formats import coefficient, extent, percent, ratio
from groupinf.reporting.words.style import evaluation_in_text
from groupinf.reproduction.claim import DIFFERS, HOLDS, IN_PART, Claim
from groupinf.reproduction.papers.theory.counterexample import ROWS, Removal
from groupinf.reproduction.papers.theory.explained import NAMES, SIZE, Explained
from groupinf.reproduction.papers.theory.reading import Compared, TheoryFacts
from groupinf.wording import counted, number

# influence that has at most this ρ with the truth says nothing of it, at most the second the opposite; and at least
# this ρ is close, as that of a prediction that tells the truth, or of a correlation that is not lost
UNRELATED, OPPOSITE, CLOSE = 0.2, -0.8, 0.8
FALSE = "false as printed"
FIRST_PRINTED, FIRST, SECOND_PRINTED, SECOND = (bound.name for bound in BOUNDS)
# copies have the factor of Proposition 4 where theirs differs by no more than this share
SAME = 1e-6


def _all_three(of: Compared) -> str:
    return (
        f"ρ of influence with Newton {coefficient(of.influence_newton)}, with actual effects "
        f"{coefficient(of.influence_actual)}; of Newton with actual effects {coefficient(of.newton_actual)}"
    )


def rotation_claim(rotated: Compared) -> Claim:
    """Of MoG: influence says nothing of Newton, and nothing of actual effects, which Newton tells."""
    lost = max(rotated.influence_newton, rotated.influence_actual) <= UNRELATED
    verdict = HOLDS if lost and rotated.newton_actual >= CLOSE else DIFFERS
    paper = "Figure 3, left: where groups and test point are chosen for it, influence and Newton need not correlate"
    return Claim(paper, _all_three(rotated), verdict)


def reversal_claim(runs: Mapping[str, Compared]) -> Claim:
    """Beyond the paper: influence orders groups the other way round."""
    turned = [name for name, of in runs.items() if of.influence_actual <= OPPOSITE and of.newton_actual >= CLOSE]
    found = "; ".join(f"{name}: {_all_three(of)}" for name, of in runs.items())
    verdict = HOLDS if len(turned) == len(runs) else DIFFERS if not turned else IN_PART
    return Claim("Beyond the paper: the order can be reversed, with logistic and with squared loss", found, verdict)


def scaling_claim(scaled: Compared) -> Claim:
    """Of Ortho: low correlation, which a ratio that differs from point to point is not yet."""
    found = (
        f"actual ÷ influence is {extent(scaled.least, scaled.largest, ratio)}, but {_all_three(scaled)}: the panel "
        f"shows {'lost correlation' if scaled.influence_newton <= UNRELATED else 'unlike ratios'}"
    )
    verdict = HOLDS if scaled.influence_newton <= UNRELATED else DIFFERS
    if UNRELATED < scaled.influence_newton < CLOSE:
        verdict = IN_PART
    paper = "Figure 3, right: of copies of single points, influence and Newton can have a low correlation"
    return Claim(paper, found, verdict)


def scaling_in_12_claim(scaled: Compared) -> Claim:
    """Of Ortho in twelve dimensions, with the largest group of each axis."""
    turned = max(scaled.influence_newton, scaled.influence_actual) <= OPPOSITE
    found = _all_three(scaled)
    return Claim(
        "Beyond the paper: of copies on twelve axes the order is reversed", found, HOLDS if turned else DIFFERS
    )


def printed_claim(example: Sequence[Removal], runs: Sequence[TheoryFacts]) -> Claim:
    """Proposition 1 as printed: false where one error is above its bound."""
    told = {of.removed: (of.error, of.printed) for of in example}
    return _bound_claim("Proposition 1, as printed: the error of Newton is bounded", told, runs, FIRST_PRINTED, FALSE)


def repaired_claim(example: Sequence[Removal], runs: Sequence[TheoryFacts]) -> Claim:
    """Proposition 1 with λ for σ_min + λ: no error above it."""
    told = {of.removed: (of.error, of.repaired) for of in example}
    return _bound_claim("Proposition 1, repaired: with λ in the place of σ_min + λ", told, runs, FIRST, DIFFERS)


def rest_printed_claim(example: Sequence[Removal], runs: Sequence[TheoryFacts]) -> Claim:
    """Proposition 2 as printed: false where a rest of third order is above its bound."""
    told = {of.removed: (of.rest, of.rest_printed) for of in example}
    return _bound_claim("Proposition 2, as printed: the rest is bounded", told, runs, SECOND_PRINTED, FALSE)


def rest_claim(example: Sequence[Removal], runs: Sequence[TheoryFacts]) -> Claim:
    """Proposition 2 with λ for σ_min + λ: no rest above it."""
    told = {of.removed: (of.rest, of.rest_repaired) for of in example}
    return _bound_claim("Proposition 2, repaired: with λ in the place of σ_min + λ", told, runs, SECOND, DIFFERS)


def _bound_claim(
    paper: str, example: Mapping[int, tuple[float, float]], runs: Sequence[TheoryFacts], name: str, otherwise: str
) -> Claim:
    """That no error is above its bound: of the example error and bound by rows removed, and of runs all effects."""
    wrong = [
        f"{number(error)} above {number(bound)} with {removed} of {ROWS} rows removed"
        for removed, (error, bound) in example.items()
        if error > bound
    ]
    held = [of.held[name] for run in runs for of in run.measured]
    violations, count = sum(of.violations for of in held), sum(of.count for of in held)
    above = f"{violations:,} of {counted(count, 'effect')}" if violations else f"none of {counted(count, 'effect')}"
    found = [*wrong, f"{above} of the runs above it{_loose(held)}"]
    return Claim(paper, "; ".join(found), otherwise if wrong or violations else HOLDS)


def _loose(held: Sequence[Held]) -> str:
    """The range of the medians of bound ÷ error over runs and evaluations."""
    medians = [of.median for of in held if of.compared]
    return f", which is {extent(min(medians), max(medians), _slope)} times the error in the median" if medians else ""


def cone_claim(runs: Sequence[TheoryFacts], own: bool) -> Claim:
    """Proposition 3: to second order no group is outside of the cone; actual effects may be."""
    cones = [run.own_cone if own else run.paper_cone for run in runs]
    cones = [one for one in cones if one.count]
    count = sum(one.count for one in cones)
    inside, actual = sum(one.second_order for one in cones), sum(one.actual for one in cones)
    slopes = extent(min(c.slope for c in cones), max(c.slope for c in cones), _slope)
    tight = extent(min(c.tightness for c in cones), max(c.tightness for c in cones), _slope)
    found = (
        f"{_inside(inside, count)} to second order, {_inside(actual, count)} with the actual effect; slope {slopes}, "
        f"{tight} times the slope that was found, medians by dataset"
    )
    paper = (
        "Beyond the paper: a group's own cone, 1 + μ/(1 − μ) + ½μ/(1 − μ)²"
        if own
        else "Proposition 3: the cone of self-loss, 1 + 3σ/(2λ) + σ²/(2λ²)"
    )
    return Claim(paper, found, HOLDS if inside == count else DIFFERS)


def _inside(inside: int, count: int) -> str:
    return (
        f"all {counted(count, 'group')} inside"
        if inside == count
        else f"{inside:,} of {counted(count, 'group')} inside"
    )


def _slope(value: float) -> str:
    return ratio(value) if abs(value) < 10 else number(value, 2)


def lemma_claim(runs: Sequence[TheoryFacts]) -> Claim:
    """Lemma 1: ‖D(w)‖ ≤ σ_max/λ."""
    limited = [run for run in runs if run.steps.d_norm_paper == run.steps.d_norm_paper]
    above, count = sum(run.steps.above for run in limited), sum(run.steps.groups for run in limited)
    loose = [run.steps.d_norm_paper / run.steps.d_norm[1] for run in limited]
    found = (
        f"{above:,} of {counted(count, 'group')} above it; it is {extent(min(loose), max(loose), _slope)} times "
        "‖D(w)‖ in the median, by dataset"
    )
    return Claim("Lemma 1: ‖D(w)‖ is at most σ_max/λ", found, DIFFERS if above else HOLDS)


def copies_claim(runs: Sequence[TheoryFacts]) -> Claim:
    """Proposition 4: Newton ÷ influence of groups of copies is the factor d(w)."""
    found = [run.copies for run in runs if run.copies.groups]
    worst, groups = max(of.largest for of in found), sum(of.groups for of in found)
    return Claim(
        "Proposition 4: of copies of a point, Newton is influence times d(w)",
        f"in {counted(groups, 'group')} the two differ by {number(worst, 2)} of it at most",
        HOLDS if worst <= SAME else DIFFERS,
    )


def intervals_claim(example: Sequence[Removal], runs: Sequence[TheoryFacts]) -> Claim:
    """Every actual effect inside of its proven interval, by more than what is known of its error."""
    found = [of.intervals for run in runs for of in run.measured]
    outside = sum(of.outside for of in found) + sum(not of.low <= of.actual <= of.high for of in example)
    finite, count = (sum(getattr(of, name) for of in found) + len(example) for name in ("finite", "count"))
    told = f"{outside:,} of {counted(count, 'actual effect')} outside; {percent(finite / count, 1)} of intervals finite"
    paper = "Beyond the paper: actual effects lie in intervals that are proven without retraining"
    return Claim(paper, told, DIFFERS if outside else HOLDS)


def alike_claim(explained: Sequence[Explained]) -> Claim:
    """The more alike Newton ÷ influence is in a kind of group, the higher is ρ."""
    paper = "What explains high ρ: the more alike Newton ÷ influence is within a kind of group, the higher is ρ"
    return _explained_claim(paper, explained, NEWTON_SPREAD)


def small_claim(explained: Sequence[Explained]) -> Claim:
    """The smaller ‖D(w)‖ is in a kind of group, the higher is ρ."""
    paper = "What explains high ρ, by Proposition 2: the smaller ‖D(w)‖ is, the higher is ρ"
    return _explained_claim(paper, explained, SIZE)


def _explained_claim(paper: str, explained: Sequence[Explained], name: str) -> Claim:
    """That 1 − ρ rises with what is named, told from 0 on every evaluation."""
    own = [of for of in explained if of.spread == name]
    told = [of for of in own if of.low > 0]
    found = "; ".join(f"{evaluation_in_text(of.evaluation)} {of.words}" for of in own)
    verdict = HOLDS if len(told) == len(own) else DIFFERS if not told else IN_PART
    return Claim(paper, f"ρ of 1 − ρ with {NAMES[name]}: {found}", verdict)


def over_lambda_claim(series: Sequence[Sequence[TheoryFacts]]) -> Claim:
    """Appendix D.2: with λ ‖D(w)‖ falls, and influence tracks actual effects better."""
    falling, told, rising, total = 0, [], 0, 0
    for runs in series:
        sizes = [run.steps.d_norm[1] for run in runs]
        falling += all(after < before for before, after in pairwise(sizes))
        rhos = []
        for evaluation in runs[0].evaluations:
            first, last = (run.over_all_kinds(evaluation, "spearman") for run in (runs[0], runs[-1]))
            total, rising = total + 1, rising + (last > first)
            rhos.append(f"{evaluation_in_text(evaluation)} {coefficient(first)} to {coefficient(last)}")
        told.append(
            f"{runs[0].dataset}: ‖D(w)‖ {extent(sizes[0], sizes[-1], ratio)} in the median, ρ on {', '.join(rhos)}"
        )
    verdict = HOLDS if falling == len(series) and rising == total else DIFFERS if not falling or not rising else IN_PART
    paper = "Appendix D.2: as λ rises ‖D(w)‖ falls, and influence tracks actual effects better"
    return Claim(paper, "; ".join(told), verdict)
