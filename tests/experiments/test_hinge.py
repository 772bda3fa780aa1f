"""A support vector machine is fitted and retrained exactly, a gap says how exactly, and it is predicted smoothly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.svm import SVC, LinearSVC
from support.runs import effects_on, members, unreported

from groupinf.errors import ConfigError
from groupinf.experiments.workers.progress import Silent
from groupinf.reporting.words.summary import certificate_line
from groupinf.studies.group_effects.checks import load_checked
from groupinf.studies.group_effects.evaluate import evaluate
from groupinf.studies.load import load_config

LAM = 0.01 * 90
HINGE = {"loss": "hinge", "smoothing": 0.01, "intercept": "none"}


def signs(y: np.ndarray) -> np.ndarray:
    return np.where(y == "yes", 1.0, -1.0)


@pytest.mark.parametrize("change", ["remove", {"change": "reweight", "factor": 2.0}, "relabel"])
def test_actual_effects_are_those_of_scikit_learn(
    small_config: dict[str, Any], small_arrays: dict[str, Any], tmp_path: Path, change: Any
) -> None:
    run = unreported({**small_config, "model": HINGE, "change": change}, tmp_path)
    X, y = small_arrays["X_train"], small_arrays["y_train"]
    points = list(run.manifest.test_points)
    tested, truth = small_arrays["X_test"][points], signs(small_arrays["y_test"][points])

    def scores(labels: np.ndarray, weight: np.ndarray) -> np.ndarray:
        svm = LinearSVC(C=1 / LAM, loss="hinge", tol=1e-10, max_iter=10**6, fit_intercept=False, random_state=0)
        return np.asarray(svm.fit(X, labels, sample_weight=weight).decision_function(tested))

    before = scores(y, np.ones(90))
    factor = {"remove": 0.0, "relabel": 1.0}.get(str(change), 2.0)
    for row, group in enumerate(run.retrains["group"]):
        inside = np.isin(np.arange(90), members(run)[group])
        labels = np.where(inside & (change == "relabel"), np.where(y == "yes", "no", "yes"), y)
        after = scores(labels, np.where(inside, factor, 1.0))
        np.testing.assert_allclose(effects_on(run, "test_prediction", "actual")[row], after - before, atol=1e-6)
        hinge = np.maximum(0, 1 - truth * after) - np.maximum(0, 1 - truth * before)
        np.testing.assert_allclose(effects_on(run, "test_loss", "actual")[row], hinge, atol=1e-6)


def test_with_a_free_intercept_too(small_config: dict[str, Any], small_arrays: dict[str, Any], tmp_path: Path) -> None:
    run = unreported({**small_config, "model": {**HINGE, "intercept": "free"}}, tmp_path)
    X, y = small_arrays["X_train"], small_arrays["y_train"]
    tested = small_arrays["X_test"][list(run.manifest.test_points)]

    def scores(weight: np.ndarray) -> np.ndarray:
        svm = SVC(kernel="linear", C=1 / LAM, tol=1e-10).fit(X, y, sample_weight=weight)
        return np.asarray(svm.decision_function(tested))

    before, found = scores(np.ones(90)), effects_on(run, "test_prediction", "actual")
    for row, group in enumerate(run.retrains["group"]):
        after = scores(np.where(np.isin(np.arange(90), members(run)[group]), 0.0, 1.0))
        np.testing.assert_allclose(found[row], after - before, atol=2e-4)


def test_influence_is_that_of_the_smooth_hinge_at_the_minimum_of_the_hinge(
    small_config: dict[str, Any], small_arrays: dict[str, Any], tmp_path: Path
) -> None:
    """Koh and Liang 2017, section 4.3: gradients and curvatures written out; the hinge itself is what is measured."""
    t = 0.01
    run = unreported({**small_config, "model": HINGE}, tmp_path)
    theta = np.load(run.path / "theta.npz")["theta"]
    points = list(run.manifest.test_points)
    X, sign = small_arrays["X_train"], signs(small_arrays["y_train"])
    tested, truth = small_arrays["X_test"][points], signs(small_arrays["y_test"][points])

    def slope(rows: np.ndarray, labels: np.ndarray) -> np.ndarray:
        return np.asarray(-labels / (1 + np.exp(-(1 - labels * (rows @ theta)) / t)))

    s = np.abs(slope(X, sign))
    H = (X * (s * (1 - s) / t)[:, None]).T @ X + LAM * np.eye(3)
    g = X * slope(X, sign)[:, None]
    for evaluation, gradient in (("test_prediction", tested), ("test_loss", tested * slope(tested, truth)[:, None])):
        found = effects_on(run, evaluation, "influence")
        for row, group in enumerate(run.retrains["group"]):
            expected = gradient @ np.linalg.solve(H, g[members(run)[group]].sum(axis=0))
            np.testing.assert_allclose(found[row], expected, rtol=1e-8, atol=1e-12)
    # a step is read out exactly with the hinge
    newton, row = effects_on(run, "test_loss", "parameter_influence"), 0
    step = np.linalg.solve(H, g[members(run)[run.retrains["group"][row]]].sum(axis=0))
    at = [np.maximum(0, 1 - truth * (tested @ there)) for there in (theta, theta + step)]
    np.testing.assert_allclose(newton[row], at[1] - at[0], atol=1e-10)
    # and the gradient that is not zero is told with its size
    gradient = g.sum(axis=0) + LAM * theta
    size = np.linalg.norm(gradient)
    assert size > 1e-6
    np.testing.assert_allclose(run.manifest.fit.gradient_norm, size, rtol=1e-6)
    np.testing.assert_allclose(run.manifest.fit.decrement, np.sqrt(gradient @ np.linalg.solve(H, gradient)), rtol=1e-6)
    assert any("whose gradient is not zero at θ̂: its norm is" in note for note in run.manifest.notes)


def test_the_gap_of_every_retrain_is_kept_told_and_small(small_config: dict[str, Any], tmp_path: Path) -> None:
    run = unreported({**small_config, "model": HINGE}, tmp_path)
    gap = run.retrains["duality_gap"]
    assert len(gap) == run.manifest.n_retrained
    assert ((gap >= 0) & (gap <= 1e-9)).all()
    assert run.manifest.fit.duality_gap is not None
    np.testing.assert_allclose(run.retrains["decrement"], np.sqrt(2 * gap))
    assert "largest duality gap" in certificate_line(run)
    assert "gradient norm" not in certificate_line(run)
    assert np.isfinite(run.retrains["score_bound"]).all()
    actual = run.effects[run.effects["method"] == "actual"]
    assert (actual["error_estimate"] > 0).all()
    again = evaluate(run.path, ["test_points.indices=[0, 5]"], None, 1, Silent())
    np.testing.assert_array_equal(again.retrains["duality_gap"], gap)
    plain = unreported(small_config, tmp_path)
    assert "duality_gap" not in plain.retrains
    assert "largest Newton decrement" in certificate_line(plain)


def test_without_smoothing_predictions_are_those_of_the_penalty_alone(
    small_config: dict[str, Any], small_arrays: dict[str, Any], tmp_path: Path
) -> None:
    run = unreported({**small_config, "model": {**HINGE, "smoothing": 0}}, tmp_path)
    assert any("derivatives of the hinge loss itself, whose gradient" in note for note in run.manifest.notes)
    theta, sign = np.load(run.path / "theta.npz")["theta"], signs(small_arrays["y_train"])
    X, tested = small_arrays["X_train"], small_arrays["X_test"][list(run.manifest.test_points)]
    inside = sign * (X @ theta) < 1
    found = effects_on(run, "test_prediction", "influence")
    # the sides of rows on their margin are decided by rounding
    certain = np.abs(sign * (X @ theta) - 1) > 1e-9
    for row, group in enumerate(run.retrains["group"]):
        rows = members(run)[group]
        if certain[rows].all():
            expected = tested @ (-(sign * inside)[rows] @ X[rows]) / LAM
            np.testing.assert_allclose(found[row], expected, atol=1e-12)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"model": {"loss": "hinge", "smoothing": -1.0}}, "model.smoothing: expected a number of at least 0"),
        ({"model": {"loss": "hinge", "smoothing": 0}}, "model.intercept: expected penalised or none where derivatives"),
        (
            {"model": HINGE, "regularization": {"cross_validation": {"min": 1e-3, "max": 1e-1, "num": 2}}},
            "regularization.cross_validation: expected lambda_over_n with the hinge loss",
        ),
    ],
)
def test_what_a_hinge_cannot_do_is_refused_where_it_stands(
    small_config: dict[str, Any], change: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_checked(load_config({**small_config, **change}, ()))
    assert words in str(caught.value)
