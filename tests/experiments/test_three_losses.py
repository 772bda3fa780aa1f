"""The loss that is fitted, the one that is linearised and the one that is measured are three settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC
from support.runs import collect_run, execute_shard, members, prepare_only, unreported

from groupinf.config.sweep_grid import parse_grid
from groupinf.errors import ConfigError
from groupinf.experiments.folder.identity import identity_hash
from groupinf.experiments.workers.progress import Silent
from groupinf.experiments.workers.shards import Shard
from groupinf.reporting.words.summary import convention_line
from groupinf.studies.group_effects.checks import load_checked
from groupinf.studies.group_effects.evaluate import evaluate
from groupinf.studies.group_effects.identity import identity_of
from groupinf.studies.group_effects.lambda_sweep.open import GROUP_SWEEP
from groupinf.studies.group_effects.result import Run
from groupinf.studies.linear.lambda_sweep import plan_sweep
from groupinf.studies.load import load_config

LAM = 0.01 * 90
# temperatures of the loss that is linearised, and of the one that is measured
T, S = 0.3, 0.7
THREE = {
    "loss": "binary_logistic",
    "intercept": "none",
    "linearised": {"loss": "smooth_hinge", "temperature": T},
    "measured": {"loss": "smooth_hinge", "temperature": S},
}
HINGE = {"loss": "hinge", "intercept": "none"}


def effects_on(run: Run, evaluation: str, method: str) -> np.ndarray:
    """(groups, test points), of the own loss (groups, 1)."""
    found = run.effects[(run.effects["method"] == method) & (run.effects["evaluation"] == evaluation)]
    return found.pivot(index="group", columns="test_point", values="effect").to_numpy()


def signs(y: np.ndarray) -> np.ndarray:
    return np.where(y == "yes", 1.0, -1.0)


def smooth_hinge(margin: np.ndarray, t: float) -> np.ndarray:
    return t * np.logaddexp(0.0, (1 - margin) / t)


def slope(X: np.ndarray, sign: np.ndarray, theta: np.ndarray, t: float) -> np.ndarray:
    return np.asarray(-sign / (1 + np.exp(-(1 - sign * (X @ theta)) / t)))


def identity(config: dict[str, Any]) -> str:
    loaded = load_config(config, ())
    return identity_hash(identity_of(loaded, load_checked(loaded)))


@pytest.mark.parametrize("change", ["remove", {"change": "reweight", "factor": 2.0}, "relabel"])
def test_predictions_are_those_of_one_loss_where_another_is_smallest_and_a_third_is_measured(
    small_config: dict[str, Any], small_arrays: dict[str, Any], tmp_path: Path, change: Any
) -> None:
    """Written out at scikit-learn's minimum of the logistic loss."""
    methods = ["influence", "parameter_influence", "newton"]
    run = unreported({**small_config, "model": THREE, "change": change, "methods": methods}, tmp_path)
    points = sorted(run.manifest.test_points)
    X, sign = small_arrays["X_train"], signs(small_arrays["y_train"])
    tested, truth = small_arrays["X_test"][points], signs(small_arrays["y_test"][points])

    def minimum(labels: np.ndarray, weight: np.ndarray) -> np.ndarray:
        options = {"fit_intercept": False, "solver": "newton-cholesky", "tol": 1e-12, "max_iter": 1000}
        fitted = LogisticRegression(C=1 / LAM, **options).fit(X, labels, sample_weight=weight)
        return np.asarray(fitted.coef_[0])

    theta = minimum(sign, np.ones(90))
    np.testing.assert_allclose(np.load(run.path / "theta.npz")["theta"], theta, atol=1e-8)
    r = slope(X, sign, theta, T)
    a = np.abs(r) * (1 - np.abs(r)) / T
    hessian = (X * a[:, None]).T @ X + LAM * np.eye(3)
    of_test = slope(tested, truth, theta, S)[:, None] * tested
    factor = {"remove": 0.0, "relabel": 1.0}.get(str(change), 2.0)
    for row, group in enumerate(run.retrains["group"]):
        inside = np.isin(np.arange(90), members(run)[group])
        labels = np.where(inside & (change == "relabel"), -sign, sign)
        weight = np.where(inside, factor, 1.0)
        after = weight * slope(X, labels, theta, T)
        g = X.T @ (r - after)
        b = np.abs(slope(X, labels, theta, T))
        changed = (X * (weight * b * (1 - b) / T)[:, None]).T @ X + LAM * np.eye(3)
        own = (X[inside], sign[inside])

        def effects(there: np.ndarray, own: tuple[np.ndarray, np.ndarray] = own) -> tuple[np.ndarray, float]:
            (x, y), of = own, lambda x, y, at: smooth_hinge(y * (x @ at), S)
            return of(tested, truth, there) - of(tested, truth, theta), float(sum(of(x, y, there) - of(x, y, theta)))

        first = np.linalg.solve(hessian, g)
        ends = {
            "parameter_influence": theta + first,
            "newton": theta + np.linalg.solve(changed, g),
            "actual": minimum(labels, weight),
        }
        for method, there in ends.items():
            on_test, on_own = effects(there)
            close = {"atol": 1e-7, "rtol": 1e-7}
            np.testing.assert_allclose(effects_on(run, "test_loss", method)[row], on_test, **close)
            np.testing.assert_allclose(effects_on(run, "self_loss", method)[row, 0], on_own, **close)
        np.testing.assert_allclose(effects_on(run, "test_loss", "influence")[row], of_test @ first, rtol=1e-6)
        of_own = slope(*own, theta, S) @ own[0] @ first
        np.testing.assert_allclose(effects_on(run, "self_loss", "influence")[row, 0], of_own, rtol=1e-6)
        np.testing.assert_allclose(effects_on(run, "test_prediction", "influence")[row], tested @ first, rtol=1e-6)
    # the size of the gradient that is not zero is told
    gradient = X.T @ r + LAM * theta
    (note,) = (note for note in run.manifest.notes if "gradient is not zero" in note)
    assert "the derivatives of the smooth hinge loss" in note
    told = float(note.split("its norm is ")[1].split(",")[0])
    assert told == pytest.approx(np.linalg.norm(gradient), rel=2e-3)
    decrement = float(note.split("decrement of ")[1])
    assert decrement == pytest.approx(np.sqrt(gradient @ np.linalg.solve(hessian, gradient)), rel=2e-3)
    # mean losses are of what is measured, and errors hold
    margin = signs(small_arrays["y_test"]) * (small_arrays["X_test"] @ theta)
    assert run.manifest.test_loss == pytest.approx(smooth_hinge(margin, S).mean())
    assert run.manifest.train_loss == pytest.approx(smooth_hinge(sign * (X @ theta), S).mean())
    assert (run.effects["error_estimate"] < 1e-6).all()


def test_the_strongest_rows_are_those_of_the_loss_that_is_linearised(
    small_config: dict[str, Any], small_arrays: dict[str, Any], tmp_path: Path
) -> None:
    groups, points = {"builders": [{"builder": "single_rows", "strongest": 9}]}, {"indices": [3]}
    run = unreported({**small_config, "model": THREE, "groups": groups, "test_points": points}, tmp_path)
    theta = np.load(run.path / "theta.npz")["theta"]
    X, sign = small_arrays["X_train"], signs(small_arrays["y_train"])
    r = slope(X, sign, theta, T)
    hessian = (X * (np.abs(r) * (1 - np.abs(r)) / T)[:, None]).T @ X + LAM * np.eye(3)
    tested, truth = small_arrays["X_test"][[3]], signs(small_arrays["y_test"][[3]])
    gradient = slope(tested, truth, theta, S) @ tested
    influence = (X * r[:, None]) @ np.linalg.solve(hessian, gradient)
    assert {int(rows[0]) for rows in members(run)} == set(map(int, np.argsort(-np.abs(influence))[:9]))
    logistic = unreported(
        {**small_config, "model": {"intercept": "none"}, "groups": groups, "test_points": points}, tmp_path
    )
    assert {int(rows[0]) for rows in members(logistic)} != {int(rows[0]) for rows in members(run)}


@pytest.mark.parametrize("change", ["remove", "relabel", {"change": "add", "pool_fraction": 0.3}])
def test_a_hinge_linearised_as_a_smooth_hinge_is_that_with_its_smoothing(
    small_config: dict[str, Any], tmp_path: Path, change: Any
) -> None:
    methods = ["influence", "newton", "two_step_newton", "second_order"]
    groups = {**small_config["groups"], "sizes": {"min": 0.08, "max": 0.25, "num": 4}}
    config = {**small_config, "groups": groups, "change": change, "methods": methods}
    smoothed = unreported({**config, "model": {**HINGE, "smoothing": 0.02}}, tmp_path / "a")
    smooth = {"loss": "smooth_hinge", "temperature": 0.02}
    linearised = unreported({**config, "model": {**HINGE, "linearised": smooth, "measured": "hinge"}}, tmp_path / "b")
    assert linearised.path.name != smoothed.path.name
    one, other = (run.effects.drop(columns="run") for run in (linearised, smoothed))
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    assert linearised.manifest.fit == smoothed.manifest.fit
    assert linearised.manifest.measured is None


@pytest.mark.parametrize(
    ("model", "same"),
    [
        ({"intercept": "none"}, {"linearised": "binary_logistic", "measured": {"loss": "binary_logistic"}}),
        ({"loss": "smooth_hinge", "temperature": 0.2}, {"measured": {"loss": "smooth_hinge", "temperature": 0.2}}),
        ({"loss": "smooth_hinge"}, {"linearised": "smooth_hinge"}),
    ],
)
def test_the_fitted_loss_by_name_is_what_it_is_without_the_keys(
    small_config: dict[str, Any], tmp_path: Path, model: dict[str, Any], same: dict[str, Any]
) -> None:
    plain = unreported({**small_config, "model": model}, tmp_path / "a")
    named = unreported({**small_config, "model": {**model, **same}}, tmp_path / "b")
    assert named.path.name == plain.path.name
    for block in plain.path.glob("blocks/*.npz"):
        assert (named.path / "blocks" / block.name).read_bytes() == block.read_bytes()
    assert named.manifest.convention == plain.manifest.convention
    assert named.manifest.linearised is None
    assert not any("gradient" in note for note in plain.manifest.notes)


def test_the_losses_are_part_of_what_a_study_is_and_are_named_where_they_differ(
    small_config: dict[str, Any], tmp_path: Path
) -> None:
    def study(**model: Any) -> dict[str, Any]:
        return {**small_config, "model": {"loss": "binary_logistic", **model}}

    warm = {"loss": "smooth_hinge", "temperature": 0.5}
    several = [study(), study(linearised="hinge"), study(measured="hinge"), study(linearised=warm)]
    assert len({identity(config) for config in several}) == 4
    assert identity(study(linearised={"loss": "hinge", "smoothing": 0.001})) == identity(several[1])
    run = unreported(several[3], tmp_path)
    said = "fitted is the logistic loss, linearised the smooth hinge loss (temperature 0.5), measured the logistic loss"
    assert said in convention_line(run)
    assert "fitted" not in convention_line(unreported(several[0], tmp_path))
    hinge = unreported(study(loss="hinge", measured="binary_logistic"), tmp_path)
    assert "linearised a smooth version of the hinge loss, measured the logistic loss" in convention_line(hinge)
    assert "losses in nats" in convention_line(hinge)


def test_where_the_gradient_of_what_is_linearised_is_zero_nothing_is_said(
    small_arrays: dict[str, Any], small_config: dict[str, Any], tmp_path: Path
) -> None:
    """Every row stands there with both labels: 0 is the minimum of every loss."""
    X = np.repeat(small_arrays["X_train"][:40], 2, axis=0)
    path = tmp_path / "both.npz"
    np.savez(path, X_train=X, y_train=["yes", "no"] * 40, X_test=X[:20], y_test=["yes", "no"] * 10)
    run = unreported({**small_config, "dataset": {"npz": str(path)}, "model": THREE}, tmp_path)
    assert run.manifest.linearised is not None
    assert not any("gradient" in note for note in run.manifest.notes)


@pytest.mark.parametrize("methods", [["influence", "newton"], ["two_step_newton", "rescaled_influence"]])
def test_an_evaluation_and_shards_have_the_same_numbers(
    small_config: dict[str, Any], tmp_path: Path, methods: list[str]
) -> None:
    config = {**small_config, "model": THREE, "methods": methods, "block_width": 8}
    run = unreported(config, tmp_path / "whole")
    points = list(run.manifest.test_points)
    again = evaluate(run.path, [f"test_points.indices={points}"], None, 1, Silent())
    keys = ["method", "evaluation", "test_point", "group"]
    one, other = (r.effects.sort_values(keys)[[*keys, "effect"]].reset_index(drop=True) for r in (run, again))
    pd.testing.assert_frame_equal(one, other, rtol=1e-9, atol=1e-12)
    assert again.manifest.convention == run.manifest.convention
    path = prepare_only(load_config(config), tmp_path / "shards", 1, False, Silent())
    for k in (1, 2):
        execute_shard(load_config(config), tmp_path / "shards", 1, Shard(k, 2), Silent())
    pd.testing.assert_frame_equal(collect_run(path, Silent()).effects, run.effects, check_exact=True)


def test_a_sweep_goes_through_runs_with_the_three_losses(small_config: dict[str, Any], tmp_path: Path) -> None:
    config = {**small_config, "model": THREE}
    swept = GROUP_SWEEP.execute(
        plan_sweep(load_config(config), parse_grid("0.01,0.1"), False), tmp_path, 1, False, Silent()
    )
    alone = unreported(config, tmp_path / "alone")
    one, other = (run.effects.drop(columns="run") for run in (swept.runs[0], alone))
    pd.testing.assert_frame_equal(one, other, rtol=1e-6, atol=1e-9)
    assert all("measured the smooth hinge loss" in run.manifest.convention.sentence for run in swept.runs)
    assert all(any("gradient is not zero" in note for note in run.manifest.notes) for run in swept.runs)


def test_steps_do_not_move_where_nothing_is_changed(small_config: dict[str, Any], tmp_path: Path) -> None:
    """Though the gradient of the loss that is linearised is not zero at θ̂."""
    methods = ["influence", "newton", "two_step_newton", "second_order", "rescaled_influence", "representer"]
    for model in (THREE, HINGE):
        change = {"change": "reweight", "factor": 1.0 + 1e-13}
        run = unreported({**small_config, "model": model, "methods": methods, "change": change}, tmp_path)
        predicted = run.effects[run.effects["method"] != "actual"]
        assert (predicted["effect"].abs() < 1e-9).all()


def test_adding_rows_to_a_support_vector_machine_is_what_scikit_learn_does(
    small_config: dict[str, Any], small_arrays: dict[str, Any], tmp_path: Path
) -> None:
    change = {"change": "add", "pool_fraction": 0.3}
    groups = {**small_config["groups"], "sizes": {"min": 0.08, "max": 0.25, "num": 4}}
    run = unreported({**small_config, "groups": groups, "model": HINGE, "change": change}, tmp_path)
    X, y = small_arrays["X_train"], small_arrays["y_train"]
    tested = small_arrays["X_test"][sorted(run.manifest.test_points)]
    assert run.rows is not None
    pool = run.rows[run.rows["split"] == "pool"]["line"].to_numpy(dtype=int)

    def scores(weight: np.ndarray) -> np.ndarray:
        lam = run.manifest.lam
        svm = LinearSVC(C=1 / lam, loss="hinge", tol=1e-10, max_iter=10**6, fit_intercept=False, random_state=0)
        return np.asarray(svm.fit(X, y, sample_weight=weight).decision_function(tested))

    fitted = np.where(np.isin(np.arange(90), pool), 0.0, 1.0)
    before, found = scores(fitted), effects_on(run, "test_prediction", "actual")
    for row, group in enumerate(run.retrains["group"]):
        with_group = fitted.copy()
        with_group[pool[members(run)[group]]] = 1.0
        np.testing.assert_allclose(found[row], scores(with_group) - before, atol=1e-6)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ({"linearised": "hinges"}, "model.linearised: unknown loss 'hinges'"),
        ({"linearised": {"temperature": 1.0}}, "model.linearised: expected the key loss"),
        ({"measured": 3}, "model.measured: expected keys and values, found"),
        ({"measured": {"loss": "smooth_hinge", "temperature": 0.0}}, "model.measured.temperature: expected a number"),
        ({"measured": {"loss": "binary_logistic", "temperature": 1.0}}, "model.measured.temperature: unknown key"),
        ({"linearised": "squared"}, "model.linearised"),
        ({"measured": {"loss": "softmax"}}, "model.measured.loss: expected binary_logistic, smooth_hinge or hinge"),
        ({"linearised": {"loss": "hinge", "smoothing": 0}}, "model.intercept: expected penalised or none"),
        (
            {"loss": "hinge", "smoothing": 0.1, "linearised": "smooth_hinge"},
            "model.linearised: expected linearised without smoothing",
        ),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(
    small_config: dict[str, Any], model: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_checked(load_config({**small_config, "model": model}, ()))
    assert words in str(caught.value)
