"""The paper's claims on natural groups, section 5 and appendix C.3, each beside what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groupinf.analysis.agreement import rank_correlation
from groupinf.analysis.attributes import SIZE, Numbers, partial_rank_correlation
from groupinf.analysis.intervals import bonett_wright_interval
from groupinf.analysis.test_sets import correlation_between_sets, first_component_order
from groupinf.reporting.paper.natural_groups.reading import (
    COUNT,
    COVERAGE,
    POLARITY,
    PRECISION,
    SetEffects,
    contributors,
    is_of_labelling_functions,
    labelling_functions,
)
from groupinf.reporting.words.formats import coefficient, extent, interval, percent
from groupinf.reproduction.claim import DIFFERS, HOLDS, IN_PART, Claim, verdict_of
from groupinf.reproduction.papers.koh_et_al_2019.explanations import (
    OWN_SETS,
    PRECISE_LESS,
    SIZE_BOUNDS,
    SLOPE_HIDDEN,
)
from groupinf.reproduction.papers.koh_et_al_2019.ranges import range_claim
from groupinf.studies.group_effects.result import Run
from groupinf.wording import listed, number

WORKERS = (0.77, 0.86)  # section 5, by genre


@dataclass(frozen=True)
class Correlation:
    """Spearman's ρ with its 95 % interval over so many groups."""

    rho: float
    low: float
    high: float

    @classmethod
    def of(cls, x: Numbers, y: Numbers, given: Numbers | None = None) -> Correlation:
        """That of two attributes of the groups, with ``given`` a third that is partialled out."""
        known = np.isfinite(x) & np.isfinite(y)
        third = None if given is None else given[known]
        rho = (
            rank_correlation(x[known], y[known])
            if third is None
            else partial_rank_correlation(x[known], y[known], third)
        )
        low, high = bonett_wright_interval(rho, int(known.sum()) - (third is not None))
        return cls(float(rho), float(low), float(high))

    @property
    def apart(self) -> bool:
        """Whether the interval leaves 0 out."""
        return not self.low <= 0 <= self.high

    @property
    def words(self) -> str:
        """The number and its interval."""
        return f"{coefficient(self.rho)} {interval(self.low, self.high)}"


def natural_claims(run: Run) -> tuple[Claim, ...]:
    """Those on labelling functions, or on whoever contributed rows of genres; none of other runs."""
    if is_of_labelling_functions(run) and run.manifest.test_sets:
        return _of_labelling_functions(labelling_functions(run))
    if any(COUNT.format(known.name) in run.attributes for known in run.manifest.test_sets):
        return _of_contributors(contributors(run))
    return ()


def _of_labelling_functions(effects: SetEffects) -> tuple[Claim, ...]:
    return (_ranked(effects), _signs(effects), _coverage(effects), _precision(effects))


def _ranked(effects: SetEffects) -> Claim:
    rho = rank_correlation(effects.predicted, effects.actual)
    slopes = (effects.predicted * effects.actual).sum(axis=1) / (effects.predicted**2).sum(axis=1)
    values = listed(f"{coefficient(r)} on {name}" for r, name in zip(rho, effects.sets, strict=True))
    ones = int((np.round(rho, 2) == 1).sum())
    verdict = HOLDS if ones == rho.size else IN_PART if ones else DIFFERS
    found = (
        f"ρ = {values}; actual effects are {extent(slopes.min(), slopes.max(), number)} times the influence, by slope"
    )
    paper = "Figure C.5: influence ranks labelling functions with ρ = 1 on either set of test rows"
    return Claim(paper, found, verdict, (SLOPE_HIDDEN,) if (slopes > 1.05).all() else ())


def _signs(effects: SetEffects) -> Claim:
    """Removing a positive function raises the loss of positive rows and lowers that of negative ones, and so on."""
    own = _polarity(effects)
    right = [np.mean(np.sign(effects.predicted[i]) == np.where(own == i, 1, -1)) for i in range(len(effects.sets))]
    found = f"so predicted for {percent(min(right))} of them, on the set where fewer do"
    verdict = HOLDS if min(right) == 1 else IN_PART if min(right) > 0.5 else DIFFERS
    paper = "Labelling functions help the test rows of their own class and hurt those of the other"
    return Claim(paper, found, verdict)


def _polarity(effects: SetEffects) -> NDArray[np.int64]:
    """The position of the set that each function's votes are of: positive rows first."""
    return np.asarray(effects.texts(POLARITY) != "positive", dtype=np.int64)


def _by_polarity(effects: SetEffects, attribute: str, given: str = "") -> dict[str, Correlation]:
    """|influence| against an attribute, of the functions of each polarity on each set; ``given`` is partialled out."""
    values, own, found = effects.numbers(attribute), _polarity(effects), {}
    other = effects.numbers(given) if given else None
    for code, polarity in enumerate(("positive", "negative")):
        for name, predicted in zip(effects.sets, effects.predicted, strict=True):
            chosen = own == code
            about = f"{polarity} functions, {name}"
            z = None if other is None else other[chosen]
            found[about] = Correlation.of(values[chosen], np.abs(predicted[chosen]), z)
    return found


def _coverage(effects: SetEffects) -> Claim:
    found = _by_polarity(effects, COVERAGE)
    holding = [known.apart and known.rho > 0 for known in found.values()]
    verdict = verdict_of(*holding)
    paper = "Figures 4 and C.6: coverage predicts the magnitude of a labelling function's influence"
    return Claim(paper, f"ρ of coverage and the size of influence: {_listed(found)}", verdict)


def _precision(effects: SetEffects) -> Claim:
    found = _by_polarity(effects, PRECISION)
    higher = [known.apart and known.rho > 0 for known in found.values()]
    apart = [known.apart for known in found.values()]
    verdict = DIFFERS if any(higher) else IN_PART if any(apart) else HOLDS
    paper = "Figures 4 and C.7: labelling functions with higher precision have no more influence"
    given = _by_polarity(effects, PRECISION, given=COVERAGE)
    words = f"ρ of precision and the size of influence: {_listed(found)}; given coverage: {_listed(given)}"
    backwards = any(known.apart and known.rho < 0 for known in given.values())
    return Claim(paper, words, verdict, (PRECISE_LESS,) if any(apart) and backwards else ())


def _listed(found: Mapping[str, Correlation]) -> str:
    return "; ".join(f"{about}: {known.words}" for about, known in found.items())


def _of_contributors(effects: SetEffects) -> tuple[Claim, ...]:
    rho = rank_correlation(effects.predicted, effects.actual)
    ranked = {name: float(value) for name, value in zip(effects.sets, rho, strict=True)}
    paper = f"Figure C.8: ρ of crowdworkers is {WORKERS[0]} to {WORKERS[1]} by genre"
    return (range_claim(paper, ranked, WORKERS), _number(effects), _most(effects), _families(effects), _own(effects))


def _number(effects: SetEffects) -> Claim:
    total = effects.predicted.sum(axis=0)
    signed = Correlation.of(effects.numbers(SIZE), total)
    magnitude = Correlation.of(effects.numbers(SIZE), np.abs(total))
    with_sum = "ρ of the number of rows with influence on the sum over genres"
    found = f"{with_sum} {signed.words}, with its size {magnitude.words}"
    verdict = DIFFERS if signed.apart else HOLDS
    paper = "Figures 4 and C.9: the number of examples that a crowdworker wrote does not predict their influence"
    return Claim(paper, found, verdict, (SIZE_BOUNDS,) if magnitude.apart and not signed.apart else ())


def _most(effects: SetEffects) -> Claim:
    most = int(np.argmax(effects.numbers(SIZE)))
    predicted, actual = (float(of[:, most].sum()) for of in (effects.predicted, effects.actual))
    rows = f"{effects.numbers(SIZE)[most]:,.0f} rows"
    found = f"{effects.names[most]}, {rows}: influence {number(predicted)}, actual effect {number(actual)}"
    verdict = HOLDS if max(predicted, actual) < 0 else IN_PART if min(predicted, actual) < 0 else DIFFERS
    paper = "The most prolific crowdworker has negative influence, and retraining without them agrees"
    return Claim(paper, found, verdict)


def _families(effects: SetEffects) -> Claim:
    """Two camps by the sign of the first principal component; all correlations inside of one positive, between them
    negative."""
    order = first_component_order(effects.predicted)
    rho = correlation_between_sets(effects.predicted)[np.ix_(order.sets, order.sets)]
    camp = np.arange(len(effects.sets)) >= order.family
    names = [effects.sets[i] for i in order.sets]
    inside = np.triu(camp[:, None] == camp, 1)
    between = np.triu(camp[:, None] != camp, 1)
    parts = [
        f"{names[i]} and {names[j]} {coefficient(rho[i, j])}" for i, j in np.argwhere(np.triu(np.ones_like(rho), 1))
    ]
    holds = bool(camp.any() and not camp.all() and (rho[inside] > 0).all() and (rho[between] < 0).all())
    found = f"correlation of influences on {'; '.join(parts)}"
    verdict = HOLDS if holds else IN_PART if camp.any() and not camp.all() else DIFFERS
    paper = "Figure C.10: genres form two families, and who helps one family hurts the other"
    return Claim(paper, found, verdict)


def _own(effects: SetEffects) -> Claim:
    of = effects.contributed()
    counts = {name: of.numbers(COUNT.format(name)) for name in of.sets}
    found = {name: Correlation.of(counts[name], p) for name, p in zip(of.sets, of.predicted, strict=True)}
    apart = [known.apart for known in found.values()]
    verdict = HOLDS if not any(apart) else DIFFERS if all(apart) else IN_PART
    several = (np.stack(list(counts.values())) > 0).sum(axis=0).max() > 1
    paper = "Figure C.11: the number of examples contributed to a genre does not predict the influence on that genre"
    return Claim(paper, f"ρ: {_listed(found)}", verdict, () if several or not any(apart) else (OWN_SETS,))
