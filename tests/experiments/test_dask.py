"""On a Dask cluster of separate processes a run has the bytes of a local one, also when a worker is killed."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from support.faults import contents
from support.runs import execute, execute_shard
from support.slurm import wait_until

import groupinf
from groupinf.cli.main import main
from groupinf.errors import RunError
from groupinf.experiments.folder.manifest import RunManifest
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.workers import dask_cluster as cluster_module
from groupinf.experiments.workers.progress import Silent
from groupinf.experiments.workers.shards import Shard
from groupinf.studies.load import load_config

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


Processes = list[subprocess.Popen[bytes]]
SCHEDULER = ["distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
WORKER = ["distributed.cli.dask_worker", "--no-dashboard", "--no-nanny"]


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the processes of a cluster write."""
    return tmp_path_factory.mktemp("cluster")


@pytest.fixture
def cluster(folder: Path) -> Iterator[tuple[str, Processes]]:
    """The address of a scheduler, and its two workers: one of one thread, one of two; the scheduler is the last."""
    with scheduler(folder) as (address, process):
        workers = [worker(address, folder, "--nthreads", threads) for threads in ("1", "2")]
        try:
            yield address, [*workers, process]
        finally:
            ended(workers)


@contextlib.contextmanager
def scheduler(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A scheduler without workers: its address and its process."""
    pytest.importorskip("distributed", reason="needs dask[distributed]")
    address = folder / "address"
    process = spawned([*SCHEDULER, "--scheduler-file", str(address)], folder)
    try:
        wait_for(address)
        yield scheduler_address(address), process
    finally:
        ended([process])


def worker(address: str, folder: Path, *options: str, path: str = "") -> subprocess.Popen[bytes]:
    return spawned([*WORKER, address, *options], folder, {"PYTHONPATH": path} if path else {})


def ended(processes: Processes) -> None:
    for process in processes:
        process.kill()
        process.wait()


def spawned(arguments: list[str], folder: Path, further: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env={**os.environ, **(further or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
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


@pytest.fixture
def small_config(small_config: dict[str, Any]) -> dict[str, Any]:
    return small_config | {"block_width": NARROW}


def test_the_same_bytes_as_local_also_with_a_worker_killed(
    cluster: tuple[str, Processes], small_config: dict[str, Any], tmp_path: Path
) -> None:
    address, workers = cluster
    loaded = load_config(small_config)
    local = contents(execute(loaded, tmp_path / "local", 1, False, Silent()).path)
    assert contents(execute(loaded, tmp_path / "remote", 1, False, Silent(), address).path) == local
    killing = execute(loaded, tmp_path / "killed", 1, False, KillsAWorker(workers[0]), address)
    assert workers[0].poll() == -signal.SIGKILL
    assert contents(killing.path) == local
    part = execute_shard(loaded, tmp_path / "part", 1, Shard(2, 3), Silent(), address)
    assert RunDirectory(part.path).stored_blocks().keys() == set(Shard(2, 3).blocks(part.of))
    assert {name: local[name] for name in contents(part.path) if name.startswith("blocks/")} == {
        name: content for name, content in contents(part.path).items() if name.startswith("blocks/")
    }


def test_a_cluster_that_is_lost_ends_the_run_in_words_and_the_run_goes_on_without_it(
    cluster: tuple[str, Processes], small_config: dict[str, Any], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    address, processes = cluster
    loaded = load_config(small_config)
    with pytest.raises(RunError, match=rf"--scheduler {address}: the cluster was lost, or all its workers; what was "):
        execute(loaded, tmp_path / "out", 1, False, KillsAWorker(processes[-1]), address)
    assert "Traceback" not in capfd.readouterr().err
    [run] = (tmp_path / "out").iterdir()
    assert RunDirectory(run).stored_blocks()
    assert not RunDirectory(run).require_manifest(RunManifest).collected
    resumed = contents(execute(loaded, tmp_path / "out", 1, False, Silent()).path)
    assert resumed == contents(execute(loaded, tmp_path / "local", 1, False, Silent()).path)


@pytest.fixture
def unreadable(small_config: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The command line, without scheduler, of a study whose data cannot be read; patience is short."""
    monkeypatch.setattr(cluster_module, "PATIENCE", 2)
    small_config["dataset"] = {"npz": str(tmp_path / "small.npz")}
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(small_config))
    (tmp_path / "small.npz").write_bytes(b"nothing that could be read")
    options = ["--out", str(tmp_path / "out"), "-q", "--backend", "dask"]
    return ["experiment", str(tmp_path / "study.yaml"), *options]


@pytest.mark.parametrize("shard", [[], ["--shard", "1/2"]])
def test_no_scheduler_there_is_said_before_the_data_are_read(unreadable: list[str], shard: list[str]) -> None:
    pytest.importorskip("distributed", reason="needs dask[distributed]")
    result = CliRunner().invoke(main, [*unreadable, *shard, "--scheduler", "tcp://127.0.0.1:9"])
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: --scheduler tcp://127.0.0.1:9: no Dask scheduler answers within 2 s (")
    assert "check that it runs (dask scheduler)" in result.stderr


def test_a_host_that_is_not_known_is_said(unreadable: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed", reason="needs dask[distributed]")

    def silent(*arguments: Any, **options: Any) -> None:
        raise OSError("Timed out trying to connect")

    def unknown(host: str, *arguments: Any) -> None:
        assert host == "nowhere.invalid"
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(distributed, "Client", silent)
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    result = CliRunner().invoke(main, [*unreadable, "--scheduler", "tcp://nowhere.invalid:8786"])
    assert result.exit_code == 2
    assert "answers within 2 s (there is no host nowhere.invalid, as far as is known here); check" in result.stderr


def test_a_cluster_without_workers_or_with_others_is_refused_before_the_data_are_read(
    unreadable: list[str], folder: Path
) -> None:
    with scheduler(folder) as (address, _):
        command = [*unreadable, "--scheduler", address]
        result = CliRunner().invoke(main, command)
        assert result.exit_code == 2
        assert result.stderr == (
            f"Error: --scheduler {address}: the scheduler has no worker within 2 s; start some: dask worker {address}\n"
        )
        metadata = folder / "other" / "groupinf-9.9.dist-info" / "METADATA"
        metadata.parent.mkdir(parents=True)
        metadata.write_text("Metadata-Version: 2.1\nName: groupinf\nVersion: 9.9\n")
        started = [worker(address, folder, path=str(folder / "other"))]
        try:
            wait_until(lambda: "has no worker" not in CliRunner().invoke(main, command).stderr, 60, "a worker")
            result = CliRunner().invoke(main, command)
        finally:
            ended(started)
    assert result.exit_code == 2
    expected = rf"Error: --scheduler {address}: expected groupinf {groupinf.__version__} on the worker tcp://\S+, "
    assert re.fullmatch(rf"{expected}as here, found groupinf 9\.9; install the same .*\n", result.stderr)


def test_a_missing_package_is_said_before_anything_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    config = tmp_path / "study.yaml"
    config.write_text("{name: a, dataset: {name: digits}, regularization: {lambda_over_n: 1}, groups: {builders: []}}")
    config.write_text(config.read_text().replace("[]", "[{builder: column, column: c}]"))
    result = CliRunner().invoke(
        main, ["experiment", str(config), "--backend", "dask", "--scheduler", "tcp://h:1", "--out", str(tmp_path / "o")]
    )
    assert result.exit_code == 2
    assert result.stderr == (
        "Error: --backend dask needs the package distributed; in the checkout, python -m pip install '.[dask]' "
        "installs it\n"
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--backend", "dask"], "dask without an address"),
        (["--scheduler", "tcp://h:1"], "loky with tcp://h:1"),
        (["--backend", "dask", "--scheduler", "foo"], "expected an address such as tcp://host:8786, found 'foo'"),
        (["--backend", "dask", "--scheduler", "tcp://h"], "found 'tcp://h': it has no port"),
        (["--backend", "dask", "--scheduler", "tcp://:1"], "found 'tcp://:1': it has no host"),
        (
            ["--backend", "dask", "--scheduler", "127.0.0.1:99999"],
            "it has no protocol, such as tcp://; port 99999 is not one of 1 to 65535",
        ),
        (["--shard", "1/2", "--fresh"], "groupinf prepare --fresh starts over"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options: list[str], expected: str) -> None:
    result = CliRunner().invoke(main, ["experiment", "study.yaml", *options])
    assert result.exit_code == 2
    assert expected in result.stderr
