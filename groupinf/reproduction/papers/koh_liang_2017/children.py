"""Section 5.3: four children in the training data of a hospital, each claim with a verdict that is computed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from groupinf.reporting.koh_liang_2017.children import CHILD, child_rows, coefficients, larger_than_child
from groupinf.reporting.koh_liang_2017.perturbation import perturbations
from groupinf.reporting.single_rows.points import PointRows, only_test_point
from groupinf.reporting.words.formats import extent, percent
from groupinf.reproduction.claim import DIFFERS, HOLDS, IN_PART, Claim, verdict_of
from groupinf.reproduction.papers.koh_liang_2017.stopped import Stopped
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted, listed, number

# what the text says: children left, those of them readmitted, features with larger coefficients, and how many times
# the influence of the next row theirs is
LEFT, READMITTED, LARGER, TIMES = 4, 3, 14, (30.0, 40.0)
# the four are told from all others where each has at least so many times the influence of the next row
FAR_AHEAD = 20.0
# many of the children of the test set are at least this share
MANY = 0.1
# influence is called near the actual effect within this share of it
NEAR = 0.2


@dataclass(frozen=True)
class Child:
    """A child in the training data: whether it was readmitted, influence and actual effect of removing it, and the
    feature that moves its influence most, by the perturbation and by its first term alone.
    """

    row: int
    readmitted: bool
    influence: float
    actual: float
    leads: str
    leads_first: str


@dataclass(frozen=True)
class Children:
    """The children of a run, |influence| of the strongest other row, and how many of the ``features`` have a larger
    coefficient than the child indicator.
    """

    children: tuple[Child, ...]
    next: float
    larger: int
    features: int

    @property
    def times(self) -> tuple[float, float]:
        """The least and the largest |influence| of a child over that of the next row."""
        sizes = [abs(child.influence) / self.next for child in self.children]
        return min(sizes), max(sizes)


def children_found(run: Run) -> Children:
    """What a run of section 5.3 says; raises DataError where it has not the points of one test point, a perturbation,
    or data with children.
    """
    of, moved, rows = only_test_point(run), perturbations(run), child_rows(run)
    others = of.rows[~of.rows["row"].isin(rows)]
    return Children(
        tuple(_child(of, moved, row) for row in rows),
        float(others.influence.abs().max()),
        larger_than_child(run),
        coefficients(run).size,
    )


def children_claims(found: Children, free: Children | None = None, stopped: Stopped | None = None) -> tuple[Claim, ...]:
    """All claims; with ``free`` those on a free intercept, and with ``stopped`` why numbers differ."""
    why = () if stopped is None else (stopped.in_words(LARGER),)
    claims = (
        mismatch_claim(found),
        *(() if stopped is None else (errors_claim(stopped),)),
        coefficients_claim(found, why),
        ahead_claim(found, why),
        signs_claim(found),
        perturbation_claim(found),
        first_term_claim(found),
        retrained_claim(found),
    )
    return claims if free is None else (*claims, free_claim(found, free))


def mismatch_claim(found: Children) -> Claim:
    """Four children are left, three of them readmitted."""
    count, readmitted = len(found.children), sum(child.readmitted for child in found.children)
    return Claim(
        f"{READMITTED} of {LEFT} children in the training data were readmitted",
        f"{readmitted} of {counted(count, 'child', 'children')}",
        HOLDS if (count, readmitted) == (LEFT, READMITTED) else DIFFERS,
    )


def errors_claim(of: Stopped) -> Claim:
    """What the children who are left out would have told: without them many of the test set are got wrong."""
    more = of.exact.wrong > of.before
    many = of.exact.wrong >= MANY * of.children
    return Claim(
        "leaving out the others makes the model get many children of the test set wrong",
        f"{of.exact.wrong} of {of.children:,}, {of.before} where they are not left out",
        HOLDS if more and many else IN_PART if more else DIFFERS,
    )


def coefficients_claim(found: Children, why: tuple[str, ...] = ()) -> Claim:
    """coefficients do not tell: several are larger than that of the child indicator."""
    same = found.larger == LARGER
    return Claim(
        f"coefficients do not tell the children: {LARGER} of 127 features have a larger one than the child indicator",
        f"{found.larger} of {counted(found.features, 'feature')}",
        HOLDS if same else IN_PART if found.larger else DIFFERS,
        () if same else why,
    )


def ahead_claim(found: Children, why: tuple[str, ...] = ()) -> Claim:
    """The children come first, by 30 to 40 times; in part where by FAR_AHEAD at least."""
    least, most = found.times
    low, high = TIMES
    inside = low <= least and most <= high
    return Claim(
        f"each of the four children is {low:g} to {high:g} times as influential as the next row",
        f"{extent(least, most, _times)} times",
        HOLDS if inside else IN_PART if least >= FAR_AHEAD else DIFFERS,
        () if inside else why,
    )


def signs_claim(found: Children) -> Claim:
    """Readmitted children are harmful for the test child, the other is helpful."""
    expected = [(child.influence < 0) == child.readmitted for child in found.children]
    told = [
        f"{child.row} ({'' if child.readmitted else 'not '}readmitted) {number(child.influence)}"
        for child in found.children
    ]
    return Claim(
        "the child that was not readmitted has a very positive influence, the others very negative ones",
        "; ".join(told),
        verdict_of(*expected),
    )


def perturbation_claim(found: Children) -> Claim:
    """The claim on the perturbation: false where another feature leads for a child."""
    told = [f"{child.row} {child.leads}" for child in found.children]
    leading = [child.leads == CHILD for child in found.children]
    return Claim(
        "the child indicator has by far the largest perturbation influence of the four",
        f"it is first for {sum(leading)} of {len(leading)}; first are {'; '.join(told)}",
        verdict_of(*leading),
        () if all(leading) else (COEFFICIENTS_COPIED,),
    )


def first_term_claim(found: Children) -> Claim:
    """What holds in its place: by the term of the residual alone the indicator leads."""
    leading = [child.leads_first == CHILD for child in found.children]
    return Claim(
        "beyond the paper: by the first term of the perturbation alone, s r H⁻¹∇f, the child indicator is first",
        f"for {sum(leading)} of {len(leading)} children",
        verdict_of(*leading),
    )


def retrained_claim(found: Children) -> Claim:
    """Influence beside retraining without each child."""
    off = [abs(child.influence / child.actual - 1) for child in found.children]
    told = [f"{child.row} {number(child.influence)}, actual {number(child.actual)}" for child in found.children]
    return Claim(
        "beyond the paper: influence is near what retraining without a child finds",
        f"{'; '.join(told)}; off by {percent(max(off))} at most",
        HOLDS if max(off) <= NEAR else DIFFERS,
    )


def free_claim(found: Children, free: Children) -> Claim:
    """The same with a free intercept: children far ahead, and who leads the perturbation."""
    least, most = free.times
    ahead = least >= FAR_AHEAD
    same = [(a.row, a.leads, a.leads_first) for a in found.children] == [
        (a.row, a.leads, a.leads_first) for a in free.children
    ]
    first, first_alone = (
        listed(dict.fromkeys(leads)) for leads in zip(*((a.leads, a.leads_first) for a in free.children), strict=True)
    )
    return Claim(
        "beyond the paper: with a free intercept the same is found",
        f"children {extent(least, most, _times)} times the next row; {free.larger} larger coefficients; first by the "
        f"perturbation {first}, by its first term {first_alone}",
        verdict_of(ahead, same),
    )


COEFFICIENTS_COPIED = (
    "The second term, s a (xᵀH⁻¹∇f) θ, is a copy of θ̂: the feature with the largest coefficient leads it for every "
    "row, whatever the row is. The authors' own notebook shows the same."
)


def _child(of: PointRows, moved: pd.DataFrame, row: int) -> Child:
    line = of.rows[of.rows["row"] == row].iloc[0]
    features = moved[moved["row"] == row]
    return Child(
        row,
        readmitted=bool(line["label"] == 1),
        influence=float(line.influence),
        actual=float(line["actual"]),
        leads=_leading(features, "perturbation"),
        leads_first=_leading(features, "first"),
    )


def _leading(features: pd.DataFrame, term: str) -> str:
    return str(features["feature"].to_numpy()[int(np.argmax(features[term].abs().to_numpy()))])


def _times(value: float) -> str:
    return f"{value:.1f}"
