"""A run that repairs labels gives the same bytes by any number of processes and shards, and after an interruption."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from support.faults import contents, the_run
from support.kinds_of_study import by_shards, goes_on_when_killed, prepared, whole

import groupinf
from groupinf.batch.resources import Resources
from groupinf.batch.scripts import Caller, experiment_commands
from groupinf.batch.submission import submission
from groupinf.cli.main import main
from groupinf.errors import DataError
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.folder.store import require_prepared
from groupinf.experiments.study import Stored
from groupinf.experiments.verify import verify_run
from groupinf.experiments.workers.progress import Silent
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


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whole(CONFIG, tmp_path_factory.mktemp("undisturbed"))


def test_processes_and_shards_in_any_order_give_the_same_bytes(undisturbed: Path, tmp_path: Path) -> None:
    assert contents(whole(CONFIG, tmp_path / "two", jobs=2)) == contents(undisturbed)
    assert contents(by_shards(CONFIG, tmp_path / "shards")) == contents(undisturbed)


def test_killed_around_its_writes_it_goes_on_to_the_same_bytes(undisturbed: Path, tmp_path: Path) -> None:
    goes_on_when_killed(CONFIG, tmp_path, 5)
    assert contents(the_run(tmp_path)) == contents(undisturbed)


def test_verify_makes_repeats_again(undisturbed: Path, tmp_path: Path) -> None:
    verified = verify_run(STUDIES, undisturbed, 1, Silent())
    assert (verified.recomputed, verified.problems) == ((0,), ())


def test_identity_leaves_out_what_changes_no_number_and_has_all_else(undisturbed: Path, tmp_path: Path) -> None:
    names = {
        prepared({**CONFIG, **other}, tmp_path).name
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
    path = prepared({**study, "groups": groups}, tmp_path)
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
