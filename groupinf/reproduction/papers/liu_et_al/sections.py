"""The sections of the page: what each figure claims, what was found, and why they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from groupinf.reporting.words.formats import coefficient, ratio
from groupinf.reporting.words.markdown import padded_table
from groupinf.reproduction.claim import Claim
from groupinf.reproduction.paper import Findings
from groupinf.reproduction.papers.liu_et_al import claims as of
from groupinf.reproduction.papers.liu_et_al import machine_claims as machines
from groupinf.reproduction.papers.liu_et_al.found import Found
from groupinf.reproduction.papers.liu_et_al.reading import LiuFacts
from groupinf.reproduction.papers.liu_et_al.studies import COMPONENTS, DIGITS, LOGISTIC, RIDGE, SHARP, SMOOTH

OPENING = (
    "Liu, Liu, Qi and Yang, *Understanding Model Predictions via Influence Functions*, reproduce Koh and Liang (2017) "
    "on small models: removing single rows of a ridge regression, a logistic regression and a support vector machine. "
    "Their data are at hand but for MNIST, of which they have other rows. Every verdict follows from the numbers by a "
    "rule; where the authors' programs compute something else than what was fitted, both are told, theirs from our θ̂ "
    "and our retrained models. Section 5.2 of the paper, on mislabelled rows, is a heading without text."
)
PENALTY = (
    "The authors' losses have the penalty λ‖θ‖²/n in them, that of the test row too, so that what they predict and "
    "compare is in part how the weights shrink. Effects here are those on the loss alone; where a number below is one "
    "that the authors compute, it has the penalty. λ stays where a row is removed, as it does in theirs."
)
AXES = (
    "Figures have the actual effect on x and influence on y, as the paper's have. In one notebook the labels of both "
    "axes are swapped, in the figures not."
)
# methods of the configurations by the names that they give
CG, TAYLOR, LISSA, LISSA_10 = "CG", "Taylor", "LiSSA", "LiSSA-10"


def _told(found: Sequence[Claim | None]) -> list[Claim]:
    return [claim for claim in found if claim is not None]


def ridge_claims(found: Found) -> list[Claim]:
    """Of Figure 1."""
    run = found.run(RIDGE)
    if run is None:
        return []
    return _told(
        [
            of.ridge_match_claim(run),
            of.ridge_digits_claim(run),
            of.taylor_claim(run, TAYLOR),
            of.lissa_claim(run, TAYLOR, LISSA),
            of.luck_claim(found.luck),
        ]
    )


def digits_claims(found: Found) -> list[Claim]:
    """Of Figure 2."""
    run = found.run(DIGITS)
    if run is None:
        return []
    return _told(
        [
            of.digits_match_claim(run),
            of.mixed_claim(run),
            of.averaged_claim(run, LISSA, LISSA_10),
            of.signs_claim(run),
            of.images_claim(run),
            of.digits_numbers_claim(run),
        ]
    )


def components_claims(found: Found) -> list[Claim]:
    """Of Figure 3."""
    run = found.run(COMPONENTS)
    if run is None:
        return []
    told = (machines.overestimated_claim, machines.without_hessian_claim, machines.inner_product_claim)
    return _told([claim(run) for claim in told])


def machine_claims(found: Found) -> list[Claim]:
    """Of Figure 4."""
    sharp, smooth = found.run(SHARP), found.run(SMOOTH)
    if sharp is None or smooth is None:
        return []
    return _told(
        [
            machines.disaster_claim(smooth),
            *(machines.correlation_claim(smooth, t) for t in machines.PUBLISHED),
            *(machines.all_ten_claim(smooth, t) for t in machines.ALL_TEN),
            machines.too_large_claim(sharp, smooth),
            machines.size_claim(sharp, smooth),
        ]
    )


def distance_claims(found: Found) -> list[Claim]:
    """Of Figure 5."""
    logistic, machine = found.run(LOGISTIC), found.run(SMOOTH)
    if logistic is None or machine is None:
        return []
    return _told(
        [
            machines.nearer_claim(logistic, machine),
            machines.never_zero_claim(logistic),
            machines.zero_claim(machine),
            machines.distance_claim(logistic, machine),
            machines.ranges_claim(logistic, machine),
        ]
    )


def _agreement(run: LiuFacts | None) -> Iterator[str]:
    if run is not None:
        head = ("prediction", "ρ", "r", "slope", f"r without {run.farthest}", "r with the exact", "slope on it")
        rows = [
            (
                name,
                *(coefficient(value) for value in (one.spearman, one.pearson)),
                ratio(one.slope),
                *(coefficient(value) for value in (one.pearson_without, one.with_exact)),
                ratio(one.slope_on_exact),
            )
            for name, one in run.agreements.items()
        ]
        yield padded_table(head, rows)


def _section(found: Found, claims: Sequence[Claim], figure: str, words: str, run: str = "") -> list[str]:
    """The figure, what is claimed of it, how each prediction agrees, and why."""
    if not claims:
        return []
    rows = [(claim.paper, claim.verdict, claim.found) for claim in claims]
    reasons = dict.fromkeys(reason for claim in claims for reason in claim.explanations)
    return [
        *found.picture(figure, words),
        padded_table(("the paper", "verdict", "found"), rows),
        *(_agreement(found.run(run)) if run else ()),
        *(["\n".join(f"- {reason}" for reason in reasons)] if reasons else []),
    ]


# the page's headings in their order, and what stands below each; nothing where there are no results
SECTIONS: tuple[tuple[str, Callable[[Found], list[str]]], ...] = (
    (
        "Figure 1: ridge regression on forest fires",
        lambda found: _section(found, ridge_claims(found), "liu-1", "Figure 1", RIDGE),
    ),
    (
        "Figure 2: logistic regression on two digits",
        lambda found: _section(found, digits_claims(found), "liu-2", "Figure 2", DIGITS),
    ),
    ("Figure 3: components of influence", lambda found: _section(found, components_claims(found), "liu-3", "Figure 3")),
    ("Figure 4: a support vector machine", lambda found: _section(found, machine_claims(found), "liu-4", "Figure 4")),
    ("Figure 5: distance to the boundary", lambda found: _section(found, distance_claims(found), "liu-5", "Figure 5")),
)


def findings(found: Found) -> Findings:
    """What the page says of the results."""
    sections = tuple((heading, body(found)) for heading, body in SECTIONS)
    results = found.results
    return Findings((OPENING, PENALTY, AXES), sections, results.every_run, results.stages)
