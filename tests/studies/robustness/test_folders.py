"""A study of robustness is the same bytes by any number of processes and shards; configurations of groups make one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner
from support.faults import contents
from support.kinds_of_study import by_shards

import groupinf
from groupinf.cli.main import main
from groupinf.experiments.driver import execute_study
from groupinf.experiments.verify import verify_run
from groupinf.experiments.workers.progress import Silent
from groupinf.studies.load import load_config
from groupinf.studies.registry import STUDIES
from groupinf.studies.robustness.of_groups import study_of_robustness
from groupinf.studies.robustness.result import RobustnessRun
from groupinf.studies.robustness.study import ROBUSTNESS

CONFIG: dict[str, Any] = {
    "study": "robustness",
    "name": "small",
    "dataset": {"name": "iris", "classes": ["versicolor", "virginica"]},
    "regularization": {"lambda_over_n": 1e-1},
    "questions": [
        {"flips": "prediction", "test_points": {"indices": [0]}},
        {"flips": "sign", "of": ["sepal length (cm)", "sepal width (cm)"]},
        {"flips": "significance", "of": ["petal width (cm)"]},
    ],
    "most": 6,
}
GROUPS: dict[str, Any] = {
    "name": "groups",
    "dataset": {"name": "breast_cancer"},
    "regularization": {"lambda_over_n": 1e-1},
    "groups": {"sizes": {"min": 0.1, "max": 0.2, "num": 2}, "builders": ["random"]},
    "test_points": {"indices": [97]},
    "evaluations": ["test_loss"],
}


def whole(out: Path, jobs: int = 1) -> RobustnessRun:
    run: RobustnessRun = execute_study(ROBUSTNESS, load_config(CONFIG), out, jobs, False, Silent())
    return run


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> RobustnessRun:
    return whole(tmp_path_factory.mktemp("undisturbed"))


def test_processes_and_shards_in_any_order_give_the_same_bytes(undisturbed: RobustnessRun, tmp_path: Path) -> None:
    assert contents(whole(tmp_path / "two", jobs=2).path) == contents(undisturbed.path)
    assert contents(by_shards(CONFIG, tmp_path / "shards")) == contents(undisturbed.path)


def test_an_answer_does_not_depend_on_what_else_is_asked(undisturbed: RobustnessRun, tmp_path: Path) -> None:
    alone = {**CONFIG, "questions": CONFIG["questions"][1:2]}
    run: RobustnessRun = execute_study(ROBUSTNESS, load_config(alone), tmp_path, 1, False, Silent())
    both = undisturbed.statements[undisturbed.statements["flips"] == "sign"].reset_index(drop=True)
    assert run.statements.drop(columns="statement").equals(both.drop(columns="statement"))


def test_a_block_can_be_verified_and_the_run_read_back(undisturbed: RobustnessRun) -> None:
    assert verify_run(STUDIES, undisturbed.path, 1, Silent()).problems == ()
    again = groupinf.load_run(undisturbed.path)
    assert isinstance(again, RobustnessRun)
    assert again.statements.equals(undisturbed.statements)
    assert repr(again).endswith("iris, λ/n = 0.1, 4 statements>")


def test_the_command_runs_a_study_of_groups_without_its_groups(tmp_path: Path) -> None:
    file, X = tmp_path / "groups.yaml", np.random.default_rng(0).normal(size=(60, 3))
    np.savez(tmp_path / "few.npz", X_train=X[:40], y_train=X[:40, 0] > 0.3, X_test=X[40:], y_test=X[40:, 0] > 0.3)
    file.write_text(yaml.safe_dump({**GROUPS, "dataset": {"npz": "few.npz"}}), encoding="utf-8")
    options = ["--out", str(tmp_path), "--jobs", "1", "--top", "3", "-q", "--set", "test_points.indices=[4]"]
    result = CliRunner().invoke(main, ["robustness", str(file), *options])
    assert result.exit_code == 0, result.output
    assert "Note: left aside of groups: groups and evaluations" in result.output
    assert "Prediction: test point 4" in result.output
    assert "2 more in tables/statements.csv" in result.output
    [path] = tmp_path.glob("groups-robustness-*")
    run = groupinf.load_run(path)
    assert isinstance(run, RobustnessRun)
    assert list(run.statements["flips"].value_counts()) == [4, 1]
    for command in (["status", str(path)], ["report", str(path)]):
        assert CliRunner().invoke(main, command).exit_code == 0


def test_sums_over_test_rows_have_no_prediction_to_flip() -> None:
    derived = study_of_robustness(load_config({**GROUPS, "test_points": {"all": True}}))
    assert [question.name for question in derived.config.questions] == ["sign"]
    assert "test_points" in derived.notes[0]
    own = load_config(CONFIG)
    assert study_of_robustness(own) is own
