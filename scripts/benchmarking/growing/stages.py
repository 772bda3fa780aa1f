"""A command with all processes that it starts: processor seconds, and the memory of the largest of them."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# seconds between two looks at the processes
EVERY = 0.05
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Taken:
    """``cpu`` seconds of all processes, ``wall`` seconds, and of the largest process the peak bytes that it held of its
    own (``own``: anonymous memory and what is shared in memory) and in all (``resident``: mapped files included).
    """

    cpu: float
    wall: float
    own: int
    resident: int


def run_stage(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Taken:
    """Run a command to its end; raises CalledProcessError, with what it wrote, where it fails.

    Memory of its own is looked at every EVERY seconds, and so is the time of processes that outlive their parent.
    """
    began, cpu, own, resident = time.perf_counter(), dict[int, float](), 0, 0
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True
    ) as process:
        while process.poll() is None:
            for pid in _tree(process.pid):
                with contextlib.suppress(OSError, KeyError, IndexError):
                    memory = _memory(pid)
                    own, resident = max(own, memory[0]), max(resident, memory[1])
                    cpu[pid] = _cpu(pid)
            time.sleep(EVERY)
        said = process.stderr.read() if process.stderr else ""
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command), stderr=said)
    return Taken(sum(cpu.values()), time.perf_counter() - began, own, resident)


def _tree(root: int) -> list[int]:
    """A process and those that it, or one of them, has started."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                children.setdefault(int(_fields(int(folder.name))[1]), []).append(int(folder.name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def _fields(pid: int) -> list[str]:
    """What /proc says of a process behind its name: its state, its parent, ..."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()


def _cpu(pid: int) -> float:
    user, system = _fields(pid)[11:13]
    return (int(user) + int(system)) / TICKS


def _memory(pid: int) -> tuple[int, int]:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    told = {
        name: 1024 * int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines) if "kB" in rest
    }
    return told["RssAnon"] + told["RssShmem"], told["VmHWM"]
