"""Rows that a change adds are of a pool that neither the fit, nor its λ, nor its scales have seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression, Ridge
from support.runs import effects_on, members, unreported

from groupinf.errors import ConfigError
from groupinf.experiments.workers.progress import Silent
from groupinf.reporting.html.page import page_html
from groupinf.reporting.tables.comparison import comparison_text
from groupinf.reporting.tables.sweep import sweep_text
from groupinf.studies.group_effects.checks import load_checked
from groupinf.studies.group_effects.evaluate import evaluate
from groupinf.studies.group_effects.forecast import plan
from groupinf.studies.group_effects.lambda_sweep.open import GROUP_SWEEP
from groupinf.studies.linear.lambda_sweep import plan_sweep
from groupinf.studies.load import load_config

LAM_OVER_N = 0.01
ADD = {"change": "add", "pool_fraction": 0.4}


def arrays(kind: str, small_arrays: dict[str, Any]) -> dict[str, Any]:
    """The small study's, or with more features than rows, or only few features of each row."""
    rng, X = np.random.default_rng(4), np.vstack([small_arrays["X_train"], small_arrays["X_test"]])
    if kind == "more features than rows":
        X = np.hstack([X, rng.normal(size=(120, 200))])
    if kind == "sparse":
        X = np.hstack([X, rng.normal(size=(120, 10))]) * (rng.uniform(size=(120, 13)) < 0.4)
    return {**small_arrays, "X_train": X[:90], "X_test": X[90:]}


@pytest.mark.parametrize("kind", ["dense", "sparse", "more features than rows"])
def test_added_rows_are_those_of_a_pool_that_the_fit_has_not_seen(
    small_config: dict[str, Any], small_arrays: dict[str, Any], tmp_path: Path, kind: str
) -> None:
    data = arrays(kind, small_arrays)
    files = {"npz": str(tmp_path / "own.npz")}
    np.savez(tmp_path / "own.npz", **data)
    if kind == "sparse":
        np.savez(tmp_path / "own.npz", y_train=data["y_train"], y_test=data["y_test"])
        for name in ("X_train", "X_test"):
            sparse.save_npz(tmp_path / f"{name}.npz", sparse.csr_matrix(data[name]))
            files[name] = str(tmp_path / f"{name}.npz")
    config = {**small_config, "dataset": files, "change": ADD}
    config["groups"] = {**small_config["groups"], "sizes": {"min": 0.06, "max": 0.5, "num": 4}}
    run = unreported(config, tmp_path)
    assert run.rows is not None
    places = {split: rows["line"].to_numpy(dtype=int) for split, rows in run.rows.groupby("split")}
    train, pool = places["train"], places["pool"]
    assert (run.manifest.n, run.manifest.n_pool) == (54, 36)
    np.testing.assert_array_equal(np.sort(np.concatenate([train, pool])), np.arange(90))
    tested = data["X_test"][list(run.manifest.test_points)]

    def scores(rows: np.ndarray) -> np.ndarray:
        model = LogisticRegression(C=1 / (LAM_OVER_N * 54), solver="newton-cholesky", tol=1e-12, max_iter=1000)
        return np.asarray(model.fit(data["X_train"][rows], data["y_train"][rows]).decision_function(tested))

    before, found, groups = scores(train), effects_on(run, "test_prediction"), members(run)
    assert len(set(run.groups["kind"])) == 7
    for row, group in enumerate(run.retrains["group"]):
        after = scores(np.concatenate([train, pool[groups[group]]]))
        np.testing.assert_allclose(found[row], after - before, atol=1e-7)
    # tails are of what adding does to the test loss
    loss = run.effects[(run.effects["evaluation"] == "test_loss") & (run.effects["method"] == "influence")]
    tails = run.groups[run.groups["kind"].isin(["positive_tail", "negative_tail"])]
    own = tails.merge(loss, on=["group", "test_point"])
    mean = own.groupby(["test_point", "kind_x"])["effect"].mean().unstack()
    assert (mean["positive_tail"] > 0).all()
    assert (mean["negative_tail"] < 0).all()


def test_a_pool_is_drawn_by_the_seed_and_swept_over_with_everything_else(
    small_config: dict[str, Any], tmp_path: Path
) -> None:
    groups = {**small_config["groups"], "sizes": {"min": 0.06, "max": 0.5, "num": 4}}
    config = {**small_config, "change": ADD, "groups": groups}
    first, again = (unreported(config, tmp_path / name) for name in ("a", "b"))
    assert first.effects.equals(again.effects)
    other = unreported({**config, "seed": 1}, tmp_path)
    assert first.rows is not None
    assert other.rows is not None
    assert not first.rows["label"].equals(other.rows["label"])
    evaluated = evaluate(first.path, ["test_points.indices=[3]"], None, 1, Silent())
    assert evaluated.manifest.n_pool == first.manifest.n_pool == plan(load_config(config, ())).pool == 36
    removed = unreported({**config, "change": "remove"}, tmp_path)
    for outputs, pooled in (([first], True), ([removed], False), ([removed, first], True)):
        page = page_html(outputs, "study", plotly=False)
        in_table = ">Pool<" in page and ">36<" in page
        assert (in_table or "36 rows in the pool" in page) == pooled
    assert "pool" in comparison_text([removed, first], 100)
    config["regularization"] = {"lambda_over_n": LAM_OVER_N, "sweep": {"values": [LAM_OVER_N, 0.1]}}
    sweep = GROUP_SWEEP.execute(plan_sweep(load_config(config, ())), tmp_path / "sweep", 1, False, Silent())
    np.testing.assert_allclose(sweep.runs[0].effects["effect"], first.effects["effect"], atol=1e-7)
    assert "36 rows in the pool; 2 values of λ/n" in sweep_text(sweep, 100)


def test_lambda_is_chosen_on_the_rows_of_the_fit_alone(
    small_config: dict[str, Any], small_arrays: dict[str, Any], tmp_path: Path
) -> None:
    choice = {"cross_validation": {"min": 1e-3, "max": 1.0, "num": 4, "folds": 3, "score": "log_loss"}}
    groups = {"sizes": {"min": 0.1, "max": 0.5, "num": 2}, "builders": ["random"]}
    run = unreported({**small_config, "regularization": choice, "change": ADD, "groups": groups}, tmp_path)
    assert run.rows is not None
    fitted = run.rows[run.rows["split"] == "train"]["line"].to_numpy(dtype=int)
    alone = {**small_arrays, "X_train": small_arrays["X_train"][fitted], "y_train": small_arrays["y_train"][fitted]}
    np.savez(tmp_path / "alone.npz", **alone)
    config = {**small_config, "dataset": {"npz": str(tmp_path / "alone.npz")}, "regularization": choice}
    without = unreported({**config, "groups": groups}, tmp_path)
    assert run.cross_validation is not None
    assert without.cross_validation is not None
    pd.testing.assert_frame_equal(run.cross_validation, without.cross_validation, rtol=1e-9)
    assert run.manifest.train_loss == pytest.approx(without.manifest.train_loss, rel=1e-9)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("add", r"change: expected a pool: pool_fraction, or data that mark its rows, found neither"),
        ({"change": "add", "pool_fraction": 0.001}, r"change\.pool_fraction: .* found int\(0\.001 · 90\) = 0"),
        ({"change": "add", "pool_fraction": 1.0}, r"change\.pool_fraction: expected a number below 1, found 1"),
        ({"change": "add", "pool_fraction": 0.99}, r"change\.pool_fraction: .* all rows of class (no|yes) in it"),
    ],
)
def test_a_pool_that_cannot_be_is_refused(small_config: dict[str, Any], change: object, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_checked(load_config({**small_config, "change": change}, ()))


def test_scales_are_learnt_without_the_pool(small_arrays: dict[str, Any], tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    table = pd.DataFrame(small_arrays["X_train"] * [1.0, 5.0, 0.2] + 3.0, columns=["a", "b", "c"])
    table["y"] = table["a"] - table["b"] + rng.normal(size=90)
    table["split"] = np.where(np.arange(90) < 20, "test", "train")
    table.to_csv(tmp_path / "own.csv", index=False)
    config = {
        "name": "scales",
        "dataset": {
            "csv": str(tmp_path / "own.csv"),
            "target": "y",
            "split": "split",
            "task": "regression",
            "standardise": True,
            "standardise_target": True,
        },
        "regularization": {"lambda_over_n": 0.1},
        "change": ADD,
        "groups": {"sizes": {"min": 0.1, "max": 0.3, "num": 2}, "builders": ["random"]},
        "test_points": {"indices": [0]},
    }
    run = unreported(config, tmp_path)
    assert run.rows is not None
    lines = run.rows[run.rows["split"] == "train"]["line"].to_numpy(dtype=int) - 2
    X, y = table.loc[lines, ["a", "b", "c"]].to_numpy(), table.loc[lines, "y"].to_numpy()
    X, y = (X - X.mean(axis=0)) / X.std(axis=0), (y - y.mean()) / y.std()
    peer = Ridge(alpha=0.1 * lines.size).fit(X, y)
    theta = np.load(run.path / "theta.npz")["theta"]
    np.testing.assert_allclose(theta, [*peer.coef_, peer.intercept_], atol=1e-10)
