"""Studies in processes of their own that die when told to; they come from a server that has imported everything."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from support.runs import execute, execute_shard

from groupinf.experiments.workers.progress import Silent
from groupinf.experiments.workers.shards import Shard
from groupinf.studies.load import load_config

# groups in a block: few, so that a small study has many blocks
WIDTH = 8
# around the writing of one file
MOMENTS = ("before fsync", "before rename", "after rename")

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["groupinf.studies.registry"])  # this module is not on the path of the server


def started(function: Callable[..., None], *args: Any) -> ForkServerProcess:
    """The process in which the function runs."""
    process = _SERVER.Process(target=function, args=args, daemon=True)
    process.start()
    return process


def ended(process: ForkServerProcess) -> int:
    """Its exit status: that of a signal is negative."""
    process.join(60)
    assert process.exitcode is not None
    return process.exitcode


def study(config: dict[str, Any], out: Path) -> None:
    """Run the study."""
    execute(load_config(config), out, 1, False, Silent())


def shard(config: dict[str, Any], out: Path, number: int, of: int) -> None:
    """Run a shard of the study."""
    execute_shard(load_config(config), out, 1, Shard(number, of), Silent())


def study_dying_at_a_write(config: dict[str, Any], out: Path, write: int, moment: str) -> None:
    """Run the study until the given write."""
    die_at_a_write(write, moment)
    study(config, out)


def die_at_a_write(write: int, moment: str) -> None:
    """Let this process die, as by kill -9, at that moment of the given write, counted from 1."""
    fsync, replace = os.fsync, Path.replace
    count = 0

    def die(now: str) -> None:
        if now == moment and count == write:
            os.kill(os.getpid(), signal.SIGKILL)

    def dying_fsync(descriptor: int) -> None:
        nonlocal count
        count += 1
        die("before fsync")
        fsync(descriptor)

    def dying_replace(self: Path, target: Path) -> Path:
        die("before rename")
        done = replace(self, target)
        die("after rename")
        return done

    os.fsync, Path.replace = dying_fsync, dying_replace


def contents(run: Path) -> dict[str, bytes]:
    """Every file of a run but the times it took, and what a killed process left half written."""
    files = (f for f in run.rglob("*") if f.is_file() and f.name != "timings.json" and not f.name.startswith("."))
    return {str(f.relative_to(run)): f.read_bytes() for f in files}


def the_run(out: Path) -> Path:
    """The only run in a folder."""
    [path] = [p for p in out.iterdir() if not p.name.startswith(".")]
    return path
