"""A second kind of study needs only its own prepare, block, collect and report: shards, resume, verify come with it."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from support.faults import MOMENTS, contents, ended, started, the_run
from support.toy_study import REPORT, TOY, ToyConfig, dying_at_a_write

from groupinf.cli.main import main
from groupinf.errors import ConfigError, DataError
from groupinf.experiments.driver import execute_study, load_run
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.stages import collect, execute_shard, prepare_only
from groupinf.experiments.status import status_of
from groupinf.experiments.verify import verify_run
from groupinf.experiments.workers.progress import Silent
from groupinf.experiments.workers.shards import Shard
from groupinf.reporting.registry import REPORTS
from groupinf.studies.load import load_config
from groupinf.studies.registry import STUDIES

CONFIG = ToyConfig(name="toy", seed=5, numbers=103, width=10)


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy beside what is there; neither registry keeps it."""
    for registry, case in ((STUDIES, TOY), (REPORTS, REPORT)):
        cases: dict[str, Any] = dict(registry.items())
        monkeypatch.setattr(registry, "_cases", cases)
        registry.add(case)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("undisturbed")
    path: Path = execute_study(TOY, CONFIG, out, 1, False, Silent()).path
    return path


def command(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)])


def test_the_means_are_those_of_the_numbers(undisturbed: Path) -> None:
    numbers = np.random.default_rng(5).normal(size=103)
    expected = [numbers[start : start + 10].mean() for start in range(0, 103, 10)]
    run = load_run(TOY, undisturbed)
    assert run.means["mean"].tolist() == expected
    assert run.manifest.largest == max(expected)
    assert (run.manifest.unit, run.manifest.block_sizes) == ("number", (10,) * 10 + (3,))


def test_processes_and_shards_in_any_order_give_the_same_bytes(undisturbed: Path, tmp_path: Path) -> None:
    both = execute_study(TOY, CONFIG, tmp_path / "two", 2, False, Silent())
    assert contents(both.path) == contents(undisturbed)
    out = tmp_path / "shards"
    path = prepare_only(TOY, CONFIG, out, 1, False, Silent())
    for number in (3, 1):
        done = execute_shard(TOY, CONFIG, out, 1, Shard(number, 3), Silent())
        assert done.left
    with pytest.raises(DataError, match=r"4 of 11 blocks are missing .* they belong to shards 2/3: run these again"):
        collect(STUDIES, path, Silent())
    assert execute_shard(TOY, CONFIG, out, 1, Shard(2, 3), Silent()).left == ()
    assert collect(STUDIES, path, Silent()).path == path
    assert contents(path) == contents(undisturbed)


def test_killed_around_its_writes_it_goes_on_to_the_same_bytes(undisturbed: Path, tmp_path: Path) -> None:
    """Each process gets one or two writes further, as markers and blocks take one each."""
    statuses: list[int] = []
    while not statuses or statuses[-1]:
        assert len(statuses) < 60
        moment = MOMENTS[len(statuses) % 3]
        statuses.append(ended(started(dying_at_a_write, CONFIG, tmp_path, 4, moment)))
    assert len(statuses) > 3
    assert set(statuses[:-1]) == {-signal.SIGKILL}
    assert contents(the_run(tmp_path)) == contents(undisturbed)


def test_status_counts_what_is_stored_in_its_own_units(tmp_path: Path) -> None:
    path = prepare_only(TOY, CONFIG, tmp_path, 1, False, Silent())
    execute_shard(TOY, CONFIG, tmp_path, 1, Shard(1, 2), Silent())
    assert status_of(path).left == [1, 3, 5, 7, 9]
    said = command("status", path).stdout
    assert "prepared   103 numbers in 11 blocks" in said
    assert "done       6 blocks, 53 numbers (51%)" in said


def test_verify_makes_blocks_again_and_finds_one_that_is_another(undisturbed: Path, tmp_path: Path) -> None:
    path = execute_study(TOY, CONFIG, tmp_path, 1, False, Silent()).path
    assert verify_run(STUDIES, path, 1, Silent()).recomputed == (0,)
    assert "made again: the same bytes" in command("verify", path, "--jobs", "1").stdout
    directory = RunDirectory(path)
    directory.block_files()[0][0].unlink()
    directory.write_block(0, {"mean": np.array([7.0])})
    refused = command("verify", path, "--jobs", "1")
    assert refused.exit_code == 1
    assert "block 0 differs from the same block made again" in refused.stderr


def test_commands_report_it_as_it_says(tmp_path: Path) -> None:
    path = prepare_only(TOY, CONFIG, tmp_path, 1, False, Silent())
    execute_shard(TOY, CONFIG, tmp_path, 1, Shard(1, 1), Silent())
    for made in (command("collect", path), command("report", path)):
        assert made.exit_code == 0
        assert made.stdout.startswith("11 means, the largest ")
        assert made.stdout.rstrip().endswith("means.txt")
    assert (path / "means.txt").read_text(encoding="utf-8").startswith("11 means, ")


def test_another_of_its_kind_in_the_folder_is_refused_by_field(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = prepare_only(TOY, CONFIG, tmp_path, 1, False, Silent())
    monkeypatch.setattr("groupinf.experiments.driver.run_name", lambda work: path.name)
    with pytest.raises(DataError, match=r"holds another run \(seed: here 6, stored 5\)"):
        execute_study(TOY, ToyConfig(name="toy", seed=6, numbers=103, width=10), tmp_path, 1, False, Silent())


def test_its_schema_is_printed_and_has_the_key_that_names_it() -> None:
    shown = command("schema", "--study", "toy")
    schema = json.loads(shown.stdout)
    assert set(schema["properties"]) == {"study", "name", "seed", "numbers", "width"}
    assert schema["properties"]["study"]["const"] == "toy"
    assert set(schema["required"]) == {"study", "name", "numbers", "width"}
    assert schema["additionalProperties"] is False
    default = json.loads(command("schema").stdout)
    assert default == json.loads(command("schema", "--study", "group_effects").stdout)
    assert default["properties"]["study"]["const"] == "group_effects"
    assert "study" not in default["required"]
    refused = command("schema", "--study", "toi")
    assert refused.exit_code == 2
    known = ", ".join(STUDIES)
    assert known.endswith(", toy")
    assert refused.stderr == f"Error: unknown study 'toi'; did you mean 'toy'? valid: {known}\n"


def test_a_slip_in_the_key_that_names_a_study_is_told_as_one() -> None:
    with pytest.raises(ConfigError) as caught:
        load_config({"name": "a", "studdy": "toy", "dataset": {"name": "digits"}})
    assert "studdy: unknown key 'studdy'; did you mean 'study'? valid: name, seed, dataset" in str(caught.value)
    with pytest.raises(ConfigError, match=r"widt: unknown key 'widt'; .* valid: name, seed, numbers, width, study$"):
        load_config({"study": "toy", "name": "a", "numbers": 3, "width": 1, "widt": 2})


def test_a_run_of_another_kind_of_study_is_refused_in_words(undisturbed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluated = command("evaluate", undisturbed, "--set", "evaluations=[test_loss]")
    assert evaluated.exit_code == 2
    assert f"{undisturbed}: expected a run of the study group_effects, found one of toy\n" in evaluated.stderr
    monkeypatch.setattr(STUDIES, "_cases", {name: kind for name, kind in STUDIES.items() if name != "toy"})
    for reading in ("report", "collect", "verify"):
        refused = command(reading, undisturbed)
        assert refused.exit_code == 2
        assert f"{undisturbed}: expected a run of one of {', '.join(STUDIES)}, found one of toy; " in refused.stderr
        assert "the package that registers it must be imported first" in refused.stderr
