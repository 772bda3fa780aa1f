"""Figure 1 and section 2.3: what influence is made of, each claim with a verdict that is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from groupinf.analysis.agreement import correlation
from groupinf.analysis.influence_components import (
    FULL,
    INNER_PRODUCT,
    LARGEST,
    WITHOUT_HESSIAN,
    WITHOUT_TRAIN_LOSS,
    Component,
    components,
    most_harmful,
)
from groupinf.reporting.koh_liang_2017.components import HARMFUL
from groupinf.reporting.single_rows.points import only_test_point
from groupinf.reporting.words.formats import coefficient, percent
from groupinf.reproduction.claim import DIFFERS, HOLDS, Claim, verdict_of
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted, number

# the outermost ticks of the authors' axes, on x of each panel and on y, and how far apart their ticks are
AXES = {
    FULL: (-50.0, 100.0, 50.0),
    WITHOUT_TRAIN_LOSS: (-100.0, 200.0, 100.0),
    WITHOUT_HESSIAN: (-10.0, 20.0, 10.0),
    INNER_PRODUCT: (-20.0, 20.0, 10.0),
}
# a variant tells influence where it has this correlation with it; and many rows are at least this share
TELLS, MANY = 0.8, 0.1


@dataclass(frozen=True)
class Components:
    """Influence and its variants by name, the fifth most harmful row of the test point's label and its influence
    times n, and Pearson's r of influence with the actual effects of the ``retrained`` rows.
    """

    parts: Mapping[str, Component]
    harmful_row: int
    harmful: float
    retrained: int
    with_actual: float


def components_found(run: Run) -> Components:
    """What a run of Figure 1 says; raises DataError where it has not the points of one test point."""
    of = only_test_point(run)
    fifth = most_harmful(of.rows, of.label).iloc[HARMFUL - 1]
    known = of.rows[of.rows["actual"].notna()]
    return Components(
        components(of.rows, of.label),
        int(fifth["row"]),
        float(fifth.influence) * len(of.rows),
        len(known),
        float(correlation(known.influence.to_numpy(), known["actual"].to_numpy())) if len(known) > 1 else np.nan,
    )


def components_claims(found: Components) -> tuple[Claim, ...]:
    """All claims on Figure 1."""
    return (
        ranges_claim(found),
        train_loss_claim(found),
        hessian_claim(found),
        inner_product_claim(found),
        harmful_claim(found),
        retrained_claim(found),
    )


def ranges_claim(found: Components) -> Claim:
    """The axes: the outermost ticks are less than one tick from the outermost values."""
    inside = [
        abs(found.parts[name].low - low) < step and abs(found.parts[name].high - high) < step
        for name, (low, high, step) in AXES.items()
    ]
    told = "; ".join(f"{name} {_ends(found.parts[name].low, found.parts[name].high)}" for name in AXES)
    axes = ", ".join(_ends(low, high) for low, high, _ in AXES.values())
    return Claim(f"the axes, whose outermost ticks are {axes}", told, verdict_of(*inside))


def train_loss_claim(found: Components) -> Claim:
    """Without the training loss the largest are mostly others."""
    of = found.parts[WITHOUT_TRAIN_LOSS]
    overestimated = of.shared < LARGEST / 2 and of.pearson < TELLS
    return Claim(
        "left: without the training loss the influence of many rows is overestimated",
        _told(of),
        HOLDS if overestimated else DIFFERS,
    )


def hessian_claim(found: Components) -> Claim:
    """Without H⁻¹ every sign follows the label, though many do not."""
    full, without = found.parts[FULL], found.parts[WITHOUT_HESSIAN]
    follow = without.own_harmful == 0 and without.others_helpful == 0
    many = full.own_harmful >= MANY
    return Claim(
        "middle: without H⁻¹ all rows of the test point's label are helpful and all others harmful, though "
        "many harmful rows have its label",
        f"harmful of its label {percent(without.own_harmful)} without H⁻¹, {percent(full.own_harmful)} by influence; "
        f"helpful of the other {percent(without.others_helpful)} and {percent(full.others_helpful)}; {_told(without)}",
        verdict_of(follow, many),
    )


def inner_product_claim(found: Components) -> Claim:
    """Without both least is left."""
    of = found.parts[INNER_PRODUCT]
    least = all(of.pearson <= other.pearson for other in found.parts.values())
    return Claim(
        "right: the Euclidean inner product fails to capture influence",
        _told(of),
        verdict_of(of.pearson < TELLS, least),
    )


def harmful_claim(found: Components) -> Claim:
    """The image of Figure 1b, of the label of the test image, is harmful."""
    return Claim(
        "(b): a training image of the same label is harmful (in the authors' code the fifth most harmful)",
        f"row {found.harmful_row}, influence times n {number(found.harmful)}",
        HOLDS if found.harmful < 0 else DIFFERS,
    )


def retrained_claim(found: Components) -> Claim:
    """Influence tells what retraining finds; the paper shows it of another model."""
    return Claim(
        "beyond the paper: influence tells the effect of retraining without a row",
        f"Pearson's r {coefficient(found.with_actual)} over {counted(found.retrained, 'row')} of largest influence",
        HOLDS if found.with_actual >= 0.99 else DIFFERS,
    )


def _told(of: Component) -> str:
    return f"Pearson's r with influence {of.pearson:.2f}, {of.shared} of the {LARGEST} largest are its"


def _ends(low: float, high: float) -> str:
    return f"{number(low)} to {number(high)}"
