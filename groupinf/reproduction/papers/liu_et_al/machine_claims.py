"""What the paper says of Figures 3, 4 and 5 beside what was found, each with a verdict by a rule."""

from __future__ import annotations

from groupinf.analysis.influence_components import FULL, INNER_PRODUCT, WITHOUT_HESSIAN, WITHOUT_TRAIN_LOSS
from groupinf.reporting.words.formats import coefficient, percent, ratio
from groupinf.reproduction.claim import DIFFERS, HOLDS, IN_PART, Claim
from groupinf.reproduction.papers.liu_et_al import why
from groupinf.reproduction.papers.liu_et_al.as_computed import FAR, HARDLY, AsComputed, use_of
from groupinf.reproduction.papers.liu_et_al.claims import RIGHT, SOME, told_by
from groupinf.reproduction.papers.liu_et_al.reading import LiuFacts
from groupinf.wording import number

# r on the first test row by temperature, and of all ten together
PUBLISHED = {0.01: 0.8602, 0.1: 0.7700}
ALL_TEN = {0.01: 0.8624}
# influence so many times as large as effects overestimates them disastrously
DISASTER = 100.0
# r from here on is a good approximation
GOOD = 0.8
# ρ of |influence| and distance up to here says that near rows count more
NEARER = -0.3
# as a share of the largest next to nothing
NOTHING = 0.01
# ranges of Figure 5 as they are drawn, the first times its factor
FACTOR = 2.3
LOGISTIC_RANGE, MACHINE_RANGE = (-2.33, 3.76), (-3.48, 4.26)


def overestimated_claim(run: LiuFacts) -> Claim | None:
    """Without the training loss influence is larger in size, for many rows."""
    if run.points is None:
        return None
    of = run.points
    return Claim(
        "Figure 3: without the training loss many rows are overestimated",
        f"{percent(of.farther)} of rows are larger in size, as the factor that is left out is below 1; r "
        f"{coefficient(of.components[WITHOUT_TRAIN_LOSS].pearson)}",
        HOLDS if of.farther > SOME else DIFFERS,
        (why.OWN_HESSIAN,),
    )


def without_hessian_claim(run: LiuFacts) -> Claim | None:
    """Without H⁻¹ the label decides the sign of every row, as pixels are not negative."""
    if run.points is None:
        return None
    without, full = (run.points.components[name] for name in (WITHOUT_HESSIAN, FULL))
    against = max(without.own_harmful, without.others_helpful)
    return Claim(
        "Figure 3: without the Hessian the label decides the sign",
        f"{percent(without.own_harmful)} of rows of the same label are harmful and {percent(without.others_helpful)} "
        f"of the others helpful; with it {percent(full.own_harmful)} and {percent(full.others_helpful)}",
        HOLDS if against == 0 else DIFFERS,
    )


def inner_product_claim(run: LiuFacts) -> Claim | None:
    """Without both there is an inner product times a constant, whose sign the label decides too."""
    if run.points is None:
        return None
    of = run.points.components[INNER_PRODUCT]
    decided = max(of.own_harmful, of.others_helpful) == 0
    return Claim(
        "Figure 3: without both it degenerates into the inner product",
        f"r with influence {coefficient(of.pearson)}; the label decides the sign of "
        f"{'every row' if decided else 'not every row'}",
        HOLDS if decided else DIFFERS,
    )


def correlation_claim(run: LiuFacts, temperature: float) -> Claim | None:
    """r on the first test row to the digit: by the machine that scikit-learn fits, by ours, or by neither."""
    return _digits_claim(
        run, temperature, PUBLISHED[temperature], 0, f"Figure 4: at t = {number(temperature)} the correlation is"
    )


def all_ten_claim(run: LiuFacts, temperature: float) -> Claim | None:
    """The same over the ten test rows."""
    words = f"Notebook: at t = {number(temperature)}, over the ten test rows, it is"
    return _digits_claim(run, temperature, ALL_TEN[temperature], None, words)


def _digits_claim(run: LiuFacts, temperature: float, published: float, point: int | None, words: str) -> Claim | None:
    if not run.by_libsvm:
        return None
    theirs, ours = (of[temperature].pearson(point) for of in (run.by_libsvm, run.machines))
    same, exact = told_by(theirs, published, 4), told_by(ours, published, 4)
    found = f"{theirs:.4f} as the authors compute it, {ours:.4f} at the exact minimum"
    reasons = (why.TWO_LAMBDA,) if exact else (why.TWO_LAMBDA, why.LIBSVM)
    return Claim(f"{words} {published:.4f}", found, HOLDS if same else DIFFERS, reasons)


def size_claim(sharp: LiuFacts, smooth: LiuFacts) -> Claim:
    """A good approximation to the difference: of r good and sizes right; in part where r is good alone."""
    runs = {"t = 0.01": sharp.exact, "t = 0.1": smooth.exact}
    good = all(of.pearson >= GOOD for of in runs.values())
    right = all(abs(of.slope - 1) <= RIGHT for of in runs.values())
    found = "; ".join(f"{t}: r {coefficient(of.pearson)}, slope {ratio(of.slope)}" for t, of in runs.items())
    return Claim(
        "Figure 4: influence of the smoothed machine is still a good approximation",
        f"with one λ throughout {found}",
        HOLDS if good and right else IN_PART if good else DIFFERS,
        () if right else (why.SIZE,),
    )


def too_large_claim(sharp: LiuFacts, smooth: LiuFacts) -> Claim:
    """With t too large the correlation decreases."""
    falls = smooth.exact.pearson < sharp.exact.pearson
    return Claim(
        "Figure 4: with t too large the correlation decreases",
        f"with one λ throughout {coefficient(sharp.exact.pearson)} at t = 0.01, {coefficient(smooth.exact.pearson)} at "
        "0.1",
        HOLDS if falls else DIFFERS,
    )


def disaster_claim(run: LiuFacts) -> Claim | None:
    """At t = 0 influence overestimates disastrously."""
    if not run.by_libsvm:
        return None
    of = run.by_libsvm[0.0]
    largest, actual = _largest(of)
    return Claim(
        "Figure 4: at t = 0 influence overestimates disastrously",
        f"up to {number(largest)} against {number(actual)}, r {coefficient(of.pearson())}, with 10⁻⁴ added to a "
        "Hessian that has no inverse",
        HOLDS if largest > DISASTER * actual else DIFFERS,
    )


def _largest(of: AsComputed) -> tuple[float, float]:
    return float(abs(of.influence[:, 0]).max()), float(abs(of.difference[:, 0]).max())


def nearer_claim(logistic: LiuFacts, machine: LiuFacts) -> Claim | None:
    """Both models put more weight on rows near the boundary."""
    if logistic.points is None or machine.points is None or logistic.theirs is None:
        return None
    ours = logistic.points.use.distance, machine.points.use.distance
    theirs = [use_of(of.influence[:, 0], of.scores).distance for of in (logistic.theirs, machine.machines[0.1])]
    return Claim(
        "Figure 5: both models look more at rows near the boundary",
        f"ρ of the size of influence with the distance {coefficient(ours[0])} and {coefficient(ours[1])}; as the "
        f"authors compute it {coefficient(theirs[0])} and {coefficient(theirs[1])}",
        HOLDS if max(ours) <= NEARER else IN_PART if min(ours) <= NEARER else DIFFERS,
        (why.TWO_LAMBDA,),
    )


def never_zero_claim(logistic: LiuFacts) -> Claim | None:
    """Of the logistic regression influence is always above 0."""
    if logistic.points is None:
        return None
    use = logistic.points.use
    return Claim(
        "Figure 5: logistic regression looks at all rows, its influence is never 0",
        f"at least {percent(use.least)} of the largest; {percent(use.hardly)} of rows have less than {percent(HARDLY)}",
        HOLDS if use.least > 0 and use.hardly == 0 else IN_PART if use.least > 0 else DIFFERS,
    )


def zero_claim(machine: LiuFacts) -> Claim | None:
    """Of the machine it is literally 0 far beyond the margin; in part where it is next to nothing."""
    if machine.points is None:
        return None
    use = machine.points.use
    return Claim(
        "Figure 5: rows far beyond the margin have literally zero influence on the machine",
        f"beyond a score of {number(FAR)} at most {percent(use.far, 1)} of the largest; {percent(use.hardly)} of rows "
        f"have less than {percent(HARDLY)}",
        HOLDS if use.far == 0 else IN_PART if use.far < NOTHING else DIFFERS,
        () if use.far == 0 else (why.TINY,),
    )


def ranges_claim(logistic: LiuFacts, machine: LiuFacts) -> Claim | None:
    """The ranges that the authors draw, read off their axes, as they compute and scale them."""
    if logistic.theirs is None or not machine.machines:
        return None
    uses = [use_of(of.influence[:, 0], of.scores) for of in (logistic.theirs, machine.machines[0.1])]
    drawn = [(FACTOR * uses[0].low, FACTOR * uses[0].high), (uses[1].low, uses[1].high)]
    same = all(
        told_by(value, of, 2)
        for ends, published in zip(drawn, (LOGISTIC_RANGE, MACHINE_RANGE), strict=True)
        for value, of in zip(ends, published, strict=True)
    )
    words = [_range(*ends) for ends in drawn]
    ours = [] if logistic.points is None or machine.points is None else [logistic.points.use, machine.points.use]
    plain = "; with one λ and no factor " + " and ".join(_range(use.low, use.high) for use in ours) if ours else ""
    return Claim(
        f"Figure 5: n × influence from {_range(*LOGISTIC_RANGE)} and from {_range(*MACHINE_RANGE)}",
        f"{' and '.join(words)} as the authors compute it, the first times {FACTOR}{plain}",
        HOLDS if same else DIFFERS,
        (why.TWO_LAMBDA, why.FACTORS),
    )


def distance_claim(logistic: LiuFacts, machine: LiuFacts) -> Claim | None:
    """What is on x is the distance: where a norm is not 1, a score is none."""
    if logistic.points is None or machine.points is None:
        return None
    norms = logistic.points.weights_norm, machine.points.weights_norm
    near = all(abs(norm - 1) <= RIGHT for norm in norms)
    return Claim(
        "Figure 5: on x stands the distance to the boundary",
        f"it is the score; distances are smaller by ‖β‖ = {number(norms[0])} and {number(norms[1])}",
        HOLDS if near else DIFFERS,
        () if near else (why.NOT_DIVIDED,),
    )


def _range(low: float, high: float) -> str:
    return f"{low:.2f} to {high:.2f}".replace("-", "−")
