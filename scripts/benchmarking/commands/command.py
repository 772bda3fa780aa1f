"""A command measured from outside, as who types it waits for it: clock, processor time, memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

GROUPINF = (sys.executable, "-m", "groupinf")


@dataclass(frozen=True)
class Taken:
    """Seconds on the clock and of all processors, of the command and every process it started, and bytes of the
    largest of these processes."""

    clock: float
    processor: float
    memory: int


def python(statements: str) -> tuple[str, ...]:
    """The command that runs some statements."""
    return (sys.executable, "-c", statements)


def run_command(command: Sequence[str], folder: Path, status: int = 0) -> Taken:
    """Run it in ``folder``; raises CalledProcessError, after what it printed, where it ends with another status.

    Processor time counts a process once its parent has waited for it, as joblib does for its workers.
    """
    with tempfile.TemporaryFile() as printed:
        begin = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=printed, stderr=printed)
        _, ended, usage = os.wait4(process.pid, 0)
        clock = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(ended)
        if process.returncode != status:
            printed.seek(0)
            sys.stderr.write(printed.read().decode(errors="replace"))
            raise subprocess.CalledProcessError(process.returncode, list(command))
    unit = 1 if sys.platform == "darwin" else 1024
    return Taken(clock, usage.ru_utime + usage.ru_stime, unit * usage.ru_maxrss)
