"""Figure 2, left and middle, and section 4.1: influence against leaving out single rows of MNIST."""

from __future__ import annotations

import numpy as np

from groupinf.effects.methods.influence import Influence
from groupinf.reporting.koh_liang_2017.leave_one_out import FRAME
from groupinf.reporting.single_rows.comparison import Comparison
from groupinf.reporting.single_rows.points import only_test_point
from groupinf.reporting.single_rows.removed import removed_for_one
from groupinf.reporting.words.formats import percent
from groupinf.reporting.words.markdown import padded_table
from groupinf.reproduction.claim import DIFFERS, HOLDS, IN_PART, Claim, verdict_of
from groupinf.reproduction.papers.koh_liang_2017.found import Found
from groupinf.reproduction.papers.koh_liang_2017.studies import COMPONENTS, EXACT, LEAVE_ONE_OUT, LISSA, LISSA_ONCE
from groupinf.studies.group_effects.result import Run
from groupinf.wording import number

# Pearson's r that is a close match, of an exact solve and of an estimate, and one that is not far from it
CLOSE, CLOSE_ESTIMATE, NOT_FAR = 0.999, 0.99, 0.95
# of a close match, how far the slope may be from 1
SLOPE = 0.05
# so many rows are the most influential ones, of which an estimate finds this share
STRONGEST, IDENTIFIED = 50, 0.8
SAMPLED = (
    "The authors' code samples rows in the order of shuffled epochs, so that no row comes twice in 5,000 steps; "
    "here, as in their text, rows are drawn uniformly, with replacement. Both scale the loss by 1/25."
)
PENALTY = (
    "In the authors' code λ/n stays where a row is left out, so that λ becomes λ(n − 1)/n, and the gradient of each "
    "row has (λ/n)θ̂ in it: predicted and actual effects are moved by the same (λ/n)∇f(θ̂)ᵀH⁻¹θ̂, whatever the row. "
    "Here λ stays, and neither has it."
)


def words_of(of: Comparison) -> str:
    """Pearson's r and slope."""
    return f"r = {of.pearson:.4f}, slope {of.slope:.3f}"


def exact_claim(of: Comparison) -> Claim:
    """The left panel."""
    close = of.pearson >= CLOSE and abs(of.slope - 1) <= SLOPE
    verdict = HOLDS if close else IN_PART if of.pearson >= NOT_FAR else DIFFERS
    return Claim(
        "left: predicted and actual changes of the test loss match closely, H⁻¹ solved exactly by conjugate gradients",
        f"{words_of(of)} over {of.actual.size:,} rows; effects from {number(of.actual.min())} to "
        f"{number(of.actual.max())}, predicted from {number(of.predicted.min())} to {number(of.predicted.max())}",
        verdict,
    )


def frame_claim(found: list[Comparison]) -> Claim:
    """The axes as published."""
    outside = sum(int(np.count_nonzero(FRAME.outside(of))) for of in found)
    told = "all points lie within" if not outside else f"{outside:,} points lie outside"
    return Claim(f"axes of ±{number(FRAME.across)}", told, HOLDS if not outside else DIFFERS)


def lissa_claim(of: Comparison) -> Claim:
    """The middle panel."""
    verdict = HOLDS if of.pearson >= CLOSE_ESTIMATE else IN_PART if of.pearson >= NOT_FAR else DIFFERS
    paper = "middle: the stochastic approximation is accurate too, with r = 10 and t = 5,000"
    return Claim(paper, words_of(of), verdict)


def once_claim(exact: Comparison, ten: Comparison, once: Comparison) -> Claim:
    """One repeat: noisier, but the strongest rows are found."""
    share = strongest_shared(exact, once)
    noisier = once.pearson < ten.pearson
    return Claim(
        "section 4.1: even r = 1 works; noisier, it still identifies the most influential points",
        f"{words_of(once)}; {percent(share)} of the {STRONGEST} strongest rows are among its {STRONGEST} strongest",
        verdict_of(noisier, share >= IDENTIFIED),
    )


def strongest_shared(exact: Comparison, other: Comparison) -> float:
    """Which share of the STRONGEST rows by |influence| another prediction has among as many."""
    sets = (set(np.argsort(-np.abs(of.predicted), kind="stable")[:STRONGEST].tolist()) for of in (exact, other))
    first, second = sets
    return len(first & second) / len(first)


def unseen_claim(run: Run, ten: Comparison) -> Claim:
    """rt < n: so many rows were never looked at, and the estimate is accurate."""
    [options] = [used.options for used in run.manifest.methods_with_options if used.name == LISSA]
    drawn = int(options["repeats"]) * int(options["depth"]) * int(options["batch_size"])
    return Claim(
        "section 4.1: H⁻¹v is estimated accurately without looking at every row, as n > rt",
        f"{drawn:,} rows are drawn, of n = {run.manifest.n:,}",
        verdict_of(drawn < run.manifest.n, ten.pearson >= CLOSE_ESTIMATE),
    )


def leave_one_out_claims(found: Found) -> list[Claim]:
    """Those of Figure 2."""
    run = found.runs.get(LEAVE_ONE_OUT)
    if run is None:
        return []
    left_out = removed_for_one(run)
    exact, ten, once = (left_out.comparison(method) for method in (EXACT, LISSA, LISSA_ONCE))
    return [
        exact_claim(exact),
        lissa_claim(ten),
        once_claim(exact, ten, once),
        unseen_claim(run, ten),
        frame_claim([exact, ten]),
    ]


def leave_one_out(found: Found) -> list[str]:
    """The section of Figure 2."""
    run = found.runs.get(LEAVE_ONE_OUT)
    if run is None:
        return []
    rows, left_out = [], removed_for_one(run)
    for method in run.manifest.methods:
        of = left_out.comparison(method)
        off = np.abs(of.predicted - of.actual).max()
        rows.append((method, f"{of.pearson:.5f}", f"{of.slope:.3f}", number(off)))
    head = ("prediction", "Pearson's r", "slope", "farthest off")
    return [
        *found.picture("koh-liang-2", "Influence against leave-one-out retraining on MNIST"),
        padded_table(head, rows),
        SAMPLED,
        PENALTY,
        *penalty_words(found.runs.get(COMPONENTS)),
    ]


def penalty_words(run: Run | None) -> list[str]:
    """How large what moves all effects is in the run of Figure 1.

    Where every parameter is penalised λθ̂ = −Σᵢ rᵢxᵢ at the minimum, so that (λ/n)∇fᵀH⁻¹θ̂ is minus the mean influence of
    all training rows.
    """
    if run is None:
        return []
    influence = only_test_point(run).rows[Influence.name]
    return [
        f"On the ones and sevens of Figure 1 that is {number(-influence.mean())}, beside effects of up to "
        f"{number(influence.abs().max())}."
    ]
