"""A run with its theory: tables beside the same effects, added without retraining, refused where it says nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq
from support.runs import unreported

from groupinf.errors import ConfigError
from groupinf.experiments.workers.progress import Silent
from groupinf.studies.group_effects.checks import load_checked
from groupinf.studies.group_effects.evaluate import evaluate
from groupinf.studies.group_effects.forecast import plan
from groupinf.studies.group_effects.memory import work_of
from groupinf.studies.group_effects.result import Run
from groupinf.studies.linear.configured_model import model_of
from groupinf.studies.load import load_config

STUDY: dict[str, Any] = {
    "name": "theory",
    "dataset": {"name": "breast_cancer"},
    "model": {"intercept": "none"},
    "regularization": {"lambda_over_n": 0.01},
    "groups": {
        "sizes": {"min": 0.01, "max": 0.25, "num": 3},
        "builders": ["random", "shared_feature", {"builder": "single_rows", "random": 3}],
    },
    "test_points": {"random": 1, "highest_loss": 1},
    "evaluations": ["test_prediction", "test_loss", "self_loss", "test_error"],
    "methods": ["influence", "newton"],
}
THEORY = {**STUDY, "theory": True}
OF_EFFECTS = ("group", "evaluation", "test_point")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return unreported(THEORY, tmp_path_factory.mktemp("runs"))


def theory_of(run: Run) -> pd.DataFrame:
    assert run.theory is not None
    return run.theory


def test_effects_are_those_of_a_run_without_and_its_folder_is_its_own(run: Run, tmp_path: Path) -> None:
    without = unreported({**STUDY, "theory": False}, tmp_path)
    assert without.theory is None
    assert without.spectra is None
    assert without.path.name == unreported(STUDY, tmp_path).path.name != run.path.name
    pd.testing.assert_frame_equal(without.effects.drop(columns="run"), run.effects.drop(columns="run"))
    pd.testing.assert_frame_equal(without.retrains, run.retrains)


def test_the_theory_of_an_evaluation_is_that_of_the_run(run: Run, tmp_path: Path) -> None:
    without = unreported(STUDY, tmp_path)
    added = evaluate(without.path, ["theory=true"], None, 1, Silent())
    pd.testing.assert_frame_equal(theory_of(added), theory_of(run), rtol=1e-12)
    assert added.spectra is not None
    assert run.spectra is not None
    pd.testing.assert_frame_equal(added.spectra, run.spectra, rtol=1e-12)


def test_predictions_are_those_of_the_methods_and_errors_what_is_left_to_the_actual_effects(run: Run) -> None:
    wide = run.effects.pivot_table(index=list(OF_EFFECTS), columns="method", values="effect")
    table = theory_of(run).set_index(list(OF_EFFECTS)).loc[wide.index]
    np.testing.assert_array_equal(table["newton"], wide["newton"])
    np.testing.assert_allclose(table["influence"], wide["influence"], rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(table["newton_error"], wide["actual"] - wide["newton"], rtol=1e-12, atol=1e-15)


def test_every_actual_effect_lies_in_its_interval_which_is_finite_without_a_free_intercept(run: Run) -> None:
    actual = run.effects[run.effects["method"] == "actual"].merge(theory_of(run), on=list(OF_EFFECTS))
    assert len(actual) == len(theory_of(run))
    assert np.isfinite(actual[["proven_low", "proven_high"]]).all(axis=None)
    error = actual["error_estimate"]
    assert (actual["effect"] >= actual["proven_low"] - error).all()
    assert (actual["effect"] <= actual["proven_high"] + error).all()
    # the intervals say something: in the median they are narrower than three effects
    width = (actual["proven_high"] - actual["proven_low"])[actual["evaluation"] == "self_loss"]
    assert width.median() < 3.0 * actual["effect"][actual["evaluation"] == "self_loss"].abs().median()


def test_a_free_intercept_leaves_empty_what_has_no_penalty(tmp_path: Path) -> None:
    free = theory_of(unreported({**THEORY, "model": {"intercept": "free"}}, tmp_path))
    bounds = [f"{name}{end}" for name in ("newton_error_bound", "rest_bound") for end in ("", "_paper")]
    assert free[["d_norm_paper", "cone_paper", *bounds]].isna().all(axis=None)
    assert free[["mu", "d_norm", "angle", "cone_group", "newton_over_influence"]].notna().all(axis=None)
    smooth = free[free["evaluation"] != "test_error"]
    assert smooth[["influence", "linear", "curvature", "rest"]].notna().all(axis=None)


def test_what_has_no_derivative_has_effects_and_intervals_alone(run: Run) -> None:
    errors = theory_of(run)[theory_of(run)["evaluation"] == "test_error"]
    assert errors[["influence", "linear", "curvature", "rest", "newton_error_bound"]].isna().all(axis=None)
    assert errors["newton"].isin([-1.0, 0.0, 1.0]).all()
    assert errors[["proven_low", "proven_high"]].isin([-1.0, 0.0, 1.0]).all(axis=None)


def test_single_rows_are_copies_and_random_groups_are_not(run: Run) -> None:
    kinds = theory_of(run).merge(run.groups[["group", "kind"]], on="group").drop_duplicates("group")
    single = kinds[kinds["kind"] == "single_rows"]
    np.testing.assert_allclose(single["copies_factor"], single["newton_over_influence"], rtol=1e-10)
    assert kinds[kinds["kind"] == "random"]["copies_factor"].isna().all()


def test_blocks_do_not_matter(run: Run, tmp_path: Path) -> None:
    narrow = unreported({**THEORY, "block_width": 2}, tmp_path)
    np.testing.assert_allclose(
        theory_of(narrow).drop(columns="evaluation").to_numpy(),
        theory_of(run).drop(columns="evaluation").to_numpy(),
        rtol=1e-7,
        atol=1e-10,
    )


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"model": {"loss": "hinge"}}, "expected a smooth loss, found hinge"),
        (
            {"model": {"linearised": {"loss": "smooth_hinge"}}},
            "expected one loss that is fitted, linearised and measured, found another that is linearised",
        ),
        (
            {"model": {"loss": "smooth_hinge"}, "change": "relabel"},
            "expected a change that keeps curvatures, found relabel, which moves those of smooth_hinge",
        ),
        ({"theory": 3}, "expected true or false, found 3"),
    ],
)
def test_what_has_no_theory_is_refused_in_words(change: dict[str, Any], found: str) -> None:
    with pytest.raises(ConfigError, match=f"theory: {found}"):
        load_checked(load_config({**THEORY, **change}))


@pytest.mark.parametrize(
    "change", [{"change": "reweight", "factor": 2}, "relabel", {"change": "add", "pool_fraction": 0.3}]
)
def test_other_changes_have_spectra_and_intervals_and_no_propositions(change: Any, tmp_path: Path) -> None:
    changed = unreported({**THEORY, "change": change}, tmp_path)
    table = theory_of(changed)
    assert table[["d_norm_paper", "cone_paper", "cone_group", "newton_error_bound"]].isna().all(axis=None)
    assert (table["mu"] <= 0.0).all()  # nothing is taken out of the Hessian
    actual = changed.effects[changed.effects["method"] == "actual"].merge(table, on=list(OF_EFFECTS))
    assert (actual["effect"] >= actual["proven_low"] - actual["error_estimate"]).all()
    assert (actual["effect"] <= actual["proven_high"] + actual["error_estimate"]).all()


def test_proposition_1_is_false_as_printed_and_holds_with_lambda(tmp_path: Path) -> None:
    # 100 rows x = 1 without an intercept, half of each label, λ = 0.1; k rows of one label are removed
    n, lam, removed = 100, 0.1, (40, 45, 50)
    y = np.repeat([0, 1], n // 2)
    np.savez(tmp_path / "ones.npz", X_train=np.ones((n, 1)), y_train=y, X_test=np.ones((2, 1)), y_test=[0, 1])
    lines = [f"{k},{row}" for k in removed for row in range(n // 2, n // 2 + k)]
    (tmp_path / "groups.csv").write_text("\n".join(["group,index", *lines]) + "\n", encoding="utf-8")
    run = unreported(
        {
            "name": "counterexample",
            "dataset": {"npz": str(tmp_path / "ones.npz")},
            "model": {"intercept": "none"},
            "regularization": {"lambda_over_n": lam / n},
            "theory": True,
            "groups": {"builders": [{"builder": "file", "path": str(tmp_path / "groups.csv")}]},
            "test_points": {"indices": [0]},
            "evaluations": ["test_prediction"],
            "methods": ["newton"],
        },
        tmp_path / "runs",
    )
    table = theory_of(run)
    # θ̂ = 0; the Newton step from there and the root of the changed gradient, by hand
    newton = np.array([-0.5 * k / (0.25 * (n - k) + lam) for k in removed])
    actual = np.array(
        [brentq(lambda z, k=k: 50 / (1 + np.exp(-z)) - (50 - k) / (1 + np.exp(z)) + lam * z, -99, 9) for k in removed]
    )  # type: ignore[misc]
    np.testing.assert_allclose(table["newton"], newton, rtol=1e-12)
    np.testing.assert_allclose(table["newton_error"], actual - newton, rtol=1e-7)
    np.testing.assert_allclose(np.abs(table["newton_error"]), [0.266, 0.629, 2.68], rtol=3e-3)  # as found before
    printed = [n * k**2 * 0.5**2 / (6 * np.sqrt(3)) / (0.25 * n + lam) ** 3 for k in removed]
    np.testing.assert_allclose(table["newton_error_bound_paper"], printed, rtol=1e-12)
    np.testing.assert_allclose(printed, [0.243, 0.308, 0.380], rtol=3e-3)
    assert (table["newton_error"].abs() > table["newton_error_bound_paper"]).all()
    repaired = np.array(printed) * (0.25 * n + lam) ** 3 / lam**3
    np.testing.assert_allclose(table["newton_error_bound"], repaired, rtol=1e-12)
    assert (table["newton_error"].abs() <= table["newton_error_bound"]).all()
    assert ((table["proven_low"] <= actual) & (actual <= table["proven_high"])).all()


@pytest.mark.parametrize(
    ("intercept", "said"),
    [
        ("none", "theory: with 30 parameters proven intervals rest on a proven factor of the Hessian and the penalty"),
        (
            "free",
            "theory: with 31 parameters proven intervals rest on a proven factor of the Hessian; with a free intercept "
            "the paper's bounds and cone stay empty",
        ),
    ],
)
def test_validate_says_what_intervals_rest_on(intercept: str, said: str) -> None:
    study = {**THEORY, "model": {"intercept": intercept}}
    assert said in plan(load_config(study)).notes
    assert not any(note.startswith("theory") for note in plan(load_config({**study, "theory": False})).notes)


def test_the_memory_that_the_theory_takes_is_counted() -> None:
    def needed(**changes: Any) -> int:
        loaded = load_config({**STUDY, **changes})
        dataset = load_checked(loaded)
        return work_of(loaded, dataset, model_of(loaded, dataset))

    n, P = 455, 30
    assert needed(theory=True) - needed() == 2 * 8 * n * P + 4 * 8 * P**2  # no kernel, as rows are many
    many = {"dataset": {"name": "digits"}, "evaluations": ["test_loss"]}  # 640 parameters: no rows are held
    assert needed(**many, theory=True) - needed(**many) == 4 * 8 * 640**2
