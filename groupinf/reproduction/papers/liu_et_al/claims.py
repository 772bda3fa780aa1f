"""What the paper and its notebooks say of Figures 1 and 2 beside what was found, each with a verdict by a rule."""

from __future__ import annotations

from collections.abc import Sequence

from groupinf.analysis.influence_components import FULL
from groupinf.reporting.words.formats import coefficient, percent, ratio
from groupinf.reproduction.claim import DIFFERS, HOLDS, IN_PART, Claim
from groupinf.reproduction.papers.liu_et_al import why
from groupinf.reproduction.papers.liu_et_al.luck import Luck
from groupinf.reproduction.papers.liu_et_al.reading import LiuFacts
from groupinf.wording import counted, number

# r from here on, 0.99 to two digits, is an almost exact match, and from the second on a close one
MATCH, CLOSE = 0.985, 0.95
# slopes this near to 1 are of effects of the right size
RIGHT = 0.05
# of other rows of the same data a number may differ by this share
ALIKE = 0.03
# a share of rows that is more than a few
SOME = 0.01

RISK, NORM = 0.955123, 0.639570
DIGITS_NORM, DIGITS_RISK = 0.748, 0.0997


def told_by(value: float, published: float, digits: int) -> bool:
    """Whether a value, to so many decimals, is the published one."""
    return round(value, digits) == published


def ridge_match_claim(run: LiuFacts) -> Claim:
    """Holds where r of all rows is a match and the size right; in part where it is without the farthest row alone."""
    of = run.exact
    whole, without = of.pearson >= MATCH, of.pearson_without >= MATCH
    right = abs(of.slope - 1) <= RIGHT
    predicted, actual = run.on_it
    theirs = "" if run.theirs is None else f", {coefficient(run.theirs.pearson())} with the penalty in each loss"
    found = (
        f"r {coefficient(of.pearson)}{theirs}, slope {ratio(of.slope)}, ρ {_four(of.spearman)}; without "
        f"{run.farthest}, {number(predicted)} where {number(actual)} comes, r {coefficient(of.pearson_without)}"
    )
    hidden = without and not whole
    return Claim(
        "Figure 1: with an explicit inverse and CG an almost exact match",
        found,
        HOLDS if whole and right else IN_PART if without else DIFFERS,
        (why.HIDDEN,) if hidden else (),
    )


def ridge_digits_claim(run: LiuFacts) -> Claim | None:
    """Risk and norm to the digit."""
    if run.theirs is None:
        return None
    risk, norm = run.theirs.risk, run.theirs.norm
    same = told_by(risk, RISK, 6), told_by(norm, NORM, 6)
    return Claim(
        f"Notebook: risk {RISK}, ‖θ̂‖ {NORM:.6f}",
        f"{risk:.6f}, {norm:.6f}",
        HOLDS if all(same) else IN_PART if any(same) else DIFFERS,
    )


def taylor_claim(run: LiuFacts, method: str) -> Claim | None:
    """A little variance: holds where the series has the exact influence, its size too; in part where it is close."""
    of = run.agreements.get(method)
    if of is None:
        return None
    exact = of.with_exact >= MATCH and abs(of.slope_on_exact - 1) <= RIGHT
    return Claim(
        "Figure 1: with the Taylor series there is a little variance",
        f"with the exact influence r {coefficient(of.with_exact)}, slope {ratio(of.slope_on_exact)}",
        HOLDS if exact else IN_PART if of.with_exact >= CLOSE else DIFFERS,
        () if exact else (why.NOT_CONVERGED,),
    )


def lissa_claim(run: LiuFacts, series: str, lissa: str) -> Claim | None:
    """That single rows lose little beside all of them: r with the exact influence lower by no more than 1 − CLOSE."""
    if series not in run.agreements or lissa not in run.agreements:
        return None
    full, single = (run.agreements[name] for name in (series, lissa))
    lost = full.with_exact - single.with_exact
    return Claim(
        "Figure 1: LiSSA loses not much beside the full series",
        f"r with the exact influence {coefficient(full.with_exact)} and {coefficient(single.with_exact)}, slopes "
        f"{ratio(full.slope_on_exact)} and {ratio(single.slope_on_exact)}",
        HOLDS if lost <= 1 - CLOSE else DIFFERS,
    )


def luck_claim(lucky: Sequence[Luck]) -> Claim | None:
    """That the paper's depth is enough by design: it is by luck where more of the same diverges."""
    if not lucky:
        return None
    found = "; ".join(
        f"depth {of.depth:,}: {of.diverged} of {of.seeds} seeds diverge"
        + (f", the others r {coefficient(of.low)} to {coefficient(of.high)}" if of.diverged < of.seeds else "")
        for of in lucky
    )
    luck, of = any(of.diverged for of in lucky), lucky[0]
    found += f"; {counted(of.steep, 'row')} above twice the scale, up to {of.largest:.2f} times it"
    return Claim(
        "Section 3.2: HVPs are scaled such that the power series converges",
        found,
        DIFFERS if luck else HOLDS,
        (why.SCALE,) if luck else (),
    )


def digits_match_claim(run: LiuFacts) -> Claim:
    """As of Figure 1."""
    of = run.exact
    matches = of.pearson >= MATCH and abs(of.slope - 1) <= RIGHT
    return Claim(
        "Figure 2: influence against leave-one-out on two digits",
        f"r {_four(of.pearson)}, slope {ratio(of.slope)}",
        HOLDS if matches else IN_PART if of.pearson >= CLOSE else DIFFERS,
    )


def mixed_claim(run: LiuFacts) -> Claim | None:
    """That the plotted points have slope 1 by themselves: theirs have, times 1.5, where 2λ stands for λ."""
    if run.theirs is None:
        return None
    slope = run.theirs.steepness
    own = abs(slope - 1) <= RIGHT
    return Claim(
        "Figure 2: the points lie on the dashed line",
        f"as the authors compute it r {coefficient(run.theirs.pearson())}, slope {ratio(slope)}; with one λ throughout "
        f"slope {ratio(run.exact.slope)}",
        HOLDS if own else DIFFERS,
        () if own else (why.TWO_LAMBDA, why.FACTORS),
    )


def digits_numbers_claim(run: LiuFacts) -> Claim | None:
    """Norm and risk of other rows of the same two digits."""
    if run.theirs is None:
        return None
    norm, risk = run.theirs.norm, run.theirs.risk
    near = abs(norm / DIGITS_NORM - 1) <= ALIKE and abs(risk / DIGITS_RISK - 1) <= ALIKE
    accuracy = "" if run.manifest.accuracies is None else f"; {percent(run.manifest.accuracies[0], 1)} of training rows"
    return Claim(
        f"Notebook: ‖θ̂‖ {DIGITS_NORM}, risk {DIGITS_RISK}, 99.2 % of training rows right",
        f"{norm:.3f}, {risk:.4f}{accuracy} right",
        HOLDS if near else DIFFERS,
        (why.OTHER_ROWS,),
    )


def averaged_claim(run: LiuFacts, once: str, averaged: str) -> Claim | None:
    """Averaging takes away the outlier: the farthest row comes nearer, and r is higher, by LiSSA's own seeds."""
    if once not in run.agreements or averaged not in run.agreements:
        return None
    single, mean = (run.agreements[name] for name in (once, averaged))
    better = mean.off < single.off, mean.with_exact > single.with_exact
    return Claim(
        "Figure 2: averaged over 10 runs LiSSA has less variance, and its outlier is gone",
        f"r with the exact influence {_four(single.with_exact)} once, {_four(mean.with_exact)} averaged; the farthest "
        f"row is off by {percent(single.off)} and {percent(mean.off)} of the largest; slopes "
        f"{ratio(single.slope_on_exact)} and {ratio(mean.slope_on_exact)}",
        HOLDS if all(better) else IN_PART if any(better) else DIFFERS,
        (why.SHALLOW,) if mean.slope_on_exact < 1 - RIGHT else (),
    )


def signs_claim(run: LiuFacts) -> Claim | None:
    """Points of either label have influence of either sign: more than a few of each."""
    if run.points is None:
        return None
    full = run.points.components[FULL]
    either = [full.own_harmful, 1 - full.own_harmful, full.others_helpful, 1 - full.others_helpful]
    return Claim(
        "Figure 2: whether a row helps is not decided by its label",
        f"of rows with the test point's label {percent(full.own_harmful)} are harmful, of the others "
        f"{percent(full.others_helpful)} helpful",
        HOLDS if min(either) > SOME else DIFFERS,
    )


def images_claim(run: LiuFacts) -> Claim | None:
    """The least influential row is an easy one of the test point's label, the most harmful a hard one of it."""
    if run.points is None:
        return None
    of, label = run.points, run.points.label
    own = of.least.label == label, of.harmful.label == label
    easy, hard = of.least.easier < 0.5, of.harmful.easier > 0.5
    held = [own[0] and easy, own[1] and hard]
    return Claim(
        "Figure 2: the row of least influence is an easy one of the test point's label, the most harmful a hard one",
        f"the test point is a {label}; row {of.least.row}, a {of.least.label}, {percent(of.least.easier)} of rows have "
        f"a smaller loss; row {of.harmful.row}, a {of.harmful.label}, {percent(of.harmful.easier, 1)}",
        HOLDS if all(held) else IN_PART if any(held) else DIFFERS,
        (why.OTHER_ROWS,),
    )


def _four(value: float) -> str:
    return f"{value:.4f}"
