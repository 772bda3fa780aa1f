"""Figures 1 and 4 and section 5.3, which are read off the points of runs: their claims, and their sections."""

from __future__ import annotations

from groupinf.reporting.words.formats import coefficient, percent
from groupinf.reporting.words.markdown import padded_table
from groupinf.reproduction.claim import Claim
from groupinf.reproduction.papers.koh_liang_2017.children import Children, children_claims, children_found
from groupinf.reproduction.papers.koh_liang_2017.components import components_claims, components_found
from groupinf.reproduction.papers.koh_liang_2017.found import Found
from groupinf.reproduction.papers.koh_liang_2017.kernel import Pair, pair_claims, pair_found
from groupinf.reproduction.papers.koh_liang_2017.studies import COMPONENTS, HOSPITAL, HOSPITAL_FREE, KERNELS, NARROW
from groupinf.wording import number

STAND_IN = (
    "The photographs of dogs and fish are not at hand, only features of a network: both models are of these there, and "
    "so are distances. MNIST, 4 or 9, stands in with images: a kernel on pixels, and a network that was trained on the "
    "eight other digits. The authors' caption says squared distance, their code plots the distance, as here."
)
IMAGES_OF_CODE = (
    "Rows are those of the authors' code: of the last 55,000 images the ones and sevens, in the order of the file, and "
    "test row 30 of both digits."
)
CHILDREN_OF_CODE = (
    "Rows are those of the authors' code: all children who were not readmitted but the last are left out, and the test "
    "row is 1742."
)


def figure_1_claims(found: Found) -> list[Claim]:
    """What influence is made of."""
    run = found.runs.get(COMPONENTS)
    return [] if run is None else list(components_claims(components_found(run)))


def figure_1(found: Found) -> list[str]:
    """Its section."""
    run = found.runs.get(COMPONENTS)
    if run is None:
        return []
    of = components_found(run)
    rows = [
        (name, number(one.low), number(one.high), coefficient(one.pearson), str(one.shared))
        for name, one in of.parts.items()
    ]
    head = ("influence, as of the mean loss", "least", "largest", "r with influence", "of its 100 largest")
    picture = found.picture("koh-liang-1", "Influence against its variants, and images")
    return [*picture, padded_table(head, rows), IMAGES_OF_CODE]


def figure_4_claims(found: Found) -> list[Claim]:
    """A kernel and a network, on each kind of data that is there."""
    return [claim for pair in _pairs(found) for claim in pair_claims(pair)]


def figure_4(found: Found) -> list[str]:
    """Its section."""
    rows = []
    for pair in _pairs(found):
        for model, of in (("RBF kernel", pair.kernel), ("linear on features", pair.network)):
            shares = (of.top_own, of.all_rows.own_helpful, of.all_rows.others_harmful)
            rows.append((pair.data, model, coefficient(of.rho), *map(percent, shares)))
    if not rows:
        return []
    head = ("data", "model", "ρ", "most helpful of its label", "its label helpful", "others harmful")
    picture = found.picture("koh-liang-4", "Influence against distance to the test point, and images")
    return [*picture, padded_table(head, rows), STAND_IN]


def hospital_claims(found: Found) -> list[Claim]:
    """Four children."""
    runs = _hospitals(found)
    if "none" not in runs:
        return []
    return list(children_claims(runs["none"], runs.get("free"), found.stopped))


def hospital(found: Found) -> list[str]:
    """Its section, without an intercept and with a free one."""
    runs = _hospitals(found)
    rows = [
        (
            intercept,
            str(child.row),
            "yes" if child.readmitted else "no",
            *map(number, (child.influence, child.actual)),
            f"{abs(child.influence) / of.next:.1f}",
            child.leads,
            child.leads_first,
        )
        for intercept, of in runs.items()
        for child in of.children
    ]
    if not rows:
        return []
    head = (
        "intercept",
        "child",
        "readmitted",
        "its influence",
        "actual",
        "÷ next row",
        "leads ∂I/∂x",
        "its first term",
    )
    return [
        *found.picture("koh-liang-children", "The rows of largest influence on a child that the model gets wrong"),
        padded_table(head, rows),
        *found.picture("koh-liang-coefficients", "The largest coefficients"),
        *found.picture("koh-liang-perturbation", "What moving each feature does to the children's influence"),
        CHILDREN_OF_CODE,
    ]


def _pairs(found: Found) -> list[Pair]:
    """Of each kind of data both of whose runs are there."""
    return [
        pair_found(data, found.runs[kernel], found.runs[network], found.runs.get(NARROW.get(data, "")))
        for data, (kernel, network) in KERNELS.items()
        if {kernel, network} <= found.runs.keys()
    ]


def _hospitals(found: Found) -> dict[str, Children]:
    """By what is done about an intercept."""
    shown = {"none": HOSPITAL, "free": HOSPITAL_FREE}
    return {intercept: children_found(found.runs[name]) for intercept, name in shown.items() if name in found.runs}
