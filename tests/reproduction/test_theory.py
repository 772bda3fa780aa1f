"""The page on the theory says what was computed: verdicts follow the numbers, and so does every sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit
from support.runs import unreported

from groupinf.analysis.theory import BOUNDS, beside_actual
from groupinf.numerics.intercept import Intercept
from groupinf.reproduction.claim import DIFFERS, HOLDS, IN_PART, Claim
from groupinf.reproduction.papers.theory import claims
from groupinf.reproduction.papers.theory.claims import FALSE
from groupinf.reproduction.papers.theory.costs import Cost, theory_cost
from groupinf.reproduction.papers.theory.costs_section import costs, left_out, parameters, verdict
from groupinf.reproduction.papers.theory.counterexample import LAM, REMOVED, Removal, ones_without
from groupinf.reproduction.papers.theory.explained import NAMES, NEWTON_SPREAD, Explained, explained_by
from groupinf.reproduction.papers.theory.explained_section import strongest
from groupinf.reproduction.papers.theory.found import Found
from groupinf.reproduction.papers.theory.free_section import carried_over
from groupinf.reproduction.papers.theory.reading import Compared, Measured, TheoryFacts, parts_of, theory_facts
from groupinf.reproduction.papers.theory.sections import findings
from groupinf.reproduction.papers.theory.studies import (
    COUNTEREXAMPLES,
    DATA,
    FREE,
    NOT_FREE,
    OVER_LAMBDA,
    ROTATED,
    SCALED,
    STUDIES,
)
from groupinf.reproduction.results import Results
from groupinf.studies.group_effects.result import Run
from groupinf.studies.load import load_config

ROOT = Path(__file__).parents[2]
LIKE = Compared(100, -0.1, 0.0, 0.9, 0.4, 1.0, 4.9)
RANDOM = ("test_prediction", "test_loss", "self_loss")


def config(**changed: Any) -> dict[str, Any]:
    return {
        "name": "small",
        "dataset": {"name": "breast_cancer"},
        "theory": True,
        "model": {"intercept": "none"},
        "regularization": {"lambda_over_n": 0.01},
        "groups": {"sizes": {"min": 0.02, "max": 0.2, "num": 12}, "builders": ["random", "shared_feature"]},
        "test_points": {"random": 2},
        "methods": ["influence", "newton"],
        **changed,
    }


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return unreported(config(), tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def facts(run: Run) -> TheoryFacts:
    return theory_facts(run)


@pytest.fixture(scope="module")
def example() -> tuple[Removal, ...]:
    return ones_without()


def found(facts: TheoryFacts, example: tuple[Removal, ...], **runs: TheoryFacts) -> Found:
    named = {name.replace("__", "-"): run for name, run in runs.items()}
    return Found(Results(named or {NOT_FREE: facts}, {}, {}), {}, example, ())


def text(of: Found) -> str:
    return "\n".join(line for heading, body in findings(of).sections if body for line in (heading, *body))


def held_otherwise(facts: TheoryFacts, name: str, violations: int) -> TheoryFacts:
    """As if so many effects of the first evaluation had violated a bound."""
    first, *others = facts.measured
    held = {**first.held, name: replace(first.held[name], violations=violations)}
    return replace(facts, measured=(replace(first, held=held), *others))


def test_the_example_against_proposition_1_has_the_errors_of_a_scalar_problem(example: tuple[Removal, ...]) -> None:
    """n = 100 rows x = 1: the minimum is a root of one equation, and Newton's step a quotient; θ̂ = 0 by symmetry."""
    for of, removed in zip(example, REMOVED, strict=True):
        kept = 50 - removed

        def slope(theta: float, kept: int = kept) -> float:
            return kept * (expit(theta) - 1) + 50 * expit(theta) + LAM * theta

        actual = brentq(slope, -50, 50, xtol=1e-14)
        newton = -removed * 0.5 / ((100 - removed) * 0.25 + LAM)
        assert of.actual == pytest.approx(actual, rel=1e-9)
        assert of.error == pytest.approx(abs(actual - newton), rel=1e-9)
        reach = 100 / (6 * np.sqrt(3)) * (removed * 0.5) ** 2
        assert of.printed == pytest.approx(reach / (25 + LAM) ** 3, rel=1e-9)
        assert of.repaired == pytest.approx(reach / LAM**3, rel=1e-9)
        assert of.low <= of.actual <= of.high
        loss = np.log1p(np.exp(newton)) - np.log(2)
        assert of.rest == pytest.approx(abs(loss - newton / 2 - newton**2 / 8), rel=1e-9)
        third = (removed * 0.5) ** 3 / (6 * np.sqrt(3)) / 6
        assert (of.rest_printed, of.rest_repaired) == (
            pytest.approx(third / (25 + LAM) ** 3, rel=1e-9),
            pytest.approx(third / LAM**3, rel=1e-9),
        )
    assert [round(of.error, 3) for of in example] == [0.266, 0.629, 2.681]
    assert [round(of.printed, 3) for of in example] == [0.243, 0.308, 0.380]


def test_proposition_1_is_false_as_printed_where_one_error_is_above_its_bound(
    facts: TheoryFacts, example: tuple[Removal, ...]
) -> None:
    claim = claims.printed_claim(example, [facts])
    assert claim.verdict == FALSE
    assert claim.found.startswith("0.266 above 0.243 with 40 of 100 rows removed; 0.629 above 0.308 with 45")
    assert "none of 120 effects of the runs above it" in claim.found
    assert claims.rest_printed_claim(example, [facts]).verdict == FALSE
    below = [replace(of, error=of.printed / 2, rest=of.rest_printed / 2) for of in example]
    for printed, name in (
        (claims.printed_claim, claims.FIRST_PRINTED),
        (claims.rest_printed_claim, claims.SECOND_PRINTED),
    ):
        assert printed(below, [facts]).verdict == HOLDS
        assert printed(below, [facts]).found.startswith("none of 120 effects")
        violated = printed(below, [held_otherwise(facts, name, 3)])
        assert (violated.verdict, violated.found[:16]) == (FALSE, "3 of 120 effects")


def test_repaired_bounds_hold_until_an_effect_is_above_one(facts: TheoryFacts, example: tuple[Removal, ...]) -> None:
    wrong = [replace(of, error=2 * of.repaired, rest=2 * of.rest_repaired) for of in example]
    for repaired, name in ((claims.repaired_claim, claims.FIRST), (claims.rest_claim, claims.SECOND)):
        assert repaired(example, [facts]).verdict == HOLDS
        assert repaired(example, [held_otherwise(facts, name, 1)]).verdict == DIFFERS
        assert repaired(wrong, [facts]).verdict == DIFFERS


@pytest.mark.parametrize(
    ("changed", "expected"),
    [({}, HOLDS), ({"influence_actual": 0.5}, DIFFERS), ({"newton_actual": 0.5}, DIFFERS)],
)
def test_rotation_is_lost_correlation_where_newton_tells_the_truth(changed: dict[str, float], expected: str) -> None:
    assert claims.rotation_claim(replace(LIKE, **changed)).verdict == expected


def test_an_order_is_reversed_where_influence_has_the_opposite_one() -> None:
    turned = replace(LIKE, influence_newton=-0.9, influence_actual=-0.9)
    assert claims.reversal_claim({"a": turned, "b": turned}).verdict == HOLDS
    assert claims.reversal_claim({"a": turned, "b": LIKE}).verdict == IN_PART
    assert claims.reversal_claim({"b": LIKE}).verdict == DIFFERS


@pytest.mark.parametrize(("rho", "expected"), [(0.97, DIFFERS), (0.5, IN_PART), (0.1, HOLDS)])
def test_unlike_ratios_are_no_lost_correlation(rho: float, expected: str) -> None:
    claim = claims.scaling_claim(replace(LIKE, influence_newton=rho))
    assert claim.verdict == expected
    assert ("the panel shows lost correlation" in claim.found) == (expected == HOLDS)
    assert "actual ÷ influence is 1.00 to 4.90" in claim.found
    twelve = replace(LIKE, influence_newton=-rho, influence_actual=-rho)
    assert claims.scaling_in_12_claim(twelve).verdict == (HOLDS if rho > 0.8 else DIFFERS)


def test_cones_hold_where_no_group_is_outside_to_second_order(facts: TheoryFacts) -> None:
    for own in (False, True):
        claim = claims.cone_claim([facts], own)
        assert claim.verdict == HOLDS
        assert "all 24 groups inside to second order" in claim.found
    out = replace(facts, own_cone=replace(facts.own_cone, second_order=23, actual=22))
    claim = claims.cone_claim([out], own=True)
    assert (claim.verdict, "23 of 24 groups inside to second order, 22 of 24" in claim.found) == (DIFFERS, True)
    assert claims.cone_claim([out], own=False).verdict == HOLDS


def test_lemma_copies_and_intervals_have_their_false_cases(facts: TheoryFacts, example: tuple[Removal, ...]) -> None:
    assert claims.lemma_claim([facts]).verdict == HOLDS
    assert claims.lemma_claim([replace(facts, steps=replace(facts.steps, above=1))]).verdict == DIFFERS
    same, other = (replace(facts, copies=replace(facts.copies, groups=5, largest=off)) for off in (1e-12, 1e-3))
    assert claims.copies_claim([facts, same]).verdict == HOLDS
    assert claims.copies_claim([same, other]).verdict == DIFFERS
    assert claims.intervals_claim(example, [facts]).verdict == HOLDS
    first, *others = facts.measured
    wrong = replace(facts, measured=(replace(first, intervals=replace(first.intervals, outside=1)), *others))
    assert claims.intervals_claim(example, [wrong]).verdict == DIFFERS
    out = [replace(example[0], low=example[0].actual + 1), *example[1:]]
    claim = claims.intervals_claim(out, [facts])
    assert (claim.verdict, claim.found.split(" outside")[0]) == (DIFFERS, "1 of 123 actual effects")


def test_parts_of_a_linear_evaluation_are_its_linear_part(run: Run) -> None:
    """On the test prediction curvature is 0, and on others the parts are those of the table."""
    assert run.theory is not None
    rows = beside_actual(run.theory, run.effects)
    linear = parts_of(rows[rows["evaluation"] == "test_prediction"])
    assert (linear.linear, linear.curvature) == (pytest.approx(1, abs=1e-9), 0)
    assert linear.rest < 1e-9
    own = rows[rows["evaluation"] == "self_loss"]
    apart = (own["newton"] - own["influence"]).abs()
    found = parts_of(own)
    assert found.curvature == pytest.approx((own["curvature"].abs() / apart).median())
    assert found.left < 1e-9
    off = own.assign(rest=own["rest"] + own["newton"].abs().median())
    assert parts_of(off).left == pytest.approx(1, abs=1e-9)


def explained_as(spread: float, size: float, low: float = 0.1) -> list[Explained]:
    """Of each evaluation the number that goes with lost correlation."""
    values = {**dict.fromkeys(NAMES, 0.05), NEWTON_SPREAD: spread, "newton_over_influence_median": size}
    return [Explained(e, name, 20, rho, low, 0.9) for e in RANDOM for name, rho in values.items()]


def test_what_explains_rho_is_told_from_0_or_does_not_explain_it() -> None:
    mixed = [replace(of, low=-0.1) if of.evaluation == "self_loss" else of for of in explained_as(0.7, 0.2)]
    for claim in (claims.alike_claim, claims.small_claim):
        assert claim(explained_as(0.7, 0.2)).verdict == HOLDS
        assert claim(explained_as(0.7, 0.2, low=-0.1)).verdict == DIFFERS
        assert claim(mixed).verdict == IN_PART
    assert "test loss 0.700 [0.100, 0.900]" in claims.alike_claim(explained_as(0.7, 0.2)).found
    assert "test loss 0.050 [0.100, 0.900]" in claims.small_claim(explained_as(0.7, 0.2)).found
    assert "goes with lost correlation more than its size does (0.700 and 0.200)" in strongest(
        explained_as(0.7, 0.2), "test_loss"
    )
    told = strongest(explained_as(0.3, 0.6), "test_loss")
    assert told.startswith("On the test loss the strongest is Newton ÷ influence, median (0.600)")
    assert "no more than its size does" in told
    assert strongest(explained_as(0.7, 0.2, low=-0.1), "test_loss") == "On the test loss none is told from 0."


def at(facts: TheoryFacts, size: float, rho: float) -> TheoryFacts:
    low, _, high = facts.steps.d_norm
    return replace(facts, steps=replace(facts.steps, d_norm=(low, size, high)), kinds=facts.kinds.assign(spearman=rho))


def test_with_lambda_the_error_matrix_falls_and_rho_rises_or_not(facts: TheoryFacts) -> None:
    rising = [at(facts, 0.9, 0.8), at(facts, 0.3, 0.9), at(facts, 0.1, 0.99)]
    claim = claims.over_lambda_claim([rising])
    assert claim.verdict == HOLDS
    assert "‖D(w)‖ 0.90 to 0.10 in the median, ρ on test prediction 0.800 to 0.990" in claim.found
    assert claims.over_lambda_claim([rising, [at(facts, 0.9, 0.9), at(facts, 0.3, 0.8)]]).verdict == IN_PART
    assert claims.over_lambda_claim([[at(facts, 0.1, 0.9), at(facts, 0.9, 0.8)]]).verdict == DIFFERS


def test_a_free_intercept_loses_what_lambda_bounds(facts: TheoryFacts, tmp_path: Path) -> None:
    free = theory_facts(unreported(config(model={"intercept": "free"}), tmp_path))
    told = carried_over(free)
    assert "Nothing is said by Proposition 1, as printed, Proposition 1, repaired" in told
    assert "Lemma 1 and the paper's cone: no λ bounds" in told
    assert "What stays: the parts of Proposition 2, the groups' own cones, the spectra and proven intervals." in told
    assert "All of it carries over." in carried_over(facts)
    assert "none" in text(found(facts, (), **{NOT_FREE: facts, FREE: free}))


def test_the_cost_is_that_of_the_theory_alone(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock moves by one in each fit of the theory, by two in its blocks, and by eight in all else."""
    from groupinf.reproduction.papers.theory import costs as timed

    now = [0.0]

    def taking(seconds: float, work: Any) -> Any:
        def done(*given: Any) -> Any:
            now[0] += seconds
            return work(*given)

        return done

    monkeypatch.setattr(timed.time, "process_time", lambda: now[0])
    for name, seconds in (("theory_for", 1.0), ("theory_of", 2.0), ("compute_block", 8.0)):
        monkeypatch.setattr(timed, name, taking(seconds, getattr(timed, name)))
    cost = theory_cost(run, 15.0)
    assert cost == Cost(1.0, 2.0 / 24, 8.0 / 24, 24, 15.0)
    assert (cost.added, cost.added_to_run) == (pytest.approx(3 / 8), pytest.approx(3 / 12))
    assert cost.seconds(48) == pytest.approx(5.0)


def test_whether_the_theory_is_cheap_follows_its_share(facts: TheoryFacts, example: tuple[Removal, ...]) -> None:
    cheap, dear = Cost(1.0, 0.1, 1.0, 100, 111.0), Cost(1.0, 0.9, 1.0, 100, 191.0)
    assert verdict({"a": facts}, {"a": cheap}).endswith("add at most 50 % to a run: it does on all 1.")
    assert verdict({"a": facts, "b": facts}, {"a": cheap, "b": dear}).endswith("more on breast_cancer (91 %).")
    assert verdict({"b": facts}, {"b": replace(dear, whole=300.0)}).endswith("it does on all 1.")
    large = replace(facts, manifest=replace(facts.manifest, d=5000))
    assert (parameters(facts), parameters(large)) == (30, 5000)
    free = replace(facts, manifest=replace(facts.manifest, intercept=Intercept.FREE, classes=("a", "b", "c")))
    assert parameters(free) == 93
    assert verdict({"a": large}, {"a": cheap}) == "Of no run with P of at most 4,096 the time is known."
    unknown = replace(cheap, whole=0.0)
    assert np.isnan(unknown.added_to_run)
    assert verdict({"a": facts}, {"a": unknown}) == "Of no run with P of at most 4,096 the time is known."
    assert left_out(found(facts, example)) == []
    [told] = left_out(found(facts, example, **{NOT_FREE: large}))
    assert told.startswith("Of breast_cancer, with more than 4,096 parameters, no factor")
    assert "120 of 120 effects have one that is finite" in told
    of_all = replace(found(facts, example, **{"theory-mnist": facts}), costs={"theory-mnist": cheap})
    assert "would take 0.048 hours of a processor, beside 0.47 hours" in costs(of_all)[-1]


def test_the_page_has_what_was_found_and_no_more(facts: TheoryFacts, example: tuple[Removal, ...]) -> None:
    page = text(found(facts, example))
    for heading in ("Proposition 1: Newton", "Proposition 2", "Proposition 3", "Corollary 1", "Proven intervals"):
        assert heading in page
    for heading in ("Figure 3", "Proposition 4: copies of a point\n", "With a free intercept", "What it costs"):
        assert heading not in page
    assert "![" not in page
    drawn = replace(found(facts, example, **{NOT_FREE: facts, ROTATED: facts}), figures=("figure-3.png", "cones.png"))
    assert "![Figure 3](figure-3.png)" in text(drawn)
    assert "![Cones of the self-loss](cones.png)" in text(drawn)
    assert "spectrum.png" not in text(drawn)


def test_versions_of_a_bound_are_the_same_where_their_numbers_are(
    facts: TheoryFacts, example: tuple[Removal, ...]
) -> None:
    for factor, told in ((1.0, "In 3 of 3 cases both"), (0.5, "In 0 of 3 cases both")):
        of_all = []
        for of in facts.measured:
            repaired = replace(of.held[claims.FIRST], median=100.0)
            printed = replace(of.held[claims.FIRST_PRINTED], median=100.0 * factor)
            of_all.append(replace(of, held={**of.held, claims.FIRST: repaired, claims.FIRST_PRINTED: printed}))
        assert told in text(found(facts, example, **{NOT_FREE: replace(facts, measured=tuple(of_all))}))


def test_no_cell_of_a_table_breaks_it(facts: TheoryFacts, example: tuple[Removal, ...]) -> None:
    """Every line of a table has as many bars as its head."""
    every = found(facts, example, **dict.fromkeys((*COUNTEREXAMPLES, *DATA, FREE), facts))
    every = replace(every, results=replace(every.results, sweeps=dict.fromkeys(OVER_LAMBDA, (facts, facts))))
    every = replace(every, costs=dict.fromkeys(DATA, Cost(1.0, 0.1, 1.0, 100, 0.0)))
    for _, body in findings(every).sections:
        for part in body:
            if part.startswith("|"):
                assert len({line.count("|") for line in part.splitlines()}) == 1


def test_narrow_intervals_are_counted_and_named(facts: TheoryFacts, example: tuple[Removal, ...]) -> None:
    wide, narrow = (
        replace(
            facts, measured=tuple(replace(of, intervals=replace(of.intervals, relative=r)) for of in facts.measured)
        )
        for r in (3.0, 0.3)
    )
    assert "In 0 of 3 cases intervals are in the median narrower than their own effect is large." in text(
        found(facts, example, **{NOT_FREE: wide})
    )
    assert "In 3 of 3 cases" in text(found(facts, example, **{NOT_FREE: narrow}))


def test_explanations_are_of_kinds_with_enough_groups(facts: TheoryFacts) -> None:
    """Two kinds of 12 groups here, from which nothing is told."""
    assert {of.n for of in explained_by([facts])} == {2}
    assert {of.spread for of in explained_by([facts])} == set(NAMES)
    assert all(np.isnan(of.low) for of in explained_by([facts]))


def test_every_study_has_the_setting_of_the_paper() -> None:
    """Theory, no intercept but in one, and λ/n of the dataset's Figure 1."""
    for study in STUDIES:
        loaded = load_config(ROOT / study.config, study.settings).config
        assert (loaded.name, loaded.theory) == (study.name, True)
        free = loaded.model is None or loaded.model.intercept == "free"
        assert free == (study.name == FREE)
    for name in DATA:
        short = name.removeprefix("theory-").removesuffix("_small")
        own, of_paper = (
            load_config(ROOT / "configs" / file).config.regularization.lambda_over_n
            for file in (f"theory/{name}.yaml", f"paper/figure-1-{short}.yaml")
        )
        assert own == of_paper


def test_claims_name_what_they_are_of(facts: TheoryFacts, example: tuple[Removal, ...]) -> None:
    """With runs of Figure 3 the table of claims has theirs."""
    from groupinf.reproduction.papers.theory.in_short import all_claims

    with_figure = found(facts, example, **{ROTATED: facts, SCALED: facts, NOT_FREE: facts})
    told: list[Claim] = all_claims(with_figure)
    assert [claim.paper.split(":")[0] for claim in told][:2] == ["Figure 3, left", "Figure 3, right"]
    assert {bound.name for bound in BOUNDS} == set(facts.measured[0].held) - {"proven"}
    assert all(isinstance(of, Measured) for of in facts.measured)
