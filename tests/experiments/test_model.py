"""The model that a configuration asks for is what is fitted, retrained, said and known by."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from scipy import optimize
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC
from support.runs import effects_on, members, unreported

from groupinf.errors import ConfigError, DataError
from groupinf.experiments.folder.identity import identity_hash
from groupinf.experiments.workers.progress import Silent
from groupinf.studies.group_effects.checks import load_checked
from groupinf.studies.group_effects.evaluate import evaluate
from groupinf.studies.group_effects.identity import identity_of
from groupinf.studies.load import load_config

LAM = 0.01 * 90


def identity(config: dict[str, Any]) -> str:
    loaded = load_config(config, ())
    return identity_hash(identity_of(loaded, load_checked(loaded)))


@pytest.mark.parametrize("intercept", ["none", "penalised"])
def test_without_a_free_intercept_effects_are_those_of_scikit_learn(
    small_config: dict[str, Any], small_arrays: dict[str, Any], tmp_path: Path, intercept: str
) -> None:
    run = unreported({**small_config, "model": {"intercept": intercept}}, tmp_path)

    def rows(X: np.ndarray) -> np.ndarray:
        return X if intercept == "none" else np.hstack([X, np.ones((len(X), 1))])

    X, y = rows(small_arrays["X_train"]), small_arrays["y_train"]
    tested = rows(small_arrays["X_test"][list(run.manifest.test_points)])

    def model(weight: np.ndarray) -> LogisticRegression:
        options = {"fit_intercept": False, "solver": "newton-cholesky", "tol": 1e-12, "max_iter": 1000}
        return LogisticRegression(C=1 / LAM, **options).fit(X, y, sample_weight=weight)

    whole = model(np.ones(90))
    theta = np.load(run.path / "theta.npz")["theta"]
    np.testing.assert_allclose(theta, whole.coef_[0], atol=1e-8)
    assert theta.size == 3 + (intercept == "penalised")
    found = effects_on(run, "test_prediction")
    for row, group in enumerate(run.retrains["group"]):
        without = model(~np.isin(np.arange(90), members(run)[group]) * 1.0)
        expected = without.decision_function(tested) - whole.decision_function(tested)
        np.testing.assert_allclose(found[row], expected, atol=1e-7)
    said = {"none": "no intercept", "penalised": "intercept penalised as weights are"}[intercept]
    assert f"), {said}, λ kept when points are removed" in run.manifest.convention.sentence
    assert run.manifest.intercept.value == intercept
    assert np.isfinite(run.retrains["score_bound"]).all()
    again = evaluate(run.path, ["test_points.indices=[0, 5]"], None, 1, Silent())
    assert again.manifest.intercept.value == intercept


def by_class(small_arrays: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    data, groups = tmp_path / "classed.npz", tmp_path / "groups.csv"
    np.savez(data, **small_arrays)
    lines = [f"{label},{i}" for i, label in enumerate(small_arrays["y_train"])]
    groups.write_text("\n".join(["group,index", *lines]))
    builders = [{"builder": "file", "path": str(groups)}, {"builder": "random"}]
    sizes = {"min": 0.1, "max": 0.2, "num": 2}
    return {
        "name": "classed",
        "dataset": {"npz": str(data)},
        "regularization": {"lambda_over_n": 0.01},
        "groups": {"builders": builders, "sizes": sizes},
        "test_points": {"random": 2},
    }


def test_a_class_is_emptied_only_where_a_free_intercept_would_have_no_optimum(
    small_arrays: dict[str, Any], tmp_path: Path
) -> None:
    config = by_class(small_arrays, tmp_path)
    free = unreported(config, tmp_path)
    assert {entry.name for entry in free.manifest.skipped} == {"no", "yes"}
    for intercept in ("none", "penalised"):
        run = unreported({**config, "model": {"intercept": intercept}}, tmp_path)
        assert run.manifest.skipped == ()
        # the gradient of what is left vanishes at the retrained parameters
        X, y = small_arrays["X_train"], small_arrays["y_train"]
        X1 = X if intercept == "none" else np.hstack([X, np.ones((90, 1))])
        theta = np.load(next(run.path.glob("blocks/*.npz")))["theta"]
        for label in ("no", "yes"):
            row = list(run.retrains["group_name"]).index(label)
            kept = y != label
            p = 1 / (1 + np.exp(-X1[kept] @ theta[row]))
            np.testing.assert_allclose(X1[kept].T @ (p - (y[kept] == "yes")) + LAM * theta[row], 0.0, atol=1e-8)


def test_a_training_set_without_a_row_is_no_study_whatever_the_intercept(
    small_arrays: dict[str, Any], tmp_path: Path
) -> None:
    config = by_class(small_arrays, tmp_path) | {"model": {"intercept": "none"}}
    (tmp_path / "groups.csv").write_text("\n".join(["group,index", *(f"all,{i}" for i in range(90))]))
    run = unreported(config, tmp_path)
    (skipped,) = run.manifest.skipped
    assert skipped.reason == "removes every row of the training set: nothing is left to fit"
    only = {**config, "groups": {"builders": config["groups"]["builders"][:1]}}
    with pytest.raises(DataError, match="no group is left to retrain"):
        unreported(only, tmp_path)


def test_folds_may_empty_a_class_where_no_intercept_is_free(small_arrays: dict[str, Any], tmp_path: Path) -> None:
    order = np.argsort(small_arrays["y_train"], kind="stable")
    path = tmp_path / "sorted.npz"
    few = np.concatenate([order[:60], order[-30:]])
    y = np.array(["no"] * 60 + ["yes"] * 30)
    np.savez(path, **{**small_arrays, "X_train": small_arrays["X_train"][few], "y_train": y})
    folds = {"min": 1e-3, "max": 1e-1, "num": 2, "folds": 3}
    config = by_class(small_arrays, tmp_path) | {"dataset": {"npz": str(path)}}
    config |= {"regularization": {"cross_validation": folds}, "groups": {**config["groups"], "builders": ["random"]}}
    with pytest.raises(ConfigError, match="folds that leave every class"):
        load_checked(load_config(config, ()))
    run = unreported({**config, "model": {"intercept": "none"}}, tmp_path)
    assert run.cross_validation is not None
    assert np.isfinite(run.cross_validation["mean_score"]).all()


def test_a_model_that_is_spelled_out_is_the_same_study(small_config: dict[str, Any], tmp_path: Path) -> None:
    plain = identity(small_config)
    for same in ({}, {"intercept": "free"}, {"loss": "binary_logistic"}):
        assert identity({**small_config, "model": same}) == plain
    for other in ("none", "penalised"):
        assert identity({**small_config, "model": {"intercept": other}}) != plain
    assert "model" not in load_config(small_config, ()).resolved()


def test_a_loss_may_stand_in_model_or_beside_it(small_arrays: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "numbers.npz"
    y = {name: (small_arrays[name] == "yes") * 1.0 for name in ("y_train", "y_test")}
    np.savez(path, **{**small_arrays, **y})
    config = by_class(small_arrays, tmp_path)
    config |= {"dataset": {"npz": str(path), "task": "regression"}}
    config |= {"groups": {**config["groups"], "builders": ["random"]}}
    assert (
        identity(config)
        == identity({**config, "loss": "squared"})
        == identity({**config, "model": {"loss": "squared"}})
    )


@pytest.mark.parametrize(
    ("model", "key", "words"),
    [
        ({"intercept": "fixed"}, "model.intercept", 'expected one of free, penalised, none, found the text "fixed"'),
        ({"intercept": None}, "model.intercept", "free, penalised, none"),
        ({"intercpt": "none"}, "model.intercpt", "intercept"),
        ("none", "model", "expected keys and values"),
        ({"kernel": "rbff"}, "model.kernel", "did you mean 'rbf'?"),
        ({"kernel": {"name": "rbf", "gamma": 0}}, "model.kernel.gamma", "expected median or a number above 0, found 0"),
        ({"kernel": {"gamma": "mean", "name": "rbf"}}, "model.kernel.gamma", "expected median or a number above 0"),
        ({"kernel": {"name": "polynomial", "gamma": 1, "degree": 0}}, "model.kernel.degree", "at least 1"),
        ({"kernel": {"name": "polynomial", "gamma": 1, "coef0": -1.0}}, "model.kernel.coef0", "at least 0"),
        ({"loss": "softmac"}, "model.loss", "did you mean 'softmax'?"),
        ({"loss": "smooth_hinge", "temperature": 0}, "model.temperature", "expected a number above 0, found 0"),
        ({"loss": "smooth_hinge", "temperature": "warm"}, "model.temperature", "expected a number"),
        (
            {"loss": "squared", "temperature": 1.0},
            "model.temperature",
            "only with loss: smooth_hinge, found loss: squared",
        ),
        ({"temperature": 1.0}, "model.temperature", "only with loss: smooth_hinge, found no loss"),
    ],
)
def test_a_model_that_is_none_is_refused_where_it_stands(
    small_config: dict[str, Any], tmp_path: Path, model: Any, key: str, words: str
) -> None:
    file = tmp_path / "study.yaml"
    lines = yaml.safe_dump({**small_config, "model": model}, sort_keys=False).splitlines()
    file.write_text("\n".join(lines))
    inside = model.get("kernel") if isinstance(model, dict) else None
    depth = (
        0
        if model == "none"
        else len(model) + (1 + [*inside].index(key.split(".")[-1]) if isinstance(inside, dict) else 0)
    )
    line = 1 + lines.index("model: none" if model == "none" else "model:") + depth
    with pytest.raises(ConfigError) as caught:
        load_config(file, ())
    said = str(caught.value)
    assert said.startswith(f"{file}, line {line}: {key}: ")
    assert words in said


def test_a_loss_in_both_places_is_an_error(small_config: dict[str, Any]) -> None:
    both = {**small_config, "loss": "binary_logistic", "model": {"loss": "binary_logistic"}}
    with pytest.raises(ConfigError, match="loss: expected the loss here or in model, found both"):
        load_config(both, ())


def test_a_loss_for_other_labels_is_refused_where_it_stands(small_config: dict[str, Any]) -> None:
    with pytest.raises(
        ConfigError, match=r"model\.loss: expected binary_logistic, smooth_hinge or hinge for 2 classes, found squared"
    ):
        load_checked(load_config({**small_config, "model": {"loss": "squared"}}, ()))


def test_a_pool_may_take_every_row_of_a_class_where_no_intercept_is_free(
    small_arrays: dict[str, Any], tmp_path: Path
) -> None:
    y = np.array(["no"] * 89 + ["yes"])
    config = by_class({**small_arrays, "y_train": y}, tmp_path)
    config["groups"]["builders"] = ["random"]
    config["change"] = {"change": "add", "pool_fraction": 0.95}
    with pytest.raises(ConfigError, match="found all rows of class yes in it"):
        load_checked(load_config(config, ()))
    assert load_checked(load_config({**config, "model": {"intercept": "none"}}, ())).pool is not None


@pytest.mark.parametrize("intercept", ["free", "none"])
@pytest.mark.parametrize("change", ["remove", "relabel"])
def test_effects_of_a_smooth_hinge_are_those_of_minimising_it_by_other_means(
    small_config: dict[str, Any], small_arrays: dict[str, Any], tmp_path: Path, intercept: str, change: str
) -> None:
    model = {"loss": "smooth_hinge", "temperature": 0.2, "intercept": intercept}
    run = unreported({**small_config, "model": model, "change": change}, tmp_path)
    X, sign = small_arrays["X_train"], np.where(small_arrays["y_train"] == "yes", 1.0, -1.0)
    tested = small_arrays["X_test"][list(run.manifest.test_points)]
    truth = np.where(small_arrays["y_test"][list(run.manifest.test_points)] == "yes", 1.0, -1.0)
    ones = intercept == "free"

    def wide(rows: np.ndarray) -> np.ndarray:
        return np.hstack([rows, np.ones((len(rows), 1))]) if ones else rows

    def loss(margin: np.ndarray) -> np.ndarray:
        return 0.2 * np.logaddexp(0.0, (1 - margin) / 0.2)

    def scores(sign: np.ndarray, weight: np.ndarray) -> np.ndarray:
        X1, lam = wide(X), np.full(3 + ones, LAM) * ([1, 1, 1, 0] if ones else 1)

        def value(theta: np.ndarray) -> tuple[float, np.ndarray]:
            m = sign * (X1 @ theta)
            r = -sign * weight / (1 + np.exp(-(1 - m) / 0.2))
            return weight @ loss(m) + 0.5 * lam @ theta**2, X1.T @ r + lam * theta

        end = optimize.minimize(value, np.zeros(3 + ones), jac=True, method="BFGS", options={"gtol": 1e-9})
        return np.asarray(wide(tested) @ end.x)

    before = scores(sign, np.ones(90))
    for evaluation in ("test_prediction", "test_loss"):
        found = effects_on(run, evaluation)
        for row, group in list(enumerate(run.retrains["group"]))[::3]:
            inside = np.isin(np.arange(90), members(run)[group])
            labels = np.where(inside & (change == "relabel"), -sign, sign)
            after = scores(labels, np.where(inside & (change == "remove"), 0.0, 1.0))
            expected = after - before if evaluation == "test_prediction" else loss(truth * after) - loss(truth * before)
            np.testing.assert_allclose(found[row], expected, atol=2e-6)
    assert run.manifest.loss_options == {"temperature": 0.2}
    assert np.isfinite(run.retrains["score_bound"]).mean() > 0.5
    assert "losses in units of the score" in run.manifest.convention.sentence


def test_the_temperature_is_part_of_what_a_study_is(small_config: dict[str, Any]) -> None:
    smooth = {**small_config, "model": {"loss": "smooth_hinge"}}
    assert identity({**small_config, "model": {"loss": "smooth_hinge", "temperature": 0.001}}) == identity(smooth)
    assert identity({**small_config, "loss": "smooth_hinge"}) == identity(smooth)
    assert identity({**small_config, "model": {"loss": "smooth_hinge", "temperature": 0.1}}) != identity(smooth)


def test_effects_on_features_of_a_kernel_are_those_of_the_kernel(
    small_config: dict[str, Any], small_arrays: dict[str, Any], tmp_path: Path
) -> None:
    """A support vector machine with an rbf kernel, fitted and retrained, beside scikit-learn's."""
    model = {"loss": "hinge", "kernel": {"name": "rbf", "gamma": 0.2}}
    run = unreported({**small_config, "model": model}, tmp_path)
    X, y, tested = small_arrays["X_train"], small_arrays["y_train"], small_arrays["X_test"]

    def scores(weight: np.ndarray) -> np.ndarray:
        svm = SVC(kernel="rbf", gamma=0.2, C=1 / LAM, tol=1e-10).fit(X, y, sample_weight=weight)
        return np.asarray(svm.decision_function(tested[list(run.manifest.test_points)]))

    before, found = scores(np.ones(90)), effects_on(run, "test_prediction")
    for row, group in enumerate(run.retrains["group"]):
        after = scores(~np.isin(np.arange(90), members(run)[group]) * 1.0)
        np.testing.assert_allclose(found[row], after - before, atol=1e-3)
    assert any("features of the rbf kernel with gamma = 0.2" in note for note in run.manifest.notes)
    again = evaluate(run.path, ["test_points.indices=[0, 5]"], None, 1, Silent())
    np.testing.assert_array_equal(again.retrains["duality_gap"], run.retrains["duality_gap"])


def test_a_kernel_is_part_of_what_a_study_is(small_config: dict[str, Any]) -> None:
    polynomial = {"name": "polynomial", "gamma": 1.0}
    rbf = {"name": "rbf", "gamma": "median"}
    kernels = [None, rbf, {"name": "rbf", "gamma": 0.1}, polynomial, {**polynomial, "degree": 2}]
    known = [identity({**small_config, "model": {} if k is None else {"kernel": k}}) for k in kernels]
    assert len({*known}) == len(kernels)
    assert identity({**small_config, "model": {"kernel": {**polynomial, "degree": 3}}}) == known[3]
    assert identity({**small_config, "model": {"kernel": "rbf"}}) == known[1]
    with pytest.raises(ConfigError, match=r"model\.kernel\.gamma: expected this key, found none"):
        load_config({**small_config, "model": {"kernel": "polynomial"}}, ())


def test_too_many_rows_for_a_kernel_are_refused_where_it_stands(
    small_config: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groupinf.datasets.kernels.features.KERNEL_BYTES", 8 * 30**2)
    with pytest.raises(ConfigError, match=r"model\.kernel: expected at most 30 training rows"):
        load_checked(load_config({**small_config, "model": {"kernel": {"name": "rbf", "gamma": "median"}}}, ()))


@pytest.mark.parametrize("model", [{"intercept": "none"}, {"intercept": "penalised"}, {"loss": "hinge"}])
def test_coefficients_are_those_of_the_model_and_have_errors(
    small_config: dict[str, Any], tmp_path: Path, model: dict[str, Any]
) -> None:
    config = {**small_config, "model": model, "evaluations": [{"evaluation": "coefficient", "of": "all"}, "test_error"]}
    run = unreported(config, tmp_path)
    whole = np.load(run.path / "theta.npz")["theta"]
    theta = np.vstack([np.load(path)["theta"] for path in sorted(run.path.glob("blocks/*.npz"))])
    found = run.effects[(run.effects["method"] == "actual") & (run.effects["evaluation"] == "coefficient")]
    assert len(found) == theta.size
    np.testing.assert_allclose(found["effect"].to_numpy().reshape(theta.shape), theta - whole, atol=1e-12)
    assert (found["error_estimate"] > 0).all()
    counts = run.effects[(run.effects["method"] == "actual") & (run.effects["evaluation"] == "test_error")]["effect"]
    assert (counts == counts.round()).all()
