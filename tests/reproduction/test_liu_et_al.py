"""The claims of Liu et al. have verdicts that follow the numbers; what their programs compute is what they print."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.linear_model import Ridge
from sklearn.svm import SVC

import groupinf
from groupinf.analysis.influence_components import (
    FULL,
    INNER_PRODUCT,
    WITHOUT_HESSIAN,
    WITHOUT_TRAIN_LOSS,
    Component,
)
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.squared import Squared
from groupinf.numerics.objective import Objective
from groupinf.reproduction.claim import DIFFERS, HOLDS, IN_PART
from groupinf.reproduction.papers.liu_et_al import claims, machine_claims, sections, why
from groupinf.reproduction.papers.liu_et_al.as_computed import (
    AsComputed,
    Models,
    Use,
    as_computed,
    by_libsvm,
    models_of,
    use_of,
)
from groupinf.reproduction.papers.liu_et_al.found import Found
from groupinf.reproduction.papers.liu_et_al.luck import Luck, luck_at
from groupinf.reproduction.papers.liu_et_al.reading import Agreement, Digit, LiuFacts, OfPoints, liu_facts
from groupinf.reproduction.papers.liu_et_al.studies import LOGISTIC, RIDGE, SHARP, SMOOTH, STUDIES
from groupinf.reproduction.results import Results
from groupinf.studies.group_effects.result import Run

ROOT = Path(__file__).parents[2]
GOOD = Agreement(
    spearman=1.0, pearson=0.999, slope=1.0, pearson_without=0.999, with_exact=1.0, slope_on_exact=1.0, off=0.0
)
HELPFUL = Component(FULL, -1.0, 1.0, 1.0, 100, own_harmful=0.3, others_helpful=0.4)
USE = Use(distance=-0.9, hardly=0.0, far=0.002, least=0.1, low=-1.0, high=1.0)
POINTS = OfPoints(
    label="1",
    components={
        FULL: HELPFUL,
        WITHOUT_TRAIN_LOSS: replace(HELPFUL, pearson=0.7),
        WITHOUT_HESSIAN: replace(HELPFUL, own_harmful=0.0, others_helpful=0.0),
        INNER_PRODUCT: replace(HELPFUL, own_harmful=0.0, others_helpful=0.0),
    },
    farther=1.0,
    use=USE,
    weights_norm=3.0,
    least=Digit(1, "1", 0.0, 0.1),
    harmful=Digit(2, "1", -1.0, 0.9),
)


def computed(slope: float = 1.0, **said: Any) -> AsComputed:
    """Effects of four rows on two test rows, differences ``slope`` times influence and a constant."""
    influence = np.array([[1.0, 0.5], [-2.0, 1.0], [0.5, 2.0], [3.0, -1.0]])
    about = {"risk": claims.RISK, "norm": claims.NORM, "scores": np.array([0.1, 2.0, -1.0, 0.5])}
    return AsComputed(influence=influence, difference=slope * influence + 0.1, **(about | said))


def facts(**said: Any) -> LiuFacts:
    about: dict[str, Any] = {
        "agreements": {"influence": GOOD},
        "farthest": "row 7",
        "on_it": (-0.03, -0.008),
        "theirs": computed(),
        "machines": {},
        "by_libsvm": {},
        "points": POINTS,
        "manifest": SimpleNamespace(accuracies=None),
    }
    return cast(LiuFacts, LiuFacts(spearman=cast(Any, None), point=0, sets={}, **(about | said)))


def agreeing(**said: Any) -> LiuFacts:
    return facts(agreements={"influence": replace(GOOD, **said)})


def verdict(claim: Any) -> str:
    return str(claim.verdict)


def test_ridge_matches_only_where_no_row_is_left_out() -> None:
    assert verdict(claims.ridge_match_claim(agreeing())) == HOLDS
    hidden = claims.ridge_match_claim(agreeing(pearson=0.78, slope=0.39))
    assert (hidden.verdict, hidden.explanations) == (IN_PART, (why.HIDDEN,))
    assert "without row 7, −0.03 where −0.008 comes, r 0.999" in hidden.found
    assert verdict(claims.ridge_match_claim(agreeing(pearson=0.8, pearson_without=0.9))) == DIFFERS
    assert verdict(claims.ridge_match_claim(agreeing(slope=0.5))) == IN_PART


def test_digits_of_the_notebook_are_compared_to_the_last() -> None:
    assert verdict(claims.ridge_digits_claim(facts())) == HOLDS
    assert verdict(claims.ridge_digits_claim(facts(theirs=computed(risk=0.955125)))) == IN_PART
    assert verdict(claims.ridge_digits_claim(facts(theirs=computed(risk=0.955125, norm=0.64)))) == DIFFERS
    assert claims.ridge_digits_claim(facts(theirs=None)) is None


@pytest.mark.parametrize(
    ("r", "slope", "expected"), [(0.995, 1.0, HOLDS), (0.995, 0.75, IN_PART), (0.96, 1.0, IN_PART), (0.9, 1.0, DIFFERS)]
)
def test_the_series_holds_where_it_has_the_exact_influence(r: float, slope: float, expected: str) -> None:
    run = facts(agreements={"influence": GOOD, "Taylor": replace(GOOD, with_exact=r, slope_on_exact=slope)})
    claim = claims.taylor_claim(run, "Taylor")
    assert verdict(claim) == expected
    assert claim is not None
    assert claim.explanations == (() if expected == HOLDS else (why.NOT_CONVERGED,))
    assert claims.taylor_claim(run, "LiSSA") is None


def test_lissa_may_lose_a_little() -> None:
    def lost(r: float) -> str:
        run = facts(agreements={"Taylor": replace(GOOD, with_exact=0.98), "LiSSA": replace(GOOD, with_exact=r)})
        return verdict(claims.lissa_claim(run, "Taylor", "LiSSA"))

    assert (lost(0.97), lost(0.9)) == (HOLDS, DIFFERS)


def test_luck_is_where_more_of_the_same_diverges() -> None:
    sure, lucky = Luck(2000, 10, 0, 0.95, 0.98, 3, 2.7), Luck(20_000, 10, 10, np.nan, np.nan, 3, 2.7)
    assert verdict(claims.luck_claim([sure])) == HOLDS
    claim = claims.luck_claim([sure, lucky])
    assert claim is not None
    assert claim.verdict == DIFFERS
    assert claim.found.endswith(
        "depth 20,000: 10 of 10 seeds diverge; 3 rows above twice the scale, up to 2.70 times it"
    )
    assert claims.luck_claim([]) is None


def test_digits_match_by_r_and_size() -> None:
    assert verdict(claims.digits_match_claim(agreeing())) == HOLDS
    assert verdict(claims.digits_match_claim(agreeing(slope=1.2))) == IN_PART
    assert verdict(claims.digits_match_claim(agreeing(pearson=0.9))) == DIFFERS


def test_points_lie_on_the_line_where_their_slope_is_1() -> None:
    assert verdict(claims.mixed_claim(facts())) == HOLDS
    claim = claims.mixed_claim(facts(theirs=computed(slope=1.5)))
    assert claim is not None
    assert (claim.verdict, claim.explanations) == (DIFFERS, (why.TWO_LAMBDA, why.FACTORS))
    assert "slope 1.50" in claim.found


def test_numbers_of_other_digits_may_be_a_little_off() -> None:
    near, far = (computed(norm=norm, risk=0.0981) for norm in (0.743, 0.6))
    assert verdict(claims.digits_numbers_claim(facts(theirs=near))) == HOLDS
    assert verdict(claims.digits_numbers_claim(facts(theirs=far))) == DIFFERS


def test_averages_are_nearer_or_not() -> None:
    def averaged(r: float, off: float) -> str:
        once, mean = replace(GOOD, with_exact=0.98, off=0.2), replace(GOOD, with_exact=r, off=off)
        run = facts(agreements={"LiSSA": once, "LiSSA-10": mean})
        return verdict(claims.averaged_claim(run, "LiSSA", "LiSSA-10"))

    assert [averaged(0.99, 0.1), averaged(0.99, 0.3), averaged(0.97, 0.3)] == [HOLDS, IN_PART, DIFFERS]
    small = facts(agreements={"LiSSA": GOOD, "LiSSA-10": replace(GOOD, slope_on_exact=0.9)})
    right = facts(agreements={"LiSSA": GOOD, "LiSSA-10": GOOD})
    told = [claims.averaged_claim(run, "LiSSA", "LiSSA-10") for run in (small, right)]
    assert [claim.explanations for claim in told if claim is not None] == [(why.SHALLOW,), ()]


def pointing(**said: Any) -> LiuFacts:
    return facts(points=replace(POINTS, **said))


def test_signs_are_of_both_kinds_for_both_labels() -> None:
    assert verdict(claims.signs_claim(facts())) == HOLDS
    decided = {**POINTS.components, FULL: replace(HELPFUL, own_harmful=0.0)}
    assert verdict(claims.signs_claim(pointing(components=decided))) == DIFFERS


def test_images_are_of_the_label_and_easy_or_hard() -> None:
    assert verdict(claims.images_claim(facts())) == HOLDS
    assert verdict(claims.images_claim(pointing(harmful=replace(POINTS.harmful, label="7")))) == IN_PART
    others = pointing(harmful=replace(POINTS.harmful, label="7"), least=replace(POINTS.least, easier=0.8))
    assert verdict(claims.images_claim(others)) == DIFFERS


def test_components() -> None:
    told = [
        machine_claims.overestimated_claim,
        machine_claims.without_hessian_claim,
        machine_claims.inner_product_claim,
    ]
    assert [verdict(claim(facts())) for claim in told] == [HOLDS] * 3
    mixed = dict.fromkeys(POINTS.components, HELPFUL)
    assert [verdict(claim(pointing(farther=0.0, components=mixed))) for claim in told] == [DIFFERS] * 3
    assert [claim(facts(points=None)) for claim in told] == [None] * 3


def machine_with(r: float) -> AsComputed:
    """Of one test row alone, and r of all: differences whose r with influence is as said."""
    x = np.array([1.0, -1.0, 1.0, -1.0])
    off = np.array([1.0, 1.0, -1.0, -1.0])
    y = r * x + np.sqrt(1 - r * r) * off
    return AsComputed(x[:, None], y[:, None], risk=0.0, norm=1.0, scores=x)


def test_correlations_are_told_to_the_digit() -> None:
    def told(libsvm: float, exact: float) -> Any:
        run = facts(by_libsvm={0.01: machine_with(libsvm)}, machines={0.01: machine_with(exact)})
        return machine_claims.correlation_claim(run, 0.01)

    both, theirs, neither = told(0.86021, 0.86022), told(0.86021, 0.86031), told(0.85, 0.86)
    assert [claim.verdict for claim in (both, theirs, neither)] == [HOLDS, HOLDS, DIFFERS]
    assert theirs.found == "0.8602 as the authors compute it, 0.8603 at the exact minimum"
    assert (both.explanations, theirs.explanations) == ((why.TWO_LAMBDA,), (why.TWO_LAMBDA, why.LIBSVM))
    ten = facts(by_libsvm={0.01: machine_with(0.8624)}, machines={0.01: machine_with(0.8625)})
    assert verdict(machine_claims.all_ten_claim(ten, 0.01)) == HOLDS
    assert machine_claims.all_ten_claim(facts(), 0.01) is None


def test_sizes_of_the_smoothed_machine() -> None:
    assert verdict(machine_claims.size_claim(agreeing(pearson=0.85), agreeing(pearson=0.85))) == HOLDS
    part = machine_claims.size_claim(agreeing(pearson=0.85, slope=0.58), agreeing(pearson=0.85))
    assert (part.verdict, part.explanations) == (IN_PART, (why.SIZE,))
    assert verdict(machine_claims.size_claim(agreeing(pearson=0.5), agreeing())) == DIFFERS
    assert verdict(machine_claims.too_large_claim(agreeing(pearson=0.86), agreeing(pearson=0.8))) == HOLDS
    assert verdict(machine_claims.too_large_claim(agreeing(pearson=0.8), agreeing(pearson=0.86))) == DIFFERS


def test_a_disaster_is_a_hundred_times() -> None:
    for slope, expected in ((1e-4, HOLDS), (1.0, DIFFERS)):
        of = computed()
        run = facts(by_libsvm={0.0: replace(of, difference=slope * of.influence)})
        assert verdict(machine_claims.disaster_claim(run)) == expected


def test_what_models_look_at() -> None:
    machine = facts(machines={0.1: computed()})
    assert verdict(machine_claims.nearer_claim(facts(), machine)) == HOLDS
    spread = pointing(use=replace(USE, distance=0.5))
    assert verdict(machine_claims.nearer_claim(spread, machine)) == IN_PART
    assert verdict(machine_claims.nearer_claim(spread, replace(machine, points=spread.points))) == DIFFERS
    assert verdict(machine_claims.never_zero_claim(facts())) == HOLDS
    assert verdict(machine_claims.never_zero_claim(pointing(use=replace(USE, hardly=0.5)))) == IN_PART
    assert verdict(machine_claims.never_zero_claim(pointing(use=replace(USE, least=0.0)))) == DIFFERS


@pytest.mark.parametrize(("far", "expected"), [(0.0, HOLDS), (0.002, IN_PART), (0.2, DIFFERS)])
def test_next_to_nothing_is_not_nothing(far: float, expected: str) -> None:
    claim = machine_claims.zero_claim(pointing(use=replace(USE, far=far)))
    assert verdict(claim) == expected


def test_scores_are_distances_where_the_norm_is_1() -> None:
    one = pointing(weights_norm=1.0)
    assert verdict(machine_claims.distance_claim(one, one)) == HOLDS
    assert verdict(machine_claims.distance_claim(one, facts())) == DIFFERS


def test_ranges_are_those_that_are_drawn() -> None:
    def drawn(low: float, high: float, times: float) -> AsComputed:
        influence = np.array([[low], [high]]) / (2 * times)
        return AsComputed(influence, influence, risk=0.0, norm=1.0, scores=np.ones(2))

    logistic = facts(theirs=drawn(-2.33, 3.76, 2.3))
    machine = facts(machines={0.1: drawn(-3.48, 4.26, 1.0)})
    assert verdict(machine_claims.ranges_claim(logistic, machine)) == HOLDS
    assert verdict(machine_claims.ranges_claim(facts(theirs=drawn(-2.33, 3.76, 1.0)), machine)) == DIFFERS


def test_use_counts_rows_near_and_far() -> None:
    influence, scores = np.array([1.0, -0.5, 0.001, 0.0]), np.array([0.1, -0.2, 3.0, -4.0])
    use = use_of(influence, scores)
    assert use.distance == pytest.approx(spearmanr(np.abs(influence), np.abs(scores)).statistic)
    assert (use.hardly, use.far, use.least, use.low, use.high) == (0.5, 0.001, 0.0, -2.0, 4.0)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    out = tmp_path_factory.mktemp("iris")
    names = {study.name: study.config for study in STUDIES if study.name in (SHARP, SMOOTH, LOGISTIC)}
    return {name: groupinf.run_experiment(ROOT / config, out=out, jobs=1) for name, config in names.items()}


@pytest.fixture(scope="module")
def iris(runs: dict[str, Run]) -> dict[str, LiuFacts]:
    return {name: liu_facts(run) for name, run in runs.items()}


def test_iris_has_the_published_digits(iris: dict[str, LiuFacts]) -> None:
    smooth = iris[SMOOTH]
    found = Found(Results(iris, {}, {}), (), ())
    told = {claim.paper: claim for claim in sections.machine_claims(found)}
    published = [claim for name, claim in told.items() if name.startswith(("Figure 4: at t = 0.", "Notebook"))]
    assert len(published) == 3
    assert {claim.verdict for claim in published} == {HOLDS}
    assert [round(of.pearson(0), 4) for of in (smooth.by_libsvm[0.01], smooth.by_libsvm[0.1])] == [0.8602, 0.7700]
    assert round(smooth.by_libsvm[0.01].pearson(None), 4) == 0.8624
    assert (round(iris[SHARP].exact.pearson, 3), round(smooth.exact.pearson, 3)) == (0.857, 0.805)
    assert smooth.points is not None
    assert smooth.points.weights_norm == pytest.approx(3.08, abs=5e-3)


def test_distances_have_the_published_ranges(iris: dict[str, LiuFacts]) -> None:
    told = {claim.paper: claim for claim in sections.distance_claims(Found(Results(iris, {}, {}), (), ()))}
    ranges = told["Figure 5: n × influence from −2.33 to 3.76 and from −3.48 to 4.26"]
    assert ranges.verdict == HOLDS
    norms = told["Figure 5: on x stands the distance to the boundary"].found
    assert norms.endswith("‖β‖ = 1.93 and 3.08")
    nearer = told["Figure 5: both models look more at rows near the boundary"].found
    assert nearer.endswith("as the authors compute it −0.558 and −0.782")


def test_libsvm_is_scikit_learn_s(runs: dict[str, Run]) -> None:
    models = models_of(runs[SMOOTH])
    theirs = by_libsvm(models)
    machine = SVC(C=1.0, kernel="linear", tol=1e-8).fit(models.train.X[:, :-1], models.train.y)
    np.testing.assert_allclose(theirs.theta[:-1], machine.coef_[0])

    def risk(of: Models) -> float:
        margins = (2 * of.train.y - 1) * (of.train.X @ of.theta)
        return float(np.maximum(0, 1 - margins).sum() + of.theta[:-1] @ of.theta[:-1] / 2)

    assert risk(models) < risk(theirs) < risk(models) * (1 + 1e-5)
    np.testing.assert_allclose(theirs.theta, models.theta, rtol=1e-4)


def ridge(rows: int = 30) -> Models:
    """A ridge regression with λ = 1, and without each row, by scikit-learn."""
    rng = np.random.default_rng(0)
    X, X_test = rng.normal(size=(rows, 3)), rng.normal(size=(2, 3))
    y, y_test = X @ [1.0, -1.0, 0.5] + rng.normal(size=rows), np.zeros(2)

    def fitted(kept: np.ndarray) -> np.ndarray:
        model = Ridge(alpha=1.0, fit_intercept=False, tol=1e-14).fit(X[kept], y[kept])
        return np.asarray(model.coef_)

    every = np.arange(rows)
    made = [
        Objective(A, b, np.ones(b.size), 1.0, Squared(), intercept=Intercept.NONE)
        for A, b in ((X, y), (X_test, y_test))
    ]
    return Models(*made, fitted(every), np.array([fitted(np.delete(every, i)) for i in every]))


def test_their_loss_of_a_regression_is_the_whole_square_with_its_penalty() -> None:
    models = ridge()
    found, X, y, theta, n = as_computed(models), models.train.X, models.train.y, models.theta, 30
    losses = (y - X @ theta) ** 2 + theta @ theta / n
    assert found.risk == pytest.approx(losses.mean())
    tests = [(models.test.y - models.test.X @ of) ** 2 + of @ of / n for of in (theta, *models.without)]
    np.testing.assert_allclose(found.difference, np.array(tests[1:]) - tests[0])
    gradient = -2 * X * (y - X @ theta)[:, None] + 2 * theta / n
    of_test = -2 * models.test.X * (models.test.y - models.test.X @ theta)[:, None] + 2 * theta / n
    hessian = 2 * (X.T @ X + np.eye(3)) / n
    np.testing.assert_allclose(found.influence, gradient @ np.linalg.inv(hessian) @ of_test.T / n)


def test_luck_finds_what_diverges_and_what_does_not() -> None:
    models = ridge()
    sure, enough = luck_at(models, (50, 3_000), scale=20.0)
    assert (sure.diverged, enough.diverged) == (0, 0)
    assert enough.high > 0.99
    assert -1 <= sure.low <= sure.high <= 1
    eigenvalues = (models.train.X**2).sum(axis=1) + 1 / 30
    assert (sure.steep, sure.largest) == (0, pytest.approx(eigenvalues.max() / 20))
    [wild] = luck_at(models, (2_000,), scale=0.5)
    assert wild.steep == np.count_nonzero(eigenvalues > 1)
    assert wild.diverged == wild.seeds
    assert np.isnan(wild.low)


def test_the_page_has_a_section_for_each_figure_that_is_done(iris: dict[str, LiuFacts]) -> None:
    found = Found(Results(iris, {}, {}), (), ("liu-4.png",))
    told = dict(sections.findings(found).sections)
    shown = [heading for heading, body in told.items() if body]
    assert shown == ["Figure 4: a support vector machine", "Figure 5: distance to the boundary"]
    text = "\n".join(told[shown[0]])
    assert "![Figure 4](liu-4.png)" in text
    assert why.TWO_LAMBDA in text
    ridge_run = replace(iris[SHARP], theirs=computed())
    with_ridge = dict(sections.findings(Found(Results({RIDGE: ridge_run}, {}, {}), (), ())).sections)
    assert [heading for heading, body in with_ridge.items() if body] == ["Figure 1: ridge regression on forest fires"]
