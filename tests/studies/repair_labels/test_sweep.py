"""A sweep of repairs flips the same labels at every λ/n, and each of its runs is, byte for byte, that of λ/n alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from click.testing import CliRunner, Result
from support.faults import contents

import groupinf
from groupinf.cli.main import main
from groupinf.config.sweep_grid import grid_of
from groupinf.errors import ConvergenceError, DataError
from groupinf.experiments.driver import execute_study
from groupinf.experiments.workers.progress import Silent
from groupinf.reporting.sources import load_source
from groupinf.studies.linear import fit as fitting
from groupinf.studies.load import load_config
from groupinf.studies.repair_labels.lambda_sweep.open import REPAIR_SWEEP
from groupinf.studies.repair_labels.study import REPAIR_LABELS

GRID = [1e-3, 1e-2, 1.0]
CONFIG: dict[str, Any] = {
    "study": "repair_labels",
    "name": "small",
    "dataset": {"name": "breast_cancer"},
    "regularization": {"lambda_over_n": 1e-2},
    "flip": 40,
    "repeats": 2,
    "inspect": {"max": 0.2, "num": 3},
    "orders": ["self_influence", "training_loss", "random"],
}


def swept(config: dict[str, Any], out: Path, jobs: int = 1) -> Any:
    """The sweep without reports."""
    loaded = load_config(config)
    return REPAIR_SWEEP.execute(REPAIR_SWEEP.plan(loaded, grid_of(GRID), False), out, jobs, False, Silent())


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return swept(CONFIG, tmp_path_factory.mktemp("swept"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump(CONFIG | {"repeats": 1}), encoding="utf-8")
    return path


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)], prog_name="groupinf")


def test_runs_rise_with_lambda_and_flip_the_same_labels(sweep: Any) -> None:
    assert [run.manifest.lam_over_n for run in sweep.runs] == GRID == list(sweep.manifest.lam_over_n)
    drawn = ["repeat", "row", "label", "flipped_label", "rank_random"]
    first, *others = (run.flips for run in sweep.runs)
    for flips in others:
        pd.testing.assert_frame_equal(flips[drawn], first[drawn])
    by_loss = [run.flips["rank_training_loss"].to_numpy() for run in sweep.runs]
    assert not np.array_equal(by_loss[0], by_loss[2])


@pytest.mark.parametrize("number", range(len(GRID)))
def test_a_run_of_the_sweep_is_that_of_its_lambda_alone(sweep: Any, number: int, tmp_path: Path) -> None:
    alone = CONFIG | {"regularization": {"lambda_over_n": GRID[number]}}
    run = execute_study(REPAIR_LABELS, load_config(alone), tmp_path, 1, False, Silent())
    assert run.path.name == sweep.runs[number].path.name
    assert contents(run.path) == contents(sweep.runs[number].path)


def test_two_processes_give_the_same_bytes(sweep: Any, tmp_path: Path) -> None:
    other = swept(CONFIG, tmp_path, jobs=2)
    assert other.path.name == sweep.path.name
    for one, two in zip(other.runs, sweep.runs, strict=True):
        assert contents(one.path) == contents(two.path)


def test_the_folder_does_not_depend_on_the_own_lambda_but_on_the_grid_and_the_study(sweep: Any) -> None:
    def name(config: dict[str, Any], grid: list[float]) -> str:
        return REPAIR_SWEEP.folder(REPAIR_SWEEP.plan(load_config(config), grid_of(grid), False))

    chosen = {"cross_validation": {"min": 1e-3, "max": 1e-1, "num": 2}}
    assert name(CONFIG | {"regularization": chosen}, GRID[::-1]) == sweep.path.name
    assert name(CONFIG, GRID[:2]) != sweep.path.name
    assert name(CONFIG | {"seed": 1}, GRID) != sweep.path.name


def test_the_grid_of_the_config_counts_and_validate_and_submit_name_its_folder(
    sweep: Any, file: Path, tmp_path: Path
) -> None:
    given = ("--set", "repeats=2", "--set", f"regularization.sweep={{values: {GRID}}}")
    said = invoke("validate", file, *given).stdout
    assert sweep.path.name in said
    assert "refits        at most 42" in said  # 3 values · 2 repeats · (1 + 3 orders · 2)
    assert "lambda_over_n 0.001 to 1" in said
    assert "a sweep over 3 values of lambda_over_n, 0.001 to 1; the same labels flipped at each" in said
    planned = invoke("submit", file, *given, "--sweep", "--dry-run", "--array", "2", "--out", tmp_path)
    assert f"{tmp_path / sweep.path.name}/batch/" in planned.stdout
    assert groupinf.load_sweep(sweep.path).manifest == sweep.manifest


def test_sharded_and_collected_it_ends_in_its_report(file: Path, tmp_path: Path) -> None:
    command = ("sweep", file, "--lambda-over-n", "1e-2,1", "--out", tmp_path / "out", "--jobs", "1", "-q")
    assert invoke(*command, "--prepare-only").stdout.startswith("Prepared: ")
    assert "1 more to compute, numbers 0." in invoke(*command, "--shard", "2/2").stdout
    assert "All are stored." in invoke(*command, "--shard", "1/2").stdout
    [path] = (tmp_path / "out").iterdir()
    collected = invoke("collect", path, "-q")
    assert collected.exit_code == 0
    assert f"Table: {path / 'tables' / 'sweep.md'}" in collected.stdout
    written = {p.name: p.read_bytes() for p in (path / "tables").iterdir()} | {"": (path / "report.html").read_bytes()}
    assert (path / "figures" / "sweep.png").is_file()
    for run in json.loads((path / "sweep.json").read_bytes())["runs"]:
        assert (path / run["run"] / "report.html").is_file()
    assert invoke(*command).stdout == collected.stdout  # nothing is left to do
    assert invoke("report", path).exit_code == 0
    again = {p.name: p.read_bytes() for p in (path / "tables").iterdir()} | {"": (path / "report.html").read_bytes()}
    assert again == written
    assert invoke("status", path).stdout.count("collected  yes") == 2
    assert invoke("verify", path, "--jobs", "1", "-q").stdout.count("made again: the same bytes") == 2


def test_a_value_that_does_not_fit_is_named_and_the_others_are_kept(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = fitting.first_fit

    def failing(objective: Any, *arguments: Any) -> Any:
        if objective.lam > 100:
            raise ConvergenceError("the fit stopped")
        return real(objective, *arguments)

    monkeypatch.setattr(fitting, "first_fit", failing)
    with pytest.raises(ConvergenceError, match=r"λ/n = 1: the fit stopped\nThe other values of λ/n are kept"):
        groupinf.run_sweep(file, lambda_over_n=[1e-2, 1.0], out=tmp_path / "out", jobs=1)
    [path] = (tmp_path / "out").iterdir()
    kept = groupinf.load_sweep(path)
    assert [run.manifest.lam_over_n for run in kept.runs] == [1e-2]
    for name in ("tables/sweep.md", "report.html"):
        assert "λ/n = 1 has no result: the fit stopped" in (path / name).read_text(encoding="utf-8")
    with pytest.raises(ConvergenceError, match="the fit stopped"):
        groupinf.run_sweep(file, lambda_over_n=[1.0], out=tmp_path / "none", jobs=1)
    [none] = (tmp_path / "none").iterdir()
    assert "λ/n = 1 has no result" in (none / "tables" / "sweep.md").read_text(encoding="utf-8")
    assert not (none / "report.html").exists()
    monkeypatch.undo()
    assert len(groupinf.run_sweep(file, lambda_over_n=[1e-2, 1.0], out=tmp_path / "out", jobs=1).runs) == 2


def test_what_is_of_group_effects_alone_refuses_it_in_words(sweep: Any, tmp_path: Path) -> None:
    said = invoke("compare", sweep.path)
    assert said.exit_code == 2
    assert "expected a sweep of the study group_effects, found one of repair_labels" in said.stderr
    with pytest.raises(DataError, match="expected a sweep of the study group_effects, found one of repair_labels"):
        load_source(sweep.path)
    figure = invoke("figure", "koh-liang-6", sweep.path, "-o", tmp_path / "x.png")
    assert "expected a run for koh-liang-6, found a sweep; name one of the runs in it" in figure.stderr
