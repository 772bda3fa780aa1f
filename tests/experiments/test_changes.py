"""A configured change is what a run does, says and is known by, in experiments, sweeps, evaluations and shards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from support.runs import collect_run, effects_on, execute, execute_shard, members, prepare_only, unreported

from groupinf.errors import ConfigError
from groupinf.experiments.folder.identity import identity_hash
from groupinf.experiments.workers.progress import Silent
from groupinf.experiments.workers.shards import Shard
from groupinf.reporting.html.page import page_html
from groupinf.reporting.report import report_markdown
from groupinf.reporting.tables.terminal import spearman_text
from groupinf.studies.group_effects.checks import load_checked
from groupinf.studies.group_effects.evaluate import evaluate
from groupinf.studies.group_effects.forecast import plan
from groupinf.studies.group_effects.identity import identity_of
from groupinf.studies.group_effects.lambda_sweep.open import GROUP_SWEEP
from groupinf.studies.group_effects.result import Run
from groupinf.studies.linear.lambda_sweep import plan_sweep
from groupinf.studies.load import load_config

DOUBLE = {"change": "reweight", "factor": 2.0}
ADD = {"change": "add", "pool_fraction": 0.4}
LAM_OVER_N = 0.01


@pytest.mark.parametrize("change", [DOUBLE, {"change": "relabel"}, {"change": "relabel", "to": "yes"}])
def test_actual_effects_are_those_of_scikit_learn(
    small_config: dict[str, Any], small_arrays: dict[str, Any], tmp_path: Path, change: dict[str, Any]
) -> None:
    run = unreported({**small_config, "change": change}, tmp_path)
    X, y = small_arrays["X_train"], small_arrays["y_train"]
    tested = small_arrays["X_test"][list(run.manifest.test_points)]

    def scores(labels: np.ndarray, weight: np.ndarray) -> np.ndarray:
        model = LogisticRegression(C=1 / (LAM_OVER_N * 90), solver="newton-cholesky", tol=1e-12, max_iter=1000)
        return np.asarray(model.fit(X, labels, sample_weight=weight).decision_function(tested))

    before, found = scores(y, np.ones(90)), effects_on(run, "test_prediction")
    for row, group in enumerate(run.retrains["group"]):
        inside = np.isin(np.arange(90), members(run)[group])
        other = change.get("to", np.where(y == "yes", "no", "yes"))
        labels = np.where(inside & (change["change"] == "relabel"), other, y)
        after = scores(labels, np.where(inside, change.get("factor", 1.0), 1.0))
        np.testing.assert_allclose(found[row], after - before, atol=1e-7)


def test_targets_move_by_the_shift(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    X = rng.normal(size=(60, 3))
    y = X @ [1.0, -2.0, 0.5] + rng.normal(size=60)
    np.savez(tmp_path / "r.npz", X_train=X[:50], y_train=y[:50], X_test=X[50:], y_test=y[50:])
    config = {
        "name": "shifted",
        "dataset": {"npz": str(tmp_path / "r.npz"), "task": "regression"},
        "regularization": {"lambda_over_n": 0.1},
        "change": {"change": "relabel", "shift": -1.5},
        "groups": {"sizes": {"min": 0.1, "max": 0.3, "num": 3}, "builders": ["random"]},
        "test_points": {"indices": [0, 4]},
    }
    run = unreported(config, tmp_path)
    before = Ridge(alpha=5.0).fit(X[:50], y[:50]).predict(X[[50, 54]])
    for row, group in enumerate(members(run)):
        after = Ridge(alpha=5.0).fit(X[:50], y[:50] - 1.5 * np.isin(np.arange(50), group)).predict(X[[50, 54]])
        np.testing.assert_allclose(effects_on(run, "test_prediction")[row], after - before, atol=1e-9)
    assert run.rows is not None
    np.testing.assert_allclose(run.rows["new_label"][:50].astype(float), y[:50] - 1.5)
    assert run.rows["new_label"][50:].isna().all()
    influence = run.effects[(run.effects["method"] == "influence") & (run.effects["evaluation"] == "test_prediction")]
    np.testing.assert_allclose(influence["effect"], effects_on(run, "test_prediction").ravel(), atol=1e-9)


def test_random_labels_are_never_a_rows_own_and_depend_on_the_seed_alone() -> None:
    y = np.repeat(np.arange(4), 50)
    config = {"change": "relabel", "to": "random"}
    change = load_config(
        {
            "name": "r",
            "dataset": {"name": "digits"},
            "regularization": {"lambda_over_n": 0.1},
            "change": config,
            "groups": {"builders": [{"builder": "column", "column": "x"}]},
        },
        (),
    ).config.change
    assert change is not None
    drawn = [change.labels(y, ("a", "b", "c", "d"), np.random.default_rng(seed)) for seed in (0, 0, 1)]
    assert (drawn[0] != y).all()
    np.testing.assert_array_equal(drawn[0], drawn[1])
    assert (drawn[0] != drawn[2]).any()
    for label in range(4):
        others = np.bincount(drawn[0][y == label].astype(int), minlength=4)
        assert (np.delete(others, label) > 5).all()


def test_the_new_labels_are_stored_beside_those_of_the_data(
    small_config: dict[str, Any], small_arrays: dict[str, Any], tmp_path: Path
) -> None:
    """Those at random are read back from rows.parquet, and retraining with them by scikit-learn gives the effects."""
    y = np.where(small_arrays["X_train"][:, 0] > 0.8, "maybe", small_arrays["y_train"])
    small_config["dataset"] = {"npz": str(tmp_path / "three.npz")}
    np.savez(tmp_path / "three.npz", **{**small_arrays, "y_train": y})
    run = unreported({**small_config, "change": {"change": "relabel", "to": "random"}}, tmp_path)
    rows = pd.read_parquet(run.path / "rows.parquet")
    train, new = rows["split"] == "train", rows["new_label"]
    assert (rows.loc[train, "label"] == y).all()
    assert new[~train].isna().all()
    assert (new[train] != y).all()
    assert set(new[train]) == {"no", "yes", "maybe"}
    X, tested = small_arrays["X_train"], small_arrays["X_test"][list(run.manifest.test_points)]
    loss = run.effects[(run.effects["method"] == "actual") & (run.effects["evaluation"] == "test_loss")]
    codes = [["maybe", "no", "yes"].index(small_arrays["y_test"][t]) for t in run.manifest.test_points]

    def losses(labels: np.ndarray) -> np.ndarray:
        model = LogisticRegression(C=1 / (LAM_OVER_N * 90), solver="newton-cholesky", tol=1e-12, max_iter=1000)
        return -model.fit(X, labels).predict_log_proba(tested)[np.arange(len(codes)), codes]

    group = int(run.retrains["group"].iloc[-1])
    changed = np.where(np.isin(np.arange(90), members(run)[group]), new[train], y)
    of_group = loss[loss["group"] == group].set_index("test_point")["effect"][list(run.manifest.test_points)]
    np.testing.assert_allclose(of_group, losses(changed) - losses(y), atol=1e-7)


def test_new_labels_are_of_the_kind_of_the_old_ones_and_there_only_where_given(
    small_config: dict[str, Any], small_arrays: dict[str, Any], tmp_path: Path
) -> None:
    whole = {key: (small_arrays[key] == "yes").astype(int) for key in ("y_train", "y_test")}
    np.savez(tmp_path / "whole.npz", **{**small_arrays, **whole})
    small_config["dataset"] = {"npz": str(tmp_path / "whole.npz")}
    rows = unreported({**small_config, "change": "relabel"}, tmp_path).rows
    assert rows is not None
    assert rows["new_label"].dtype == "Int64"
    assert (rows["new_label"][:90] == 1 - whole["y_train"]).all()
    small_config["groups"] = {"builders": [{"builder": "single_rows", "random": 2}]}
    for change in ("remove", DOUBLE, ADD):
        rows = unreported({**small_config, "change": change}, tmp_path).rows
        assert rows is not None
        assert "new_label" not in rows


def test_counting_zero_times_gives_the_bytes_of_removal(small_config: dict[str, Any], tmp_path: Path) -> None:
    removed = unreported({**small_config, "change": "remove"}, tmp_path)
    zero = unreported({**small_config, "change": {"change": "reweight", "factor": 0}}, tmp_path)
    for name in ("groups.npz", "theta.npz"):
        assert (removed.path / name).read_bytes() == (zero.path / name).read_bytes()
    assert removed.effects.drop(columns="run").equals(zero.effects.drop(columns="run"))
    assert removed.retrains.equals(zero.retrains)


def test_removal_may_be_spelled_out_and_other_changes_are_other_runs(small_config: dict[str, Any]) -> None:
    def identity(**changes: Any) -> str:
        loaded = load_config({**small_config, **changes}, ())
        return identity_hash(identity_of(loaded, load_checked(loaded)))

    assert identity() == identity(change="remove") == identity(change={"change": "remove"})
    hashes = {identity(), identity(change=DOUBLE), identity(change="relabel")}
    assert len(hashes) == 3


def test_the_convention_says_what_was_done(small_config: dict[str, Any], tmp_path: Path) -> None:
    told = {
        "remove": "Effect = f without the group − f with it",
        "relabel": "Effect = f where the group's points are labelled as the other class, less f where they are as in",
    }
    for change, words in told.items():
        for other, run in {c: unreported({**small_config, "change": c}, tmp_path) for c in told}.items():
            assert (words in run.manifest.convention.sentence) == (change == other)


def test_a_sweep_an_evaluation_and_shards_do_the_same(small_config: dict[str, Any], tmp_path: Path) -> None:
    loaded = load_config({**small_config, "change": DOUBLE}, ())
    run = execute(loaded, tmp_path, 1, False, Silent())
    again = evaluate(run.path, ["methods=[newton]"], None, 1, Silent())
    keys = ["group", "test_point", "evaluation", "method"]
    both = run.effects.merge(again.effects, on=keys, suffixes=("", "_again"))
    assert len(both) == len(again.effects)
    np.testing.assert_allclose(both["effect"], both["effect_again"], atol=1e-12)
    assert again.manifest.change == run.manifest.change
    prepare_only(loaded, tmp_path / "shards", 1, False, Silent())
    for number in (1, 2):
        execute_shard(loaded, tmp_path / "shards", 1, Shard(number, 2), Silent())
    collected = collect_run(tmp_path / "shards" / run.path.name, Silent())
    assert collected.effects.equals(run.effects)
    swept = {**small_config, "change": DOUBLE}
    swept["regularization"] = {"lambda_over_n": LAM_OVER_N, "sweep": {"values": [LAM_OVER_N, 0.1]}}
    sweep = GROUP_SWEEP.execute(plan_sweep(load_config(swept, ())), tmp_path / "sweep", 1, False, Silent())
    np.testing.assert_allclose(sweep.runs[0].effects["effect"], run.effects["effect"], atol=1e-7)
    assert all(one.manifest.change == run.manifest.change for one in sweep.runs)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("relable", r"change: unknown change 'relable'; did you mean 'relabel'\? valid: remove, reweight, relabel"),
        ("reweight", r"change\.factor: expected this key, found none"),
        ({"factor": 2.0}, r"change: expected the key change, found the key factor"),
        ({"change": "reweight", "factor": -1.0}, r"change\.factor: expected a number of at least 0, found -1"),
        ({"change": "reweight", "factor": "two"}, r"change\.factor: expected a number, found the text \"two\""),
        ({"change": "remove", "factor": 2.0}, r"change\.factor: unknown key"),
        ({"change": "relabel", "to": "yess"}, r"change\.to: .*the classes no, yes, found 'yess'; did you mean 'yes'\?"),
        ({"change": "relabel", "to": True}, r"change\.to: .*the classes no, yes, found true$"),
        ({"change": "relabel", "to": "11"}, r"change\.to: .*the classes no, yes, found '11'$"),
        ({"change": "relabel", "to": ["no"]}, r"change\.to: expected a label, found \['no'\]"),
        ({"change": "relabel", "shift": 1.0}, r"change\.shift: expected to: LABEL of data with classes, found shift"),
        ({"change": "reweight", "factor": 1}, r"change\.factor: expected another factor than 1, which changes nothing"),
        (3, r"change: expected keys and values, found 3"),
    ],
)
def test_a_change_that_is_none_is_refused(small_config: dict[str, Any], change: object, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_checked(load_config({**small_config, "change": change}, ()))


def test_a_group_whose_new_labels_empty_a_class_is_skipped_by_name(
    small_config: dict[str, Any], small_arrays: dict[str, Any], tmp_path: Path
) -> None:
    own = tmp_path / "groups.csv"
    every = np.flatnonzero(small_arrays["y_train"] == "no")
    own.write_text("group,index\n" + "".join(f"all no,{i}\n" for i in every) + "one,0\none,1\n", encoding="utf-8")
    config = {**small_config, "groups": {"builders": [{"builder": "file", "path": str(own)}]}}
    relabelled = unreported({**config, "change": {"change": "relabel", "to": "yes"}}, tmp_path)
    [skipped] = relabelled.manifest.skipped
    assert (skipped.name, skipped.reason.split(":")[0]) == ("all no", "relabels every row of class no")
    assert unreported({**config, "change": {"change": "relabel", "to": "no"}}, tmp_path).manifest.skipped == ()
    assert unreported({**config, "change": DOUBLE}, tmp_path).manifest.skipped == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("remove", ""),
        ("relabel", "relabel"),
        ({"change": "relabel", "to": "yes"}, "relabel, to: yes"),
        (DOUBLE, "reweight, factor: 2"),
        ({"change": "add", "pool_fraction": 0.25}, "add, pool_fraction: 0.25"),
    ],
)
def test_before_a_run_it_is_said_what_it_would_do(small_config: dict[str, Any], change: object, words: str) -> None:
    small_config["groups"] = {"builders": [{"builder": "single_rows", "random": 2}]}
    assert plan(load_config({**small_config, "change": change}, ())).change == words


SAME = "takes nothing out of the Hessian: Newton and parameter influence are the same prediction"


def steps(run: Run, method: str) -> np.ndarray:
    return run.effects[run.effects["method"] == method]["effect"].to_numpy()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"change": "relabel"}, True),
        ("remove", False),
        (DOUBLE, False),
        ({"change": "add", "pool_fraction": 0.4}, False),
    ],
)
def test_a_note_says_where_newton_and_parameter_influence_are_one(
    small_config: dict[str, Any], tmp_path: Path, change: object, told: bool
) -> None:
    config = {**small_config, "change": change, "groups": {**small_config["groups"], "builders": ["random"]}}
    config["groups"]["sizes"] = {"min": 0.06, "max": 0.25, "num": 4}
    run = unreported(config, tmp_path)
    same = np.allclose(steps(run, "newton"), steps(run, "parameter_influence"), rtol=1e-9, atol=1e-9)
    assert same is told
    for text in (spearman_text(run, 10_000), report_markdown(run), page_html([run], "small", plotly=False)):
        assert (f"relabelling {SAME}" in text) == told
    again = evaluate(run.path, ["methods=[newton, parameter_influence]"], None, 1, Silent())
    assert any(SAME in note for note in again.manifest.notes) == told
    alone = evaluate(run.path, ["methods=[newton, influence]"], None, 1, Silent())
    assert not any(SAME in note for note in alone.manifest.notes)


def test_an_estimate_of_parameter_influence_is_not_newton(small_config: dict[str, Any], tmp_path: Path) -> None:
    series = {"method": "parameter_influence", "solver": "taylor", "depth": 20, "scale": 10, "name": "series"}
    config = {**small_config, "change": "relabel", "methods": [series, "newton"]}
    assert not any(SAME in note for note in unreported(config, tmp_path).manifest.notes)


def test_a_curvature_that_depends_on_the_label_tells_newton_apart(small_config: dict[str, Any], tmp_path: Path) -> None:
    config = {**small_config, "change": "relabel", "model": {"loss": "smooth_hinge", "temperature": 0.5}}
    run = unreported(config, tmp_path)
    assert not any(SAME in note for note in run.manifest.notes)
    assert not np.allclose(steps(run, "newton"), steps(run, "parameter_influence"), rtol=1e-3)
    # what is linearised decides: the curvature of the logistic loss does not depend on the label
    config["model"] = {"loss": "smooth_hinge", "temperature": 0.5, "linearised": "binary_logistic"}
    run = unreported(config, tmp_path)
    assert any(SAME in note for note in run.manifest.notes)
    np.testing.assert_allclose(steps(run, "newton"), steps(run, "parameter_influence"), rtol=1e-9, atol=1e-9)
