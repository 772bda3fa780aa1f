"""A run that repairs labels gives the same bytes by any number of processes and shards, and after an interruption."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from support.faults import MOMENTS, contents, die_at_a_write, ended, started, the_run

import groupinf
from groupinf.batch.resources import Resources
from groupinf.batch.scripts import Caller, experiment_commands
from groupinf.batch.submission import submission
from groupinf.cli.main import main
from groupinf.errors import DataError
from groupinf.experiments.driver import execute_study
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.folder.store import require_prepared
from groupinf.experiments.stages import collect, execute_shard, prepare_only
from groupinf.experiments.study import Stored
from groupinf.experiments.verify import verify_run
from groupinf.experiments.workers.progress import Silent
from groupinf.experiments.workers.shards import Shard
from groupinf.studies.load import load_config, values_of
from groupinf.studies.registry import STUDIES
from groupinf.studies.repair_labels.manifest import RepairManifest
from groupinf.studies.repair_labels.result import RepairRun
from groupinf.studies.repair_labels.study import REPAIR_LABELS

CALLER = Caller(("groupinf",), {})
CONFIG: dict[str, Any] = {
    "study": "repair_labels",
    "name": "small",
    "dataset": {"name": "breast_cancer"},
    "regularization": {"lambda_over_n": 1e-2},
    "flip": 40,
    "repeats": 5,
    "inspect": {"max": 0.2, "num": 3},
}


def whole(config: dict[str, Any], out: Path, jobs: int = 1) -> Path:
    path: Path = execute_study(REPAIR_LABELS, load_config(config), out, jobs, False, Silent()).path
    return path


def dying(config: dict[str, Any], out: Path, number: int, moment: str) -> None:
    die_at_a_write(number, moment)
    whole(config, out)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whole(CONFIG, tmp_path_factory.mktemp("undisturbed"))


def test_processes_and_shards_in_any_order_give_the_same_bytes(undisturbed: Path, tmp_path: Path) -> None:
    assert contents(whole(CONFIG, tmp_path / "two", jobs=2)) == contents(undisturbed)
    loaded, out = load_config(CONFIG), tmp_path / "shards"
    path = prepare_only(REPAIR_LABELS, loaded, out, 1, False, Silent())
    for number in (2, 1):
        execute_shard(REPAIR_LABELS, loaded, out, 1, Shard(number, 2), Silent())
    collect(STUDIES, path, Silent())
    assert contents(path) == contents(undisturbed)


def test_killed_around_its_writes_it_goes_on_to_the_same_bytes(undisturbed: Path, tmp_path: Path) -> None:
    statuses: list[int] = []
    while not statuses or statuses[-1]:
        assert len(statuses) < 30
        statuses.append(ended(started(dying, CONFIG, tmp_path, 5, MOMENTS[len(statuses) % 3])))
    assert len(statuses) > 2
    assert set(statuses[:-1]) == {-signal.SIGKILL}
    assert contents(the_run(tmp_path)) == contents(undisturbed)


def test_verify_makes_repeats_again(undisturbed: Path, tmp_path: Path) -> None:
    verified = verify_run(STUDIES, undisturbed, 1, Silent())
    assert (verified.recomputed, verified.problems) == ((0,), ())


def test_identity_leaves_out_what_changes_no_number_and_has_all_else(undisturbed: Path, tmp_path: Path) -> None:
    names = {
        prepare_only(REPAIR_LABELS, load_config({**CONFIG, **other}), tmp_path, 1, False, Silent()).name
        for other in (
            {},
            {"name": "another"},
            {"flip": 41},
            {"repeats": 6},
            {"inspect": {"max": 0.2, "num": 4}},
            {"orders": ["random"]},
            {"seed": 1},
            {"model": {"intercept": "none"}},
            {"regularization": {"lambda_over_n": 1e-3}},
        )
    }
    hashes = {name.rpartition("-")[2] for name in names}
    assert len(names) == 9
    assert len(hashes) == 8
    assert undisturbed.name in names


def test_its_folder_says_what_it_was_made_from(undisturbed: Path) -> None:
    manifest = RunDirectory(undisturbed).require_manifest(RepairManifest)
    assert (manifest.study, manifest.unit, manifest.repeats) == ("repair_labels", "repeat", 5)
    assert (manifest.flips, manifest.inspected) == (40, (0, 45, 91))
    assert manifest.orders == ("self_influence", "training_loss", "random", "leave_one_out")
    stored = yaml.safe_load((undisturbed / "config.yaml").read_text(encoding="utf-8"))
    assert load_config(undisturbed / "config.yaml").resolved() == load_config(stored).resolved()
    assert json.loads((undisturbed / "manifest.json").read_bytes())["hessian"] == "cholesky"


def test_python_gives_its_tables(undisturbed: Path, tmp_path: Path) -> None:
    run = groupinf.run_experiment({**CONFIG, "repeats": 2}, out=tmp_path, jobs=1)
    assert isinstance(run, RepairRun)
    again = groupinf.load_run(run.path)
    assert isinstance(again, RepairRun)
    assert repr(again).endswith("breast_cancer, λ/n = 0.01, 2 repeats>")
    assert len(again.repairs) == 2 * 4 * 3
    assert len(again.flips) == 2 * 40
    whole_run = groupinf.load_run(undisturbed)
    assert whole_run.repairs[whole_run.repairs["repeat"] < 2].equals(again.repairs)


def test_commands_of_group_effects_refuse_it_in_words(undisturbed: Path) -> None:
    for command in (["rank"], ["evaluate", "--set", "theory=true"], ["figure", "figure-1", "-o", "x.png"]):
        said = CliRunner().invoke(main, [*command, str(undisturbed)])
        assert said.exit_code == 2
        assert "expected a run of the study group_effects, found one of repair_labels" in said.stderr


def test_its_figure_refuses_a_run_of_group_effects(tmp_path: Path) -> None:
    study = {key: CONFIG[key] for key in ("name", "dataset", "regularization")}
    groups = {"sizes": {"min": 0.1, "max": 0.1, "num": 1}, "builders": ["random"]}
    path = prepare_only(
        STUDIES["group_effects"], load_config({**study, "groups": groups}), tmp_path, 1, False, Silent()
    )
    said = CliRunner().invoke(main, ["figure", "koh-liang-6", str(path), "-o", str(tmp_path / "x.png")])
    assert "expected a run of the study repair_labels, found one of group_effects" in said.stderr


def test_a_study_of_its_kind_is_validated(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(CONFIG), encoding="utf-8")
    said = CliRunner().invoke(main, ["validate", str(tmp_path / "study.yaml")])
    assert said.exit_code == 0, said.stderr
    for line in ("flips         40 labels in each repeat", "repeats       5", "refits        at most 45"):
        assert line in said.stdout


def test_classes_that_errors_leave_open_are_noted(undisturbed: Path) -> None:
    directory = RunDirectory(undisturbed)
    manifest = directory.require_manifest(RepairManifest)
    stored = Stored(directory, require_prepared(directory, manifest), manifest)
    blocks = [dict(directory.read_block(number) or {}) for number in range(5)]
    assert not any("error estimates" in note for note in REPAIR_LABELS.collect(stored, blocks).manifest.notes)
    open_ = blocks[3]["uncertain"].copy()
    open_[1, 2] = 4
    [note] = REPAIR_LABELS.collect(stored, [*blocks[:3], blocks[3] | {"uncertain": open_}, blocks[4]]).manifest.notes
    assert note == "1 measured accuracy of 45 may be off by error estimates, by at most 4 test rows of 114"


def test_jobs_on_slurm_read_a_config_that_says_which_kind_of_study_it_is(tmp_path: Path) -> None:
    loaded = load_config(CONFIG)
    planned = submission(loaded, tmp_path, experiment_commands, Resources(2, 1, None, None, None, None, ()), CALLER)
    copied = yaml.safe_load(planned.config)
    assert copied["study"] == "repair_labels"
    assert load_config(copied).resolved() == loaded.resolved()
    groups = {"sizes": {"min": 0.1, "max": 0.1, "num": 1}, "builders": ["random"]}
    default = {key: CONFIG[key] for key in ("name", "dataset", "regularization")} | {"groups": groups}
    assert "study" not in values_of(load_config(default))


def test_an_altered_table_is_refused(undisturbed: Path, tmp_path: Path) -> None:
    path = whole({**CONFIG, "repeats": 1}, tmp_path)
    (path / "repairs.parquet").write_bytes(b"altered")
    with pytest.raises(DataError, match=r"repairs\.parquet: missing, or not the file"):
        groupinf.load_run(path)
