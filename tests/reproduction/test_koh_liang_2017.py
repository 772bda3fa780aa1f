"""The page on Koh and Liang (2017) says what was computed: verdicts follow the numbers, and so does every sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from support.runs import unreported

from groupinf.experiments.workers.progress import Silent
from groupinf.reporting.figures import FIGURES as DRAWN
from groupinf.reporting.koh_liang_2017.compared import Compared, compared
from groupinf.reproduction.claim import DIFFERS, HOLDS, IN_PART
from groupinf.reproduction.papers.koh_liang_2017 import leave_one_out as loo
from groupinf.reproduction.papers.koh_liang_2017 import smoothed as svm
from groupinf.reproduction.papers.koh_liang_2017.found import Found, verdict_of
from groupinf.reproduction.papers.koh_liang_2017.sections import findings
from groupinf.reproduction.papers.koh_liang_2017.studies import (
    EXACT,
    FIGURES,
    LEAVE_ONE_OUT,
    LISSA,
    LISSA_ONCE,
    SMOOTHED,
    STUDIES,
    SVM,
)
from groupinf.studies.group_effects.evaluate import evaluate
from groupinf.studies.group_effects.result import Run

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


def like(r: float, slope: float = 1.0, rows: int = 200) -> Compared:
    """Predictions of this correlation, and this slope of actual on predicted."""
    rng = np.random.default_rng(0)
    parts = rng.normal(size=(rows, 2))
    a, b = np.linalg.qr(parts - parts.mean(axis=0))[0].T
    return Compared(0.1 * slope / r * a, 0.1 * (a + np.sqrt(1 / r**2 - 1) * b) * 1.0 if r < 1 else 0.1 * a)


def test_made_up_predictions_have_the_correlation_and_slope_that_tests_rely_on() -> None:
    for r, slope in ((0.9995, 1.0), (0.96, 1.3)):
        of = like(r, slope)
        np.testing.assert_allclose(of.pearson, r)
        np.testing.assert_allclose(of.slope, slope * r, rtol=1e-10)


@pytest.mark.parametrize(
    ("of", "verdict"),
    [(like(0.9995), HOLDS), (like(0.9995, 1.2), IN_PART), (like(0.998), IN_PART), (like(0.9), DIFFERS)],
)
def test_an_exact_solve_is_close_by_correlation_and_slope(of: Compared, verdict: str) -> None:
    claim = loo.exact_claim(of)
    assert claim.verdict == verdict
    assert f"r = {of.pearson:.4f}" in claim.found


@pytest.mark.parametrize(("r", "verdict"), [(0.991, HOLDS), (0.96, IN_PART), (0.94, DIFFERS)])
def test_the_stochastic_estimate_is_accurate_by_its_correlation(r: float, verdict: str) -> None:
    assert loo.lissa_claim(like(r)).verdict == verdict


def test_one_repeat_is_noisier_and_finds_the_strongest() -> None:
    exact, ten = like(1.0), like(0.998)
    noisy = like(0.98)
    near = Compared(exact.actual, exact.predicted + 1e-3 * noisy.predicted)
    assert loo.once_claim(exact, ten, near).verdict == IN_PART  # no noisier than ten
    assert loo.strongest_shared(exact, near) > loo.IDENTIFIED
    far = Compared(exact.actual, exact.predicted[::-1].copy())
    assert loo.strongest_shared(exact, far) < loo.IDENTIFIED
    assert loo.once_claim(exact, ten, far).verdict == IN_PART  # noisier, but another fifty
    assert loo.once_claim(exact, far, far).verdict == DIFFERS
    once = Compared(exact.actual, exact.predicted + 0.4 * (noisy.predicted - exact.predicted))
    assert loo.once_claim(exact, ten, once).verdict == HOLDS


def test_frames_hold_all_points_or_say_how_many_they_do_not() -> None:
    small = Compared(np.array([0.01, -0.02]), np.array([0.0, 0.03]))
    large = Compared(np.array([0.06, -0.02]), np.array([0.0, 0.03]))
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
    over = Compared(of.actual, 40 * of.predicted)
    assert svm.over_claim(over).verdict == HOLDS
    assert svm.over_claim(of).verdict == IN_PART
    assert svm.over_claim(like(0.95)).verdict == DIFFERS


@pytest.mark.parametrize(("r", "verdict"), [(0.953, HOLDS), (0.93, IN_PART), (0.88, DIFFERS)])
def test_a_published_correlation_is_met_to_a_hundredth(r: float, verdict: str) -> None:
    assert svm.published_claim(0.001, 0.950, like(r), "Here").verdict == verdict
    assert svm.published_claim(0.001, 0.950, like(r), "Here").explanations == ()
    at_zero = svm.published_claim(0.0, 0.950, like(r), "Here")
    assert at_zero.explanations == (() if verdict == HOLDS else (svm.ON_MARGIN,))


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
        assert f"{compared(rows_left_out, method).pearson:.5f}" in text
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
