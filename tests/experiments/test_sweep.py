"""A sweep has the same groups at every λ/n, gives the same bytes however it is run, and keeps what converged."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.linear_model import LogisticRegression
from support.runs import execute, prepare_sweep
from support.runs import sweep_shard as compute_shard

import groupinf
from groupinf.config.sweep_grid import parse_grid
from groupinf.errors import ConfigError, ConvergenceError, DataError
from groupinf.experiments.folder.manifest import SweepFailure
from groupinf.experiments.folder.sweep_folder import sweep_manifest, write_sweep_manifest
from groupinf.experiments.workers.progress import Silent
from groupinf.experiments.workers.shards import Shard
from groupinf.studies.group_effects.forecast import plan
from groupinf.studies.group_effects.lambda_sweep.open import GROUP_SWEEP
from groupinf.studies.group_effects.manifest import GroupSweepManifest
from groupinf.studies.group_effects.result import Run, Sweep
from groupinf.studies.group_effects.study import load_run
from groupinf.studies.linear import fit as fitting
from groupinf.studies.linear.lambda_sweep import plan_sweep
from groupinf.studies.load import load_config

GRID = "0.001,0.01,0.1"


@pytest.fixture
def study(small_config: dict[str, Any]) -> dict[str, Any]:
    small_config["groups"] = {
        "sizes": {"min": 0.02, "max": 0.25, "num": 16},
        "builders": ["gradient_clusters", "random", "influence_tails"],
    }
    small_config["groups"]["builders"][0] = {"builder": "gradient_clusters", "k": [3], "hierarchical": False}
    small_config["methods"] = ["newton"]
    return small_config


def sweep(config: dict[str, Any], out: Path, grid: str = GRID, jobs: int = 1, **options: bool) -> Sweep:
    planned = plan_sweep(load_config(config), parse_grid(grid), options.get("redraw", False))
    return GROUP_SWEEP.execute(planned, out, jobs, options.get("fresh", False), Silent())


def alone(config: dict[str, Any], out: Path, lam_over_n: float) -> Run:
    return execute(load_config({**config, "regularization": {"lambda_over_n": lam_over_n}}), out, 1, False, Silent())


def contents(path: Path) -> dict[str, bytes]:
    """Every file below a folder but the times it took."""
    files = (f for f in path.rglob("*") if f.is_file() and f.name != "timings.json")
    return {str(f.relative_to(path)): f.read_bytes() for f in files}


def test_groups_and_test_points_are_those_of_the_reference_at_every_value(
    study: dict[str, Any], tmp_path: Path
) -> None:
    done = sweep(study, tmp_path / "sweep")
    plain = alone(study, tmp_path / "plain", 0.01)
    assert [run.manifest.lam_over_n for run in done.runs] == [0.001, 0.01, 0.1]
    assert done.manifest.drawn_at_lam_over_n == 0.01
    for run in done.runs:
        assert (run.path / "groups.npz").read_bytes() == (plain.path / "groups.npz").read_bytes()
        assert run.manifest.test_points == plain.manifest.test_points
        noted = any("those of λ/n = 0.01" in note for note in run.manifest.notes)
        assert noted == (run.manifest.lam_over_n != 0.01)
    # drawn there they would be others, so that the test above can fail
    other = alone(study, tmp_path / "plain", 0.1)
    assert (other.path / "groups.npz").read_bytes() != (plain.path / "groups.npz").read_bytes()


def test_the_run_at_the_reference_is_the_plain_experiment_byte_for_byte(study: dict[str, Any], tmp_path: Path) -> None:
    done = sweep(study, tmp_path / "sweep")
    plain = alone(study, tmp_path / "plain", 0.01)
    assert done.runs[1].path.name == plain.path.name
    assert contents(done.runs[1].path) == contents(plain.path)


def test_every_value_has_its_own_fit_and_effects(study: dict[str, Any], tmp_path: Path) -> None:
    done = sweep(study, tmp_path / "sweep")
    data = np.load(study["dataset"]["npz"])
    X, y = data["X_train"], data["y_train"] == "yes"
    for run, lam_over_n in zip(done.runs, (0.001, 0.01, 0.1), strict=True):
        C = 1 / (lam_over_n * len(y))
        theta = np.load(run.path / "theta.npz")["theta"]
        full = LogisticRegression(C=C, tol=1e-12, max_iter=10_000).fit(X, y)
        np.testing.assert_allclose(theta, [*full.coef_[0], full.intercept_[0]], atol=1e-5)
        archive = np.load(run.path / "groups.npz")
        kept = np.delete(np.arange(len(y)), archive["indices"][archive["indptr"][5] : archive["indptr"][6]])
        without = LogisticRegression(C=C, tol=1e-12, max_iter=10_000).fit(X[kept], y[kept])
        point = run.manifest.test_points[0]
        x = data["X_test"][[point]]
        actual = run.effects.query("group == 5 and method == 'actual' and evaluation == 'test_prediction'")
        expected = without.decision_function(x) - full.decision_function(x)
        np.testing.assert_allclose(actual.set_index("test_point").effect[point], expected[0], atol=1e-4)


def test_the_same_bytes_for_two_jobs_and_for_shards(study: dict[str, Any], tmp_path: Path) -> None:
    one = contents(sweep(study, tmp_path / "one").path)
    assert contents(sweep(study, tmp_path / "two", jobs=2).path) == one
    planned = plan_sweep(load_config(study), parse_grid(GRID))
    for number in (3, 1, 2):  # the first prepares
        done = compute_shard(planned, tmp_path / "shards", 1, Shard(number, 3), Silent())
        assert len(set(done.left)) == len(done.left)
    assert done.left == ()
    assert done.of == sum(run.manifest.n_blocks for run in sweep(study, tmp_path / "one").runs)
    assert contents(sweep(study, tmp_path / "shards").path) == one


def test_shards_share_the_blocks_out(study: dict[str, Any], tmp_path: Path) -> None:
    planned = plan_sweep(load_config(study), parse_grid(GRID))
    path = prepare_sweep(planned, tmp_path, 1, False, Silent())[0].path
    assert not list(path.rglob("blocks/*.npz"))
    first = compute_shard(planned, tmp_path, 1, Shard(1, 2), Silent())
    stored = len(list(path.rglob("blocks/*.npz")))
    assert first.blocks == stored
    assert len(first.left) == first.of - stored > 0
    second = compute_shard(planned, tmp_path, 1, Shard(2, 2), Silent())
    assert second.blocks == len(first.left)
    assert second.left == ()


def test_killed_at_any_moment_it_resumes_to_the_same_bytes(study: dict[str, Any], tmp_path: Path) -> None:
    undisturbed = contents(sweep(study, tmp_path / "undisturbed").path)
    path = tmp_path / "small.yaml"
    path.write_text(yaml.safe_dump(study))
    command = [sys.executable, "-m", "groupinf", "sweep", str(path), "--lambda-over-n", GRID, "-q", "--jobs", "1"]
    for fits in (1, 2, 3):  # killed once so many are stored
        process = subprocess.Popen([*command, "--out", str(tmp_path / "killed")], stdout=subprocess.DEVNULL)
        while process.poll() is None and len(list((tmp_path / "killed").rglob("theta.npz"))) < fits:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    resumed = contents(sweep(study, tmp_path / "killed").path)
    assert [name for name in undisturbed if resumed[name] != undisturbed[name]] == []


@pytest.mark.parametrize("lam_over_n", [0.001, 0.01, 0.1])
def test_what_was_lost_is_fitted_again_from_the_same_neighbour(
    study: dict[str, Any], tmp_path: Path, lam_over_n: float
) -> None:
    done = sweep(study, tmp_path)
    before = contents(done.path)
    lost = next(run.path for run in done.runs if run.manifest.lam_over_n == lam_over_n)
    shutil.rmtree(lost)
    assert contents(sweep(study, tmp_path).path) == before


def test_the_notes_of_a_finished_reference_do_not_reach_other_runs(study: dict[str, Any], tmp_path: Path) -> None:
    study |= {"methods": ["influence"], "influence": {"solver": "cg", "tolerance": 0.1}}  # announced by collect
    done = sweep(study, tmp_path)
    assert len(done.runs[1].manifest.notes) > 0
    before = contents(done.path)
    shutil.rmtree(done.runs[2].path)
    assert contents(sweep(study, tmp_path).path) == before


def test_redraw_draws_as_each_run_would_alone(study: dict[str, Any], tmp_path: Path) -> None:
    done = sweep(study, tmp_path / "sweep", redraw=True)
    for run, lam_over_n in zip(done.runs, (0.001, 0.01, 0.1), strict=True):
        plain = alone(study, tmp_path / "plain", lam_over_n)
        pd.testing.assert_frame_equal(run.groups, plain.groups)
        assert run.manifest.test_points == plain.manifest.test_points
        np.testing.assert_allclose(run.effects.effect, plain.effects.effect, rtol=1e-6, atol=1e-9)
    assert done.manifest.drawn_at_lam_over_n is None
    assert done.manifest.redraw


def test_a_reference_beside_the_grid_is_prepared_and_no_result(study: dict[str, Any], tmp_path: Path) -> None:
    done = sweep(study, tmp_path / "sweep", grid="0.001:0.1:2")
    assert [run.manifest.lam_over_n for run in done.runs] == [0.001, 0.1]
    assert done.manifest.drawn_at_lam_over_n == 0.01
    plain = alone(study, tmp_path / "plain", 0.01)
    assert done.manifest.reference_run == plain.path.name
    assert (done.runs[0].path / "groups.npz").read_bytes() == (plain.path / "groups.npz").read_bytes()
    assert not (done.path / plain.path.name / "blocks").exists()


def test_cross_validation_chooses_the_reference(study: dict[str, Any], tmp_path: Path) -> None:
    study["regularization"] = {
        "cross_validation": {"min": 1e-3, "max": 1.0, "num": 4, "score": "log_loss"},
        "sweep": {"min": 1e-3, "max": 1.0, "num": 4},
    }
    done = GROUP_SWEEP.execute(plan_sweep(load_config(study)), tmp_path, 1, False, Silent())
    chosen = done.manifest.drawn_at_lam_over_n
    runs = {run.manifest.lam_over_n: run for run in done.runs}
    assert runs[chosen].cross_validation is not None
    assert sum(run.cross_validation is not None for run in done.runs) == 1


@pytest.fixture
def fails_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    real = fitting.first_fit

    def put(lam: float) -> None:
        def fit(objective: Any, *arguments: Any) -> Any:
            if objective.lam == pytest.approx(lam):
                raise ConvergenceError("the fit did not converge")
            return real(objective, *arguments)

        monkeypatch.setattr(fitting, "first_fit", fit)

    return put


def test_a_value_that_does_not_converge_is_named_and_the_others_are_kept(
    study: dict[str, Any], tmp_path: Path, fails_at: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    study["test_points"] = {"indices": [3]}
    fails_at(0.001 * 90)
    with pytest.raises(ConvergenceError, match=r"λ/n = 0\.001: the fit did not converge"):
        groupinf.run_sweep(study, lambda_over_n=[0.1, 0.001, 0.01], out=tmp_path, jobs=1)
    path = next(tmp_path.glob("small-sweep-*"))
    kept = groupinf.load_sweep(path)
    assert [run.manifest.lam_over_n for run in kept.runs] == [0.01, 0.1]
    assert all((run.path / "report.md").exists() for run in kept.runs)
    assert "has no result" in (path / "tables" / "sweep.md").read_text()
    monkeypatch.undo()
    assert len(sweep(study, tmp_path).runs) == 3


def test_shards_and_preparation_go_on_without_a_value_that_does_not_fit(
    study: dict[str, Any], tmp_path: Path, fails_at: Callable[[float], None]
) -> None:
    fails_at(0.1 * 90)
    planned = plan_sweep(load_config(study), parse_grid(GRID))
    _, failures = prepare_sweep(planned, tmp_path, 1, False, Silent())
    assert [failure.value for failure in failures] == [0.1]
    assert compute_shard(planned, tmp_path, 1, Shard(1, 1), Silent()).left == ()
    done = sweep(study, tmp_path)
    assert [run.manifest.lam_over_n for run in done.runs] == [0.001, 0.01]
    assert done.manifest.failures == (SweepFailure(0.1, "the fit did not converge"),)


def test_a_reference_that_does_not_converge_is_said_to_be_the_reference(
    study: dict[str, Any], tmp_path: Path, fails_at: Callable[[float], None]
) -> None:
    fails_at(0.01 * 90)
    with pytest.raises(ConvergenceError, match="at the reference λ/n, where the groups of the sweep are drawn"):
        sweep(study, tmp_path)


def test_other_grids_and_references_have_other_folders(study: dict[str, Any], tmp_path: Path) -> None:
    first = sweep(study, tmp_path)
    other_grid = sweep(study, tmp_path, grid="0.01,0.1")
    study["regularization"] = {"lambda_over_n": 0.1}
    other_reference = sweep(study, tmp_path)
    assert len({first.path, other_grid.path, other_reference.path}) == 3
    names = [{run.path.name for run in done.runs} for done in (first, other_reference)]
    assert not names[0] & names[1]


def test_another_sweep_or_run_in_the_folder_is_refused_by_field(study: dict[str, Any], tmp_path: Path) -> None:
    done = sweep(study, tmp_path)
    about = sweep_manifest(done.path, GroupSweepManifest)
    about.identity["config"]["regularization"]["lambda_over_n"] = 0.5
    write_sweep_manifest(done.path, about)
    with pytest.raises(
        DataError, match=r"holds another sweep \(config\.regularization\.lambda_over_n: here 0\.01, stored 0\.5"
    ):
        sweep(study, tmp_path)
    again = sweep(study, tmp_path, fresh=True)
    last = again.runs[-1]
    shutil.rmtree(last.path)
    shutil.copytree(again.runs[0].path, last.path)
    with pytest.raises(DataError, match="holds another run"):
        sweep(study, tmp_path)


def test_an_unfinished_sweep_is_not_loaded(study: dict[str, Any], tmp_path: Path) -> None:
    planned = plan_sweep(load_config(study), parse_grid(GRID))
    path = prepare_sweep(planned, tmp_path, 1, False, Silent())[0].path
    with pytest.raises(DataError, match="not finished"):
        groupinf.load_sweep(path)
    shutil.rmtree(path / json.loads((path / "sweep.json").read_text())["runs"][0]["run"])
    with pytest.raises(DataError, match=r"λ/n = 0\.001 has no result yet"):
        groupinf.load_sweep(path)
    with pytest.raises(DataError, match="expected the folder of a sweep"):
        groupinf.load_sweep(tmp_path)


def test_every_run_of_a_sweep_is_a_run(study: dict[str, Any], tmp_path: Path) -> None:
    done = groupinf.run_sweep(study, lambda_over_n=GRID, out=tmp_path, jobs=1)
    assert repr(done).endswith("3 values of λ/n>")
    for run in done.runs:
        assert (run.path / "report.md").exists()
        pd.testing.assert_frame_equal(load_run(run.path).effects, run.effects)
        assert (run.effects.lam_over_n == run.manifest.lam_over_n).all()
    table = pd.read_csv(done.path / "tables" / "sweep.csv")
    overall = done.runs[0].spearman.query("kind == 'all' and evaluation == 'test_loss' and method == 'newton'")
    row = table.query("lam_over_n == 0.001 and evaluation == 'test_loss' and method == 'newton'").iloc[0]
    assert row.spearman == pytest.approx(overall.spearman.median(), rel=1e-15)
    assert (row.n_test_points, row.n_groups) == (2, overall.n_groups.iloc[0])


def test_a_single_experiment_refuses_a_sweep_and_validate_counts_it(study: dict[str, Any], tmp_path: Path) -> None:
    single = plan(load_config(study))
    study["regularization"]["sweep"] = {"values": [0.001, 0.1]}
    with pytest.raises(ConfigError, match=r"regularization\.sweep: expected a study at one λ/n, .*groupinf sweep"):
        groupinf.run_experiment(study, out=tmp_path, jobs=1)
    planned = plan(load_config(study))
    assert planned.retrains == 2 * single.retrains
    assert (
        planned.run_name == GROUP_SWEEP.execute(plan_sweep(load_config(study)), tmp_path, 1, False, Silent()).path.name
    )


def test_a_study_without_a_grid_is_refused(study: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"regularization: expected sweep: \{min"):
        groupinf.run_sweep(study, out=tmp_path, jobs=1)
