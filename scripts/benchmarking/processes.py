"""Measurements, each in a process of its own with one thread: one after the other, or in turns round by round."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRIPTS = Path(__file__).resolve().parents[1]
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"), "1")
# what a worker writes when it is ready, and after each of its turns
DONE = "done"


@dataclass(frozen=True)
class Waiting:
    """A process that waits for its next turn."""

    task: str
    process: subprocess.Popen[str]

    def turn(self) -> None:
        """Let it go on until its turn is over; raises CalledProcessError where it ends instead."""
        assert self.process.stdin is not None
        try:
            print(file=self.process.stdin, flush=True)
        except BrokenPipeError:
            raise self.ended() from None
        self.wait()

    def wait(self) -> None:
        """Until it says that it is ready, or done."""
        assert self.process.stdout is not None
        if self.process.stdout.readline().strip() != DONE:
            raise self.ended()

    def ended(self) -> subprocess.CalledProcessError:
        """The error of a process that is there no more."""
        return subprocess.CalledProcessError(self.process.wait(), self.task)


def measure(task: str, folder: Path, name: str = "", amount: str = "") -> dict[str, Any]:
    """Run one task of ``worker`` and read its result; the process inherits the terminal for what goes wrong."""
    return in_turns([task], 1, folder, name, amount)[task]


def in_turns(
    tasks: Sequence[str], rounds: int, folder: Path, name: str = "", amount: str = ""
) -> dict[str, dict[str, Any]]:
    """Results by task: in every round each has a turn, in this order, so that what slows the machine slows all."""
    with ExitStack() as stack:
        workers = [stack.enter_context(waiting(task, folder, name, amount)) for task in tasks]
        for _ in range(rounds):
            for worker in workers:
                worker.turn()
    return {task: result(task, folder) for task in tasks}


@contextmanager
def waiting(task: str, folder: Path, name: str = "", amount: str = "") -> Iterator[Waiting]:
    """A worker that is ready for its first turn; at the end it writes its result.

    Raises CalledProcessError where it fails.
    """
    path = os.pathsep.join(filter(None, (str(SCRIPTS), os.environ.get("PYTHONPATH"))))
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarking.worker", task, str(folder), name, amount],
        env={**os.environ, **ONE_THREAD, "PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        worker = Waiting(task, process)
        try:
            worker.wait()
            yield worker
        except BaseException:
            process.kill()
            raise
        assert process.stdin is not None
        process.stdin.close()
        if process.wait():
            raise worker.ended()


def result(task: str, folder: Path) -> dict[str, Any]:
    """What a worker has written."""
    read: dict[str, Any] = json.loads((folder / f"{task}.json").read_text(encoding="utf-8"))
    return read
