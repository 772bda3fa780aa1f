"""The sections of the page, each nothing where there are no results for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from groupinf.reproduction.claim import Claim
from groupinf.reproduction.paper import Findings
from groupinf.reproduction.papers.koh_liang_2017.found import Found, claims_table
from groupinf.reproduction.papers.koh_liang_2017.leave_one_out import leave_one_out, leave_one_out_claims
from groupinf.reproduction.papers.koh_liang_2017.of_points import (
    figure_1,
    figure_1_claims,
    figure_4,
    figure_4_claims,
    hospital,
    hospital_claims,
)
from groupinf.reproduction.papers.koh_liang_2017.repair import repair, repair_claims
from groupinf.reproduction.papers.koh_liang_2017.smoothed import smoothed, smoothed_claims
from groupinf.reproduction.results import facts_of

OPENING = (
    "Koh and Liang (2017), *Understanding black-box predictions via influence functions*, ask what single training "
    "rows do to a prediction. Here their figures are made again, with exact retraining; where their text and their "
    "code (kohpangwei/influence-release) differ, the code is followed and the page says so. Every verdict follows "
    "from the numbers by a rule."
)
SIGN = (
    "Influence here is the effect of leaving a row out: −1/n times the paper's I_up,loss. No model of the paper has an "
    "intercept, and its weight decay is λ/n."
)
LEFT_OUT = (
    "Not made here: the convolutional network (section 4.2, Figure 2, right) and the attacks through a network's "
    "pixels (section 5.2, Figure 5), whose models are not linear in their parameters; and times, such as that LiSSA "
    "is faster than conjugate gradients, which are not measured apart."
)

# the claims by where they stand, in the order of the paper
CLAIMS: Mapping[str, Callable[[Found], list[Claim]]] = {
    "Figure 1": figure_1_claims,
    "Figure 2": leave_one_out_claims,
    "Figure 3": smoothed_claims,
    "Figure 4": figure_4_claims,
    "Section 5.3": hospital_claims,
    "Figure 6": repair_claims,
}

# the page's headings after the claims, in their order, and what stands below each
SECTIONS: tuple[tuple[str, Callable[[Found], list[str]]], ...] = (
    ("Figure 1: components of influence", figure_1),
    ("Figure 2: leaving out single rows of MNIST", leave_one_out),
    ("Figure 3: smooth approximations to the hinge loss", smoothed),
    ("Figure 4: a kernel and a network", figure_4),
    ("Section 5.3: four children", hospital),
    ("Figure 6: flipped labels", repair),
)


def findings(found: Found, stages: Mapping[str, Mapping[str, float]]) -> Findings:
    """What the page says of all that was found."""
    claims = claims_table({where: claims(found) for where, claims in CLAIMS.items()})
    sections = (("In short", claims), *((heading, body(found)) for heading, body in SECTIONS), ("Left out", [LEFT_OUT]))
    return Findings((OPENING, SIGN), sections, tuple(map(facts_of, found.runs.values())), stages)
