"""On a Dask cluster of separate processes a run has the bytes of a local one, also when a worker is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from support.faults import contents

from groupinf.cli.main import main
from groupinf.config.load import load_config
from groupinf.effects import blocks
from groupinf.errors import RunError
from groupinf.experiments import cluster as cluster_module
from groupinf.experiments.progress import Silent
from groupinf.experiments.run import execute

NARROW = 2


class KillsAWorker(Silent):
    """Kills a process as soon as the first block is there."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.retraining = False

    def stage(self, name: str, total: int | None = None) -> None:
        self.retraining = name == "retrain"

    def advance(self, units: int) -> None:
        if self.retraining and units and self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """The address of a scheduler, and its two workers: one of one thread, one of two."""
    pytest.importorskip("distributed", reason="needs dask[distributed]")
    folder = tmp_path_factory.mktemp("cluster")
    address = folder / "address"
    scheduler = ["distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    with spawned([*scheduler, "--scheduler-file", str(address)], folder) as first:
        wait_for(address)
        worker = ["distributed.cli.dask_worker", "--scheduler-file", str(address), "--no-dashboard", "--no-nanny"]
        with (
            spawned([*worker, "--nthreads", "1"], folder) as one,
            spawned([*worker, "--nthreads", "2"], folder) as two,
        ):
            yield scheduler_address(address), [one, two]
            for process in (one, two, first):
                process.kill()


def spawned(arguments: list[str], folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", *arguments], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def wait_for(path: Path) -> None:
    until = time.monotonic() + 60
    while not path.exists() or not path.read_text():
        assert time.monotonic() < until
        time.sleep(0.05)


def scheduler_address(path: Path) -> str:
    import json

    found: str = json.loads(path.read_text())["address"]
    return found


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "WIDEST", NARROW)


def test_the_same_bytes_as_local_also_with_a_worker_killed(
    cluster: tuple[str, list[subprocess.Popen[bytes]]], small_config: dict[str, Any], tmp_path: Path
) -> None:
    address, workers = cluster
    loaded = load_config(small_config)
    local = contents(execute(loaded, tmp_path / "local", 1, False, Silent()).path)
    assert contents(execute(loaded, tmp_path / "remote", 1, False, Silent(), address).path) == local
    killing = execute(loaded, tmp_path / "killed", 1, False, KillsAWorker(workers[0]), address)
    assert workers[0].poll() == -signal.SIGKILL
    assert contents(killing.path) == local


def test_no_scheduler_there_is_said_in_words(
    small_config: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed", reason="needs dask[distributed]")
    monkeypatch.setattr(cluster_module, "PATIENCE", 1)
    with pytest.raises(RunError, match=r"--scheduler tcp://127\.0\.0\.1:9: no Dask scheduler answers"):
        execute(load_config(small_config), tmp_path, 1, False, Silent(), "tcp://127.0.0.1:9")


def test_a_missing_package_is_said_before_anything_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    config = tmp_path / "study.yaml"
    config.write_text("{name: a, dataset: {name: digits}, regularization: {lambda_over_n: 1}, groups: {builders: []}}")
    config.write_text(config.read_text().replace("[]", "[{builder: column, column: c}]"))
    result = CliRunner().invoke(
        main, ["experiment", str(config), "--backend", "dask", "--scheduler", "tcp://h:1", "--out", str(tmp_path / "o")]
    )
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: --backend dask needs the package distributed; python -m pip install 'groupinf[dask]' installs it\n"
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--backend", "dask"], "dask without an address"),
        (["--scheduler", "tcp://h:1"], "loky with tcp://h:1"),
        (["--backend", "dask", "--scheduler", "foo"], "expected an address such as tcp://host:8786, found 'foo'"),
        (["--shard", "1/2", "--fresh"], "groupinf prepare --fresh starts over"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options: list[str], expected: str) -> None:
    result = CliRunner().invoke(main, ["experiment", "study.yaml", *options])
    assert result.exit_code == 2
    assert expected in result.stderr
