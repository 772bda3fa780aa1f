"""What a job asks of a Slurm cluster."""

from __future__ import annotations

import re
from dataclasses import dataclass

from groupinf.errors import ConfigError

# The formats of Slurm: minutes, minutes:seconds, hours:minutes:seconds, days-hours[:minutes[:seconds]].
TIME = re.compile(r"[0-9]+|[0-9]+:[0-9]{1,2}|[0-9]+:[0-9]{1,2}:[0-9]{1,2}|[0-9]+-[0-9]{1,2}(:[0-9]{1,2}){0,2}")
MEM = re.compile(r"[0-9]+[KMGT]?")
NAME = re.compile(r"[^\s'\"\\#]+")
FURTHER = re.compile(r"-{1,2}[A-Za-z][^\x00-\x1f\x7f]*")
# what the three jobs and the chain between them depend on; sbatch takes long options shortened, too
SET_HERE = ("--array", "--output", "--error", "--job-name", "--dependency", "--parsable", "--wrap")
SET_HERE_SHORT = ("-a", "-o", "-e", "-J", "-d")


@dataclass(frozen=True)
class Resources:
    """What is asked for: ``array`` tasks of ``cpus`` processors each; what is None is left to the cluster.

    ``time`` is the limit of each job and ``mem`` its memory, as Slurm writes them; ``further`` are options of sbatch
    that are passed on. Raises ConfigError where a value is not of Slurm's form.
    """

    array: int
    cpus: int = 1
    partition: str | None = None
    time: str | None = None
    mem: str | None = None
    account: str | None = None
    further: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _require("--array", str(self.array), re.compile(r"[1-9][0-9]*"), "a number of tasks from 1")
        _require("--cpus", str(self.cpus), re.compile(r"[1-9][0-9]*"), "a number of processors from 1")
        _require("--partition", self.partition, NAME, "a name")
        _require("--account", self.account, NAME, "a name")
        _require("--time", self.time, TIME, "minutes, H:MM:SS or D-HH:MM:SS, such as 90, 1:30:00 or 2-00:00:00")
        _require("--mem", self.mem, MEM, "megabytes, or a number with K, M, G or T, such as 4G")
        for option in self.further:
            _require("--sbatch", option, FURTHER, "an option of sbatch, such as --sbatch=--qos=long")
            if _set_here(option):
                raise ConfigError(
                    f"--sbatch: expected an option that submit does not set itself, found {option!r}; it sets "
                    f"{', '.join(SET_HERE)}"
                )


def _set_here(option: str) -> bool:
    if not option.startswith("--"):
        return option.startswith(SET_HERE_SHORT)
    name = re.split(r"[=\s]", option, maxsplit=1)[0]
    return any(full.startswith(name) for full in SET_HERE)


def _require(option: str, value: str | None, form: re.Pattern[str], expected: str) -> None:
    if value is not None and not form.fullmatch(value):
        raise ConfigError(f"{option}: expected {expected}, found {value!r}")
