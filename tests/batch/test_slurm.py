"""On a real Slurm a submitted study gives the bytes of a local run, undisturbed, requeued, or cancelled and resumed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support.slurm import Cluster, wait_until

import groupinf

TASKS = 3
OPTIONS = ("--time", "5", "--mem", "1G", "--cpus", "1", "--partition", "all", "--sbatch=--nice=1")
# what stands for the moment of a run, and not for its numbers
OF_ITS_TIME = ("timings.json", "manifest.json")


def submit(cluster: Cluster, study: Path, out: Path) -> tuple[str, str, str]:
    """The ids of the jobs."""
    command = (sys.executable, "-P", "-m", "groupinf", "submit", str(study), "--out", str(out), *OPTIONS)
    said = cluster.run(*command, "--array", str(TASKS)).splitlines()
    assert [line.split()[0] for line in said[:3]] == ["prepare", "shards", "collect"]
    prepare, shards, collect = (line.split()[1] for line in said[:3])
    return prepare, shards, collect


def numbers(run: Path) -> dict[str, bytes]:
    """All that numbers are in, and the tables made of them."""
    wanted = [*run.glob("*.parquet"), *run.glob("*.npz"), *run.glob("blocks/*"), *run.glob("tables/*")]
    return {str(path.relative_to(run)): path.read_bytes() for path in wanted}


def logs(out: Path) -> str:
    return "\n".join(f"{log.name}: {log.read_text(encoding='utf-8')}" for log in sorted(out.glob("*/batch/*.log")))


def assert_as_local(study: Path, out: Path, local: Path) -> None:
    alone = groupinf.run_experiment(study, out=local, jobs=1)
    assert alone.manifest.n_blocks == TASKS
    expected, found = numbers(alone.path), numbers(out / alone.path.name)
    assert {"effects.parquet", "spearman.parquet", "theta.npz", "tables/spearman.csv"} <= expected.keys()
    assert found.keys() == expected.keys()
    assert [name for name in expected if found[name] != expected[name]] == []


def test_a_chain_gives_the_bytes_of_a_local_run_though_a_task_is_requeued(
    cluster: Cluster, study: Path, tmp_path: Path
) -> None:
    out = study.parent / "runs"
    jobs = submit(cluster, study, out)
    [run] = out.glob("small-*")
    told = cluster.run(sys.executable, "-P", "-m", "groupinf", "status", str(run))
    assert f"submitted  prepare {jobs[0]}, shards {jobs[1]}, collect {jobs[2]}; " in told
    wait_until(lambda: "RUNNING" in cluster.states(jobs[1]), 300, "a task runs")
    running = cluster.states(f"{jobs[1]}_1")
    cluster.run("scontrol", "requeue", f"{jobs[1]}_1")
    # whether it was still at work, or just done: it is run a second time
    assert "Restarts=1" in cluster.run("scontrol", "show", "job", f"{jobs[1]}_1")
    ended = cluster.wait_until_ended(jobs)
    assert ended == [["COMPLETED"], ["COMPLETED"] * TASKS, ["COMPLETED"]], (running, logs(out))
    assert_as_local(study, out, tmp_path / "local")


def test_cancelled_tasks_take_the_collecting_along_and_the_same_command_goes_on(
    cluster: Cluster, study: Path, tmp_path: Path
) -> None:
    out = study.parent / "runs"
    prepare, shards, collect = submit(cluster, study, out)
    wait_until(lambda: "RUNNING" in cluster.states(shards), 300, "a task runs")
    cluster.run("scancel", f"{shards}_2")
    assert cluster.wait_until_ended([prepare, collect])[1] == ["CANCELLED"]
    assert "CANCELLED" in cluster.states(shards)
    again = submit(cluster, study, out)
    assert cluster.wait_until_ended(again) == [["COMPLETED"], ["COMPLETED"] * TASKS, ["COMPLETED"]], logs(out)
    assert_as_local(study, out, tmp_path / "local")


def test_what_slurm_refuses_is_said_and_nothing_stays_in_the_queue(
    cluster: Cluster, study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    from groupinf.cli.main import main

    for name in ("SLURM_CONF", "PATH"):
        monkeypatch.setenv(name, cluster.environment[name])
    result = CliRunner().invoke(main, ["submit", str(study), "--out", str(study.parent), "--array", "5000000"])
    assert result.exit_code == 1
    assert "shards.sbatch: sbatch did not take it (exit status 1): sbatch: error: " in result.stderr
    assert "array" in result.stderr
    assert cluster.run("squeue", "--noheader", "--states=PENDING,RUNNING", "--format=%i") == ""
