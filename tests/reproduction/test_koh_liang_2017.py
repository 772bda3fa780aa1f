"""The page on Koh and Liang (2017) says what was computed: verdicts follow the numbers, and so does every sentence."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from support.runs import unreported

from groupinf.datasets.registry import load_dataset
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.experiments.workers.progress import Silent
from groupinf.reporting.figures import FIGURES as DRAWN
from groupinf.reporting.single_rows.comparison import Comparison
from groupinf.reporting.single_rows.removed import removed_rows
from groupinf.reporting.words.formats import coefficient
from groupinf.reproduction.claim import DIFFERS, HOLDS, IN_PART, Claim, verdict_of
from groupinf.reproduction.page import markdown_page
from groupinf.reproduction.papers.koh_liang_2017 import leave_one_out as loo
from groupinf.reproduction.papers.koh_liang_2017 import of_points
from groupinf.reproduction.papers.koh_liang_2017 import smoothed as svm
from groupinf.reproduction.papers.koh_liang_2017.children import Child, Children
from groupinf.reproduction.papers.koh_liang_2017.found import Found, claims_table
from groupinf.reproduction.papers.koh_liang_2017.margin import OnMargin, on_margin
from groupinf.reproduction.papers.koh_liang_2017.of_points import (
    figure_1,
    figure_1_claims,
    figure_4,
    figure_4_claims,
    hospital,
    hospital_claims,
)
from groupinf.reproduction.papers.koh_liang_2017.paper import KOH_LIANG_2017
from groupinf.reproduction.papers.koh_liang_2017.sections import findings
from groupinf.reproduction.papers.koh_liang_2017.studies import (
    COMPONENTS,
    EXACT,
    FIGURES,
    HOSPITAL,
    HOSPITAL_FREE,
    KERNELS,
    LEAVE_ONE_OUT,
    LISSA,
    LISSA_ONCE,
    SMOOTHED,
    STUDIES,
    SVM,
)
from groupinf.reproduction.record import Entry, Record
from groupinf.reproduction.restored import restored
from groupinf.studies.group_effects.evaluate import evaluate
from groupinf.studies.group_effects.result import Run
from groupinf.studies.load import load_config
from groupinf.wording import number

ROOT = Path(__file__).parents[2]
ONCE = {"method": "influence", "applied_to": "test_points"}
SAMPLED = {**ONCE, "solver": "lissa", "depth": 40, "scale": 25.0, "batch_size": 1}
METHODS = [
    {**ONCE, "solver": "cg", "name": EXACT},
    {**SAMPLED, "repeats": 10, "name": LISSA},
    {**SAMPLED, "repeats": 1, "name": LISSA_ONCE},
]
SINGLE: dict[str, Any] = {
    "name": "small",
    "dataset": {"name": "breast_cancer", "standardise": True},
    "regularization": {"lambda_over_n": 0.01},
    "groups": {"builders": [{"builder": "single_rows", "strongest": 12}]},
    "test_points": {"highest_loss": 1},
    "evaluations": ["test_loss"],
}


@pytest.fixture(scope="module")
def rows_left_out(tmp_path_factory: pytest.TempPathFactory) -> Run:
    config = {**SINGLE, "model": {"intercept": "none"}, "methods": METHODS}
    return unreported(config, tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    model = {"loss": "hinge", "smoothing": 0, "intercept": "none"}
    run = unreported({**SINGLE, "model": model, "methods": ["influence"]}, tmp_path_factory.mktemp("runs"))
    smooth = {SMOOTHED[t]: evaluate(run.path, [f"model.smoothing={t}"], None, 1, Silent()) for t in (0.001, 0.1)}
    return {SVM: run, **smooth}


def like(r: float, slope: float = 1.0, rows: int = 200) -> Comparison:
    """Predictions of this correlation, and this slope of actual on predicted."""
    rng = np.random.default_rng(0)
    parts = rng.normal(size=(rows, 2))
    a, b = np.linalg.qr(parts - parts.mean(axis=0))[0].T
    return Comparison(0.1 * slope / r * a, 0.1 * (a + np.sqrt(1 / r**2 - 1) * b) * 1.0 if r < 1 else 0.1 * a)


def test_made_up_predictions_have_the_correlation_and_slope_that_tests_rely_on() -> None:
    for r, slope in ((0.9995, 1.0), (0.96, 1.3)):
        of = like(r, slope)
        np.testing.assert_allclose(of.pearson, r)
        np.testing.assert_allclose(of.slope, slope * r, rtol=1e-10)


@pytest.mark.parametrize(
    ("of", "verdict"),
    [(like(0.9995), HOLDS), (like(0.9995, 1.2), IN_PART), (like(0.998), IN_PART), (like(0.9), DIFFERS)],
)
def test_an_exact_solve_is_close_by_correlation_and_slope(of: Comparison, verdict: str) -> None:
    claim = loo.exact_claim(of)
    assert claim.verdict == verdict
    assert f"r = {of.pearson:.4f}" in claim.found


@pytest.mark.parametrize(("r", "verdict"), [(0.991, HOLDS), (0.96, IN_PART), (0.94, DIFFERS)])
def test_the_stochastic_estimate_is_accurate_by_its_correlation(r: float, verdict: str) -> None:
    assert loo.lissa_claim(like(r)).verdict == verdict


def test_one_repeat_is_noisier_and_finds_the_strongest() -> None:
    exact, ten = like(1.0), like(0.998)
    noisy = like(0.98)
    near = Comparison(exact.actual, exact.predicted + 1e-3 * noisy.predicted)
    assert loo.once_claim(exact, ten, near).verdict == IN_PART  # no noisier than ten
    assert loo.strongest_shared(exact, near) > loo.IDENTIFIED
    far = Comparison(exact.actual, exact.predicted[::-1].copy())
    assert loo.strongest_shared(exact, far) < loo.IDENTIFIED
    assert loo.once_claim(exact, ten, far).verdict == IN_PART  # noisier, but another fifty
    assert loo.once_claim(exact, far, far).verdict == DIFFERS
    once = Comparison(exact.actual, exact.predicted + 0.4 * (noisy.predicted - exact.predicted))
    assert loo.once_claim(exact, ten, once).verdict == HOLDS


def test_frames_hold_all_points_or_say_how_many_they_do_not() -> None:
    small = Comparison(np.array([0.01, -0.02]), np.array([0.0, 0.03]))
    large = Comparison(np.array([0.06, -0.02]), np.array([0.0, 0.03]))
    assert loo.frame_claim([small]).verdict == HOLDS
    claim = loo.frame_claim([small, large])
    assert (claim.verdict, claim.found) == (DIFFERS, "1 points lie outside")


def test_rows_that_are_drawn_are_counted_from_the_options(rows_left_out: Run) -> None:
    claim = loo.unseen_claim(rows_left_out, like(0.995))
    assert (claim.verdict, claim.found) == (HOLDS, f"400 rows are drawn, of n = {rows_left_out.manifest.n}")
    assert loo.unseen_claim(rows_left_out, like(0.9)).verdict == IN_PART
    fewer = replace(rows_left_out, manifest=replace(rows_left_out.manifest, n=399))
    assert loo.unseen_claim(fewer, like(0.9)).verdict == DIFFERS


def test_the_hinge_itself_overestimates_or_does_not() -> None:
    of = like(0.6)
    over = Comparison(of.actual, 40 * of.predicted)
    assert svm.over_claim(over).verdict == HOLDS
    assert svm.over_claim(of).verdict == IN_PART
    assert svm.over_claim(like(0.95)).verdict == DIFFERS


@pytest.mark.parametrize(("r", "verdict"), [(0.953, HOLDS), (0.93, IN_PART), (0.88, DIFFERS)])
def test_a_published_correlation_is_met_to_a_hundredth(r: float, verdict: str) -> None:
    assert svm.published_claim(0.001, 0.950, like(r), "Here").verdict == verdict
    assert svm.published_claim(0.001, 0.950, like(r), "Here").explanations == ()
    margin = OnMargin(100, 10, 0.63)
    assert svm.published_claim(0.001, 0.950, like(r), "Here", margin).explanations == ()
    at_zero = svm.published_claim(0.0, 0.950, like(r), "Here", margin)
    assert at_zero.explanations == (() if verdict == HOLDS else (margin.in_words(),))


def test_correlation_stays_high_over_a_range_and_falls_beyond() -> None:
    high = {t: like(0.95) for t in svm.WIDE}
    assert svm.wide_claim({**high, 1.0: like(0.8)}).verdict == HOLDS
    assert svm.wide_claim({**high, 1.0: like(0.97)}).verdict == IN_PART
    assert svm.wide_claim({**high, 0.01: like(0.7), 1.0: like(0.9)}).verdict == DIFFERS
    assert "0.700 from t = 10⁻⁴ to 0.1" in svm.wide_claim({**high, 0.01: like(0.7)}).found.replace("1·10⁻⁴", "10⁻⁴")


def test_some_of_several_is_in_part() -> None:
    assert (verdict_of(True, True), verdict_of(True, False), verdict_of(False, False)) == (HOLDS, IN_PART, DIFFERS)


def test_the_page_has_what_is_there_and_no_more(rows_left_out: Run, machines: dict[str, Run]) -> None:
    def told(runs: dict[str, Run], figures: tuple[str, ...] = ()) -> tuple[str, ...]:
        found = findings(Found(runs, figures), {})
        return tuple("\n".join((heading, *body)) for heading, body in found.sections if body)

    assert [section.split("\n")[0] for section in told({})] == ["Left out"]
    text = "\n".join(told({LEAVE_ONE_OUT: rows_left_out, **machines}, ("koh-liang-2.png",)))
    for method in (EXACT, LISSA, LISSA_ONCE):
        assert f"| {method}" in text
        assert f"{removed_rows(rows_left_out).comparison(method).pearson:.5f}" in text
    assert "](koh-liang-2.png)" in text
    assert "](koh-liang-3.png)" not in text
    for t in ("0.001", "0.1"):
        assert f"Pearson's r is {svm.PUBLISHED[float(t)]:.3f} at t = {t}" in text
    gap = machines[SVM].retrains["duality_gap"].max()
    assert gap > 0
    assert "The largest duality gap of a retrained machine is" in text
    # an evaluation without its run says nothing
    alone = told({SMOOTHED[0.1]: machines[SMOOTHED[0.1]]})
    assert [section.split("\n")[0] for section in alone] == ["Left out"]


def test_every_study_has_a_config_and_every_figure_is_drawn_from_studies() -> None:
    names = {study.name for study in STUDIES}
    for study in STUDIES:
        config = yaml.safe_load((ROOT / study.config).read_text(encoding="utf-8"))
        assert study.of in names or config["name"] == study.name
    assert FIGURES.keys() <= set(DRAWN)
    assert {name for of in FIGURES.values() for name in of} <= names
    config = yaml.safe_load((ROOT / "configs/koh-liang-2017/figure-2-mnist.yaml").read_text(encoding="utf-8"))
    named = [entry["name"] for entry in config["methods"] if isinstance(entry, dict)]
    assert named == [EXACT, LISSA, LISSA_ONCE]


@pytest.fixture(scope="module")
def components(tmp_path_factory: pytest.TempPathFactory) -> Run:
    config = {**SINGLE, "test_points": {"indices": [3]}, "model": {"intercept": "none"}, "points": True}
    return unreported({**config, "methods": ["influence"]}, tmp_path_factory.mktemp("runs"))


def test_figure_1_has_influence_and_its_variants_of_the_mean_loss(components: Run) -> None:
    found = Found({COMPONENTS: components}, ("koh-liang-1.png",))
    picture, table, _ = figure_1(found)
    points = components.points
    assert points is not None
    ends = [number(end * components.manifest.n) for end in (points["influence"].min(), points["influence"].max())]
    full = [cell.strip() for cell in table.splitlines()[2].split("|")[1:-1]]
    assert full == ["influence itself", *ends, "1.000", "100"]
    r = np.corrcoef(points["influence"], points["inner_product"])[0, 1]
    assert table.splitlines()[5].split("|")[4].strip() == coefficient(r)
    assert picture.endswith("](koh-liang-1.png)")
    assert len(figure_1_claims(found)) >= 5


def test_figure_4_needs_both_models_of_some_data(components: Run) -> None:
    kernel, network = KERNELS["MNIST, 4 or 9"]
    both = Found({kernel: components, network: components}, ())
    lines = "\n".join(figure_4(both)).splitlines()
    assert [line.split("|")[2].strip() for line in lines if "MNIST, 4 or 9 |" in line] == [
        "RBF kernel",
        "linear on features",
    ]
    assert figure_4_claims(both)
    for none in (Found({kernel: components}, ()), Found({}, ())):
        assert (figure_4(none), figure_4_claims(none)) == ([], [])


def test_section_5_3_says_of_each_child_what_was_found(monkeypatch: pytest.MonkeyPatch, components: Run) -> None:
    def made(run: Run) -> Children:
        return Children(
            (Child(7, True, -0.3, -0.31, "visits", "child"), Child(9, False, 0.2, 0.21, "x", "child")), 0.01, 5, 127
        )

    monkeypatch.setattr(of_points, "children_found", made)
    found = Found({HOSPITAL: components, HOSPITAL_FREE: components}, ())
    [_, _, first, second, *free] = hospital(found)[0].splitlines()
    assert [cell.strip() for cell in first.split("|")[1:-1]] == [
        "none",
        "7",
        "yes",
        "−0.3",
        "−0.31",
        "30.0",
        "visits",
        "child",
    ]
    assert [cell.strip() for cell in second.split("|")[1:-1]][:3] == ["none", "9", "no"]
    assert len(free) == 2
    assert hospital_claims(found)
    only_free = Found({HOSPITAL_FREE: components}, ())
    assert hospital_claims(only_free) == []
    assert hospital(Found({}, ())) == []


def test_times_of_a_run_that_was_there_already_are_those_of_its_stages(machines: dict[str, Run]) -> None:
    stages = {SVM: {"prepare": 60.0, "compute": 120.0}}
    of = findings(Found(machines, ()), stages)
    for seconds, told in ((3.0, 180), (240.0, 240)):
        record = Record({SVM: Entry("key", "folder", seconds)}, {}, {}, [])
        page = markdown_page(KOH_LIANG_2017, of, record)
        assert f"| {told} " in page
        assert f"Together {told // 60} minutes" in page


def test_what_the_penalty_moves_every_effect_by_is_minus_the_mean_influence(components: Run) -> None:
    """(λ/n)∇f(θ̂)ᵀH⁻¹θ̂ with the factor of the fit, in the place of a mean over rows."""
    _, blocks = restored(components)
    study = blocks.shared.study
    fitted, gradient = study.fitted, TEST_LOSS.gradients(study.test, study.fitted.theta)[:, 0]
    moved = components.manifest.lam_over_n * float(fitted.factor.solve(gradient) @ fitted.theta)
    assert components.points is not None
    np.testing.assert_allclose(-components.points["influence"].mean(), moved, rtol=1e-6)
    [told] = loo.penalty_words(components)
    assert f"that is {number(moved)}, beside effects" in told
    assert loo.penalty_words(None) == []


def test_a_bar_in_a_claim_does_not_end_its_cell() -> None:
    claim = Claim("of |x|", "|y| is 1", HOLDS, ("why",))
    summary, table, why = claims_table({"Figure 0": [claim], "Figure 9": []})
    assert summary.endswith("1 hold, 0 in part and 0 not.")
    others = [replace(claim, verdict=verdict) for verdict in (IN_PART, DIFFERS, DIFFERS)]
    assert claims_table({"Figure 0": [claim], "Figure 9": others})[0] == (
        "Of 4 claims, ours beyond the paper among them, 1 hold, 1 in part and 2 not."
    )
    [row] = table.splitlines()[2:]
    assert [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] == [
        "Figure 0",
        r"of \|x\|",
        HOLDS,
        r"\|y\| is 1",
    ]
    assert why == "Figure 0: why"
    assert claims_table({"Figure 0": []}) == []


def test_rows_on_their_margin_are_those_of_the_stored_machine(machines: dict[str, Run]) -> None:
    """Written out from the parameters, and the rows that groups are named by."""
    run = machines[SVM]
    table = run.effects.pivot(index="group", columns="method", values="effect")
    theta = np.load(run.path / "theta.npz")["theta"]
    data = load_dataset(load_config(run.config).config.dataset, Path(), 0)
    margin = np.where(data.y_train == 1, 1, -1) * (data.X_train @ theta)
    rows = run.groups["made_from"].str.extract(r"row (\d+)")[0].astype(int).to_numpy()
    there = np.abs(margin[rows] - 1) < 1e-7
    found = on_margin(run)
    assert (found.rows, found.on) == (rows.size, int(there.sum()))
    np.testing.assert_allclose(found.without, np.corrcoef(table["influence"][~there], table["actual"][~there])[0, 1])
    assert f"{found.on} of {found.rows} rows stand there, and without them r is {found.without:.3f}" in found.in_words()
    assert found.on > 0
