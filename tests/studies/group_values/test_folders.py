"""A run of group values gives the same bytes by any number of processes and shards, and after an interruption."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from support.faults import contents, the_run
from support.kinds_of_study import by_shards, goes_on_when_killed, prepared, whole
from support.made_sites import config_of, made_sites

import groupinf
from groupinf.cli.main import main
from groupinf.errors import DataError
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.verify import verify_run
from groupinf.experiments.workers.progress import Silent
from groupinf.studies.group_values.manifest import GroupValuesManifest
from groupinf.studies.group_values.result import GroupValuesRun
from groupinf.studies.load import load_config
from groupinf.studies.registry import STUDIES


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return config_of(made_sites(), tmp_path_factory.mktemp("data"), block_width=2)


@pytest.fixture(scope="module")
def undisturbed(config: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whole(config, tmp_path_factory.mktemp("undisturbed"))


def test_processes_and_shards_in_any_order_give_the_same_bytes(
    config: dict[str, Any], undisturbed: Path, tmp_path: Path
) -> None:
    assert contents(whole(config, tmp_path / "two", jobs=2)) == contents(undisturbed)
    assert contents(by_shards(config, tmp_path / "shards")) == contents(undisturbed)


def test_killed_around_its_writes_it_goes_on_to_the_same_bytes(
    config: dict[str, Any], undisturbed: Path, tmp_path: Path
) -> None:
    goes_on_when_killed(config, tmp_path, 9)
    assert contents(the_run(tmp_path)) == contents(undisturbed)


def test_verify_makes_blocks_again(undisturbed: Path) -> None:
    verified = verify_run(STUDIES, undisturbed, 1, Silent())
    assert verified.problems == ()


def test_identity_leaves_out_what_changes_no_number_and_has_all_else(config: dict[str, Any], tmp_path: Path) -> None:
    names = {
        prepared({**config, **other}, tmp_path).name
        for other in (
            {},
            {"name": "another"},
            {"values": "shapley"},  # the default
            {"values": "banzhaf"},
            {"values": {"by": "shapley", "ungrouped": "absent"}},
            {"values": {"by": "shapley", "exact_up_to": 2}},
            {"evaluations": ["test_loss", "test_error"]},
            {"test_points": {"indices": [0]}},
            {"seed": 1},
        )
    }
    assert len(names) == 8
    assert len({name.rpartition("-")[2] for name in names}) == 7


def test_its_folder_says_what_it_was_made_from(undisturbed: Path) -> None:
    manifest = RunDirectory(undisturbed).require_manifest(GroupValuesManifest)
    assert (manifest.study, manifest.unit, manifest.n_groups, manifest.exact) == ("group_values", "coalition", 4, True)
    assert (manifest.n_coalitions, manifest.units, manifest.no_optimum, manifest.drawn) == (8, 7, 0, 16)
    assert "v = −f for test loss; a group with a positive share lowers the test loss" in manifest.convention
    stored = yaml.safe_load((undisturbed / "config.yaml").read_text(encoding="utf-8"))
    assert load_config(undisturbed / "config.yaml").resolved() == load_config(stored).resolved()


def test_python_gives_its_tables(config: dict[str, Any], tmp_path: Path) -> None:
    run = groupinf.run_experiment({**config, "values": "leave_one_out"}, out=tmp_path, jobs=1)
    assert isinstance(run, GroupValuesRun)
    again = groupinf.load_run(run.path)
    assert isinstance(again, GroupValuesRun)
    assert repr(again).endswith("rows, λ/n = 0.05, leave-one-out values of 4 groups>")
    assert again.values["value"].tolist() == again.values["leave_one_out"].tolist()
    assert again.values.equals(run.values)


def test_commands_of_group_effects_refuse_it_in_words(undisturbed: Path, tmp_path: Path) -> None:
    for command in (["rank"], ["evaluate", "--set", "theory=true"], ["figure", "figure-1", "-o", "x.png"]):
        said = CliRunner().invoke(main, [*command, str(undisturbed)])
        assert said.exit_code == 2
        assert "expected a run of the study group_effects, found one of group_values" in said.stderr
    file = tmp_path / "values.png"
    said = CliRunner().invoke(main, ["figure", "group-values", str(undisturbed), "-o", str(file)])
    assert said.exit_code == 0, said.stderr
    assert file.read_bytes().startswith(b"\x89PNG")


def test_it_is_validated_reported_and_refused_to_sweeps(
    config: dict[str, Any], undisturbed: Path, tmp_path: Path
) -> None:
    study = tmp_path / "study.yaml"
    study.write_text(yaml.safe_dump(config), encoding="utf-8")
    said = CliRunner().invoke(main, ["validate", str(study)])
    assert said.exit_code == 0, said.stderr
    for line in ("groups        at most 4", "Shapley values, exact, over every coalition", "retrains      at most 16"):
        assert line in said.stdout
    for command in (["report", str(undisturbed)], ["status", str(undisturbed)]):
        assert CliRunner().invoke(main, command).exit_code == 0
    said = CliRunner().invoke(main, ["sweep", str(study), "--lambda-over-n", "0.1:1:2", "--out", str(tmp_path)])
    assert said.exit_code == 2
    assert "expected one that is run over λ/n" in said.stderr


def test_an_altered_table_is_refused(config: dict[str, Any], tmp_path: Path) -> None:
    path = whole(config, tmp_path)
    (path / "values.parquet").write_bytes(b"altered")
    with pytest.raises(DataError, match=r"values\.parquet: missing, or not the file"):
        groupinf.load_run(path)
