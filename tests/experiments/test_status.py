"""The status of a run follows from its folder: what is done, who is at it, what failed, how long the rest takes."""

from __future__ import annotations

import json
import os
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from support.faults import WIDTH
from support.runs import collect_run, execute, execute_shard, prepare_only

from groupinf.cli.main import main
from groupinf.errors import ConvergenceError, DataError
from groupinf.experiments.folder import in_progress as markers
from groupinf.experiments.folder.in_progress import HEARTBEAT, at_work, shards_used, workers_alive
from groupinf.experiments.folder.manifest import RunManifest
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.status import status_of, status_text
from groupinf.experiments.workers.progress import Silent
from groupinf.experiments.workers.shards import Shard
from groupinf.studies.group_effects import block as compute_stage
from groupinf.studies.load import load_config


@pytest.fixture
def small_config(small_config: dict[str, Any]) -> dict[str, Any]:
    return small_config | {"block_width": WIDTH}


def test_from_prepared_to_collected(small_config: dict[str, Any], tmp_path: Path) -> None:
    loaded = load_config(small_config)
    run = prepare_only(loaded, tmp_path, 1, False, Silent())
    fresh = status_of(run)
    assert (fresh.done, fresh.running, fresh.collected) == (frozenset(), 0, False)
    assert fresh.seconds_left is None
    manifest = RunDirectory(run).require_manifest(RunManifest)
    assert (sum(fresh.blocks), len(fresh.blocks)) == (manifest.units, manifest.n_blocks)
    assert fresh.left == list(range(manifest.n_blocks))
    execute_shard(loaded, tmp_path, 1, Shard(1, 2), Silent())
    assert status_of(run).done == set(Shard(1, 2).blocks(len(fresh.blocks)))
    assert shards_used(run) == 2
    execute_shard(loaded, tmp_path, 1, Shard(2, 2), Silent())
    assert f"nothing; groupinf collect {run} joins the blocks" in status_text(status_of(run))
    collect_run(run, Silent())
    assert "collected  yes" in status_text(status_of(run))
    assert not [name for name in ("running", "failed", "shards.json") if (run / name).exists()]


def test_blocks_that_are_lost_after_collecting_are_told(small_config: dict[str, Any], tmp_path: Path) -> None:
    run = execute(load_config(small_config), tmp_path, 1, False, Silent()).path
    next((run / "blocks").iterdir()).unlink()
    told = status_text(status_of(run))
    assert "collected  yes, but blocks were lost since: the same groupinf experiment command makes them again" in told


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"expected the folder of a run, found no manifest\.json in it"):
        status_of(tmp_path)
    with pytest.raises(DataError, match="found no folder there"):
        status_of(tmp_path / "nowhere")


def test_who_is_at_work_and_how_fast(small_config: dict[str, Any], tmp_path: Path) -> None:
    run = prepare_only(load_config(small_config), tmp_path, 1, False, Silent())
    total = len(status_of(run).blocks)
    with at_work(run, 2, range(total)):
        assert status_of(run).running == 2
        assert status_of(run).seconds_left is None
        execute_shard(load_config(small_config), tmp_path, 1, Shard(1, total - 1), Silent())
        now = status_of(run)
        assert now.done == {0, total - 1}
        assert now.units_per_second is not None
        expected = sum(now.blocks[b] for b in range(1, total - 1)) / now.units_per_second
        assert now.seconds_left == pytest.approx(expected)
        assert f"{socket.gethostname()}, process {os.getpid()}" in status_text(now)
        assert "groups/s, about" in status_text(now)
    assert status_of(run).running == 0


def test_dead_processes_are_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child = os.posix_spawn("/bin/true", ["true"], {})
    os.waitpid(child, 0)
    with at_work(tmp_path, 1, [0]):
        [path] = (tmp_path / "running").iterdir()
        marker = json.loads(path.read_text())
        path.write_text(json.dumps({**marker, "pid": child}))
        assert workers_alive(tmp_path) == []
        path.write_text(json.dumps({**marker, "host": "elsewhere"}))
        assert len(workers_alive(tmp_path)) == 1
        old = time.time() - 3 * HEARTBEAT - 1
        os.utime(path, (old, old))
        assert workers_alive(tmp_path) == []
        path.write_text(json.dumps({**marker, "pid": os.getpid()}))
        assert len(workers_alive(tmp_path)) == 1
        os.utime(path, (old, old))  # of a dead process, whose number has gone to this one
        assert workers_alive(tmp_path) == []
        path.write_text("half a mark")
        assert workers_alive(tmp_path) == []


def test_the_heart_beats_as_long_as_it_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markers, "HEARTBEAT", 0.01)
    with at_work(tmp_path, 1, [0]):
        [path] = (tmp_path / "running").iterdir()
        os.utime(path, (0, 0))
        until = time.monotonic() + 10
        while path.stat().st_mtime == 0 and time.monotonic() < until:
            time.sleep(0.01)
        assert path.stat().st_mtime > 0
    assert list((tmp_path / "running").iterdir()) == []


def test_a_failed_block_is_named_until_it_is_computed(
    small_config: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded, real = load_config(small_config), compute_stage.compute_block

    def failing(study: Any, members: Any, names: Any) -> Any:
        if names[0].startswith("8 "):
            raise ConvergenceError(f"group {names[0]}: retraining stopped")
        return real(study, members, names)

    monkeypatch.setattr(compute_stage, "compute_block", failing)
    with pytest.raises(ConvergenceError, match=r"group 8 .*: retraining stopped\. What was computed is kept in"):
        execute_shard(loaded, tmp_path, 1, Shard(1, 1), Silent())
    [run] = tmp_path.glob("small-*/")
    assert status_of(run).done == {0}
    assert status_of(run).failed.keys() == {1}
    assert "block 1: group 8 (" in status_text(status_of(run))
    assert [f.name for f in (run / "failed").iterdir()] == ["00001.json"]
    monkeypatch.setattr(compute_stage, "compute_block", real)
    execute_shard(loaded, tmp_path, 1, Shard(1, 1), Silent())
    assert status_of(run).failed == {}
    assert list((run / "failed").iterdir()) == []


@pytest.mark.parametrize("reading", ["report", "status", "verify", "collect", "compare"])
def test_a_file_in_the_place_of_a_folder_is_called_one(tmp_path: Path, reading: str) -> None:
    (tmp_path / "study.yaml").write_text("name: study\n", encoding="utf-8")
    refused = CliRunner().invoke(main, [reading, str(tmp_path / "study.yaml")])
    assert refused.exit_code == 2
    assert refused.stderr.endswith(f"Error: {tmp_path / 'study.yaml'}: expected the folder of a run, found a file\n")
