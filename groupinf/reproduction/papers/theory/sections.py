"""The sections of the page, each nothing where there are no results for it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from groupinf.analysis.theory import BOUNDS, Bound, Held
from groupinf.reporting.words.formats import coefficient, extent, percent, ratio
from groupinf.reporting.words.markdown import padded_table
from groupinf.reporting.words.style import evaluation_name
from groupinf.reproduction.paper import Findings
from groupinf.reproduction.papers.theory.costs_section import costs
from groupinf.reproduction.papers.theory.counterexample import ROWS
from groupinf.reproduction.papers.theory.explained_section import explained
from groupinf.reproduction.papers.theory.found import Found
from groupinf.reproduction.papers.theory.free_section import with_free_intercept
from groupinf.reproduction.papers.theory.in_short import all_claims
from groupinf.reproduction.papers.theory.reading import Measured, Quantiles, TheoryFacts
from groupinf.wording import UNDEFINED, counted, number

OPENING = (
    "Section 4 and appendices D and E of Koh et al. (2019) say when influence must agree with the Newton step and with "
    "actual effects, and when it need not. Here each statement is computed: on the counterexamples of Figure 3, and on "
    "the paper's five datasets without an intercept, the setting of its propositions, beside actual effects by exact "
    "retraining. Every verdict follows from the numbers by a rule."
)
PUBLISHED = (
    "The left panel as published is rounding: the authors' code (kohpangwei/group-influence-release) picks pairs by "
    "a·b/(‖a‖‖b‖ + 10⁻⁴), a cosine that is small where steps are tiny, whether or not they are turned. Of the 120 "
    "pairs that it stored, steps are at most 1.5·10⁻³ long and the true cosine is 1.0000000 for all; its test point is "
    "1.2·10¹¹ long, and ρ of influence with Newton 0.27 in float32 and 1.000 in float64. Its means are ½ apart, in the "
    "text 1. Here pairs have the smallest true cosine, the test point has length 1 and follows from an eigenvalue "
    "problem without random targets, and the effects are those of exact retraining in float64."
)
CHOSEN = "Groups, test points and the data of this figure are chosen adversarially."
FIRST_TWO, LAST_TWO = BOUNDS[:2], BOUNDS[2:]
# relative difference up to which two bounds are the same
SAME = 0.01


def _claims(found: Found) -> list[str]:
    claims = all_claims(found)
    rows = [(claim.paper, claim.verdict, claim.found) for claim in claims]
    return [padded_table(("the paper, or beyond it", "verdict", "found"), rows)] if rows else []


def _figure_3(found: Found) -> list[str]:
    rows = [
        (
            name,
            f"{of.groups:,}",
            *map(coefficient, (of.influence_newton, of.influence_actual, of.newton_actual)),
            percent(of.opposite),
            UNDEFINED if of.opposite else extent(of.least, of.largest, ratio),
        )
        for name, of in found.compared.items()
    ]
    if not rows:
        return []
    rho = ("ρ influence, Newton", "ρ influence, actual", "ρ Newton, actual")
    head = ("study", "groups", *rho, "influence of the wrong sign", "actual ÷ influence")
    return [*found.picture("figure-3", "Figure 3"), padded_table(head, rows), CHOSEN, PUBLISHED]


def _first(found: Found) -> list[str]:
    rows = [
        (
            f"{of.removed}",
            *(number(value) for value in (of.error, of.printed, of.repaired, of.actual)),
            f"{number(of.low)} to {number(of.high)}",
        )
        for of in found.example
    ]
    head = ("rows removed", "error of Newton", "bound as printed", "repaired", "actual effect", "proven interval")
    example = (
        f"{ROWS} rows x = 1, half of either label, without an intercept, λ = 0.1, and rows of one label are removed; "
        "f = θ. The printed bound divides by (σ_min + λ)³ with the least eigenvalue of the Hessian of all rows; what "
        "the proof needs is that of the rows that are left, on the way from one minimum to the other, which may be "
        "hardly more than λ. Repaired, it divides by λ³."
    )
    return [
        example,
        padded_table(head, rows),
        *_bounds(found, FIRST_TWO),
        *found.picture("bounds", "Errors and bounds"),
    ]


def _bounds(found: Found, bounds: Sequence[Bound]) -> list[str]:
    """Violations and looseness of a bound as printed and repaired, by dataset and evaluation."""
    printed, repaired = (bound.name for bound in bounds)
    rows = [
        (
            run.dataset,
            evaluation_name(of.evaluation),
            f"{of.held[printed].count:,}",
            *(_held(of.held[name]) for name in (printed, repaired)),
            *_loose(of, (printed, repaired)),
        )
        for run in found.data
        for of in run.measured
        if of.held[repaired].compared
    ]
    if not rows:
        return []
    of_each = ("violate it as printed", "repaired", "bound ÷ error as printed", "repaired")
    return [_same(found, printed, repaired), padded_table(("data", "evaluation", "effects", *of_each), rows)]


def _same(found: Found, printed: str, repaired: str) -> str:
    alike = [
        math.isclose(of.held[printed].median, of.held[repaired].median, rel_tol=SAME)
        for run in found.data
        for of in run.measured
        if of.held[repaired].compared
    ]
    return (
        f"By dataset, bound ÷ error in the median. In {sum(alike)} of {counted(len(alike), 'case')} both versions are "
        f"the same to {percent(SAME)}: there σ_min is next to nothing beside λ."
    )


def _held(of: Held) -> str:
    return percent(of.violations / of.count, 1) if of.count else UNDEFINED


def _loose(of: Measured, names: Sequence[str]) -> list[str]:
    return [number(of.held[name].median, 2) for name in names]


def _second(found: Found) -> list[str]:
    rows = [
        (
            run.dataset,
            evaluation_name(of.evaluation),
            *map(percent, (of.parts.linear, of.parts.curvature, of.parts.rest)),
            number(of.parts.left, 1),
        )
        for run in found.data
        for of in run.measured
    ]
    if not rows:
        return []
    words = (
        "Newton − influence = linear ∇fᵀH^(−½)D(w)H^(−½)g + curvature ½ΔᵀNt∇²fΔNt + rest. Medians of the size of each "
        "part as a share of |Newton − influence|; parts of unlike signs may each be larger than their sum. Last, how "
        "far the four terms are at most from adding up, as a share of the median |Newton|."
    )
    head = ("data", "evaluation", "linear", "curvature", "rest", "does not add up")
    example = [
        (f"{of.removed}", *(number(value) for value in (of.rest, of.rest_printed, of.rest_repaired)))
        for of in found.example
    ]
    return [
        words,
        padded_table(head, rows),
        *_bounds(found, LAST_TWO),
        "The rest of the example above, on the loss of a row that stays, beside the same two versions of its bound:",
        padded_table(("rows removed", "rest", "bound as printed", "repaired"), example),
    ]


def _third(found: Found) -> list[str]:
    rows = []
    for run in found.data:
        paper, own = run.paper_cone, run.own_cone
        if own.count:
            rows.append(
                (
                    run.dataset,
                    f"{own.count:,}",
                    *(number(value) for value in (paper.slope, own.slope, own.found, own.tightness)),
                    *(percent(one / own.count) for one in (paper.second_order, paper.actual)),
                    *(percent(one / own.count) for one in (own.second_order, own.actual)),
                )
            )
    if not rows:
        return []
    words = (
        "Of the self-loss, medians over groups: the paper's slope, that of each group's own cone, the one found, which "
        "is influence + linear + curvature over influence, and own ÷ found. Then the groups inside of either cone, of "
        "influence + linear + curvature, which the proposition is about, and with their actual effects."
    )
    head = (
        "data", "groups", "paper", "own", "found", "own ÷ found", "in the paper's", "actual", "in their own", "actual"
    )  # fmt: skip
    return [words, padded_table(head, rows), *found.picture("cones", "Cones of the self-loss")]


def _steps(found: Found) -> list[str]:
    rows = [
        (
            run.dataset,
            number(run.manifest.lam_over_n),
            _range(run.steps.angle, lambda value: f"{value:.1f}"),
            _range(run.steps.ratio, ratio),
            _range(run.steps.d_norm, ratio),
            number(run.steps.d_norm_paper),
            number(run.steps.mu_error, 1) if run.steps.mu_error else "0",
        )
        for run in found.data
    ]
    if not rows:
        return []
    words = (
        "By Corollary 1 influence and Newton differ on a test prediction by v_testᵀD(w)v_w: the step grows, and it "
        "turns. 10 %, 50 % and 90 % of the groups of each dataset: the angle between both steps in the "
        "metric of H, gᵀΔ_Nt ÷ gᵀΔ_inf, and ‖D(w)‖ beside its bound σ_max/λ (Lemma 1); and the largest estimate of the "
        "error of μ(w), as a share of it."
    )
    head = ("data", "λ/n", "angle, degrees", "Newton ÷ influence", "‖D(w)‖", "σ_max/λ", "error of μ(w)")
    return [words, padded_table(head, rows), *found.picture("spectrum", "Eigenvalues of D(w)")]


def _range(values: Quantiles, written: Callable[[float], str]) -> str:
    return ", ".join(map(written, values))


def _fourth(found: Found) -> list[str]:
    rows = [
        (
            name,
            f"{run.copies.groups:,}",
            extent(run.steps.ratio[0], run.steps.ratio[2], ratio),
            number(run.copies.largest, 1),
        )
        for name, run in found.counterexamples.items()
        if run.copies.groups
    ]
    head = ("study", "groups of copies", "Newton ÷ influence, 10 % to 90 %", "differs from d(w) by at most")
    return [padded_table(head, rows)] if rows else []


def _intervals(found: Found) -> list[str]:
    rows = [
        (
            run.dataset,
            evaluation_name(of.evaluation),
            f"{of.intervals.count:,}",
            percent(of.intervals.finite / of.intervals.count, 1),
            f"{of.intervals.outside:,}",
            number(of.intervals.width),
            number(of.intervals.relative),
        )
        for run in found.data
        for of in run.measured
    ]
    if not rows:
        return []
    head = ("data", "evaluation", "effects", "finite", "outside", "median width", "÷ own effect")
    return [_at_hand(found.data), padded_table(head, rows)]


def _at_hand(runs: Sequence[TheoryFacts]) -> str:
    """On which data intervals say something: narrower in the median than their own effect is large."""
    telling = {
        evaluation_name(of.evaluation).lower() + " of " + run.dataset
        for run in runs
        for of in run.measured
        if of.intervals.relative < 1
    }
    measured = sum(len(run.measured) for run in runs)
    named = f": {', '.join(sorted(telling))}" if telling else ""
    return (
        "What is proven of an actual effect from the Newton step alone, without retraining, rounding included. In "
        f"{len(telling)} of {counted(measured, 'case')} intervals are in the median narrower than their own effect is "
        f"large{named}."
    )


# the page's headings in their order, and what stands below each
SECTIONS: tuple[tuple[str, Callable[[Found], list[str]]], ...] = (
    ("In short", _claims),
    ("Figure 3: influence and Newton need not agree", _figure_3),
    ("Proposition 1: Newton and actual effects", _first),
    ("Proposition 2: influence and Newton", _second),
    ("Proposition 3: the cone of self-loss", _third),
    ("Corollary 1 and Lemma 1: how far steps grow and turn", _steps),
    ("Proposition 4: copies of a point", _fourth),
    ("Proven intervals", _intervals),
    ("What explains a high ρ", explained),
    ("With a free intercept", with_free_intercept),
    ("What it costs, and what is left out", costs),
)


def findings(found: Found) -> Findings:
    """What the page says of all that was found."""
    sections = tuple((heading, body(found)) for heading, body in SECTIONS)
    return Findings((OPENING,), sections, found.results.every_run, found.results.stages)
