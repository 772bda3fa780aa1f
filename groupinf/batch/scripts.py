"""The three scripts of a run on Slurm, as text: prepare, an array of shards, collect."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from groupinf.batch.resources import Resources
from groupinf.errors import ConfigError
from groupinf.experiments.workers.libraries import ONE_THREAD

Command = tuple[str, ...]


@dataclass(frozen=True)
class Caller:
    """How a job calls groupinf: the words of the program, and the environment variables that are set for it."""

    program: Command
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Commands:
    """What the jobs run, one after the other; ``shard`` finds out itself which task of the array it is."""

    prepare: Command
    shard: Command
    collect: Command


@dataclass(frozen=True)
class Script:
    """A batch script: where it is written and what it says."""

    stage: str
    path: Path
    text: str


# from the program, the place of the configuration, the folder of the run, and what is asked for
CommandsOf = Callable[[Command, Path, Path, Resources], Commands]


def experiment_commands(program: Command, config: Path, run: Path, resources: Resources) -> Commands:
    """The commands of one study whose run is the folder ``run``.

    The number of shards is told, so that a few tasks may be submitted again: ``sbatch --array=3,5 shards.sbatch``.
    """
    where = _where(config, run, resources.cpus)
    return Commands(
        prepare=(*program, "prepare", *where),
        shard=(*program, "experiment", *where, "--shard", f"auto/{resources.array}"),
        collect=(*program, "collect", str(run)),
    )


def sweep_commands(program: Command, config: Path, run: Path, resources: Resources) -> Commands:
    """The same of a sweep whose folder is ``run``."""
    many, one = ((*program, "sweep", *_where(config, run, jobs)) for jobs in (resources.cpus, 1))
    return Commands(
        prepare=(*many, "--prepare-only"),
        shard=(*many, "--shard", f"auto/{resources.array}"),
        collect=one,
    )


def _where(config: Path, run: Path, jobs: int) -> Command:
    return (str(config), "--out", str(run.parent), "--jobs", str(jobs))


def scripts(
    commands: Commands, resources: Resources, environment: Mapping[str, str], folder: Path, name: str
) -> tuple[Script, ...]:
    """The scripts, in the order in which they run, to be written into ``folder``, where their logs come too.

    ``name`` tells the jobs from others in the queue; ``environment`` is set in each. Raises ConfigError where Slurm
    could not write logs into a folder of that name.
    """
    if not str(folder).isprintable() or "\\" in str(folder):
        raise ConfigError(f"--out: expected a folder without line breaks and backslashes, found {str(folder)!r}")
    variables = {**ONE_THREAD, **environment}
    stages = (
        ("prepare", commands.prepare, resources.cpus, None),
        ("shards", commands.shard, resources.cpus, resources.array),
        ("collect", commands.collect, 1, None),
    )
    written = []
    for stage, command, cpus, array in stages:
        log = f"{stage}-%A_%a.log" if array else f"{stage}-%j.log"
        options = {
            "job-name": f"{stage}-{name}",
            "output": f"{str(folder).replace('%', '%%')}/{log}",
            **_asked(resources, cpus, array),
        }
        text = "".join(f"{line}\n" for line in _lines(options, resources.further, variables, command))
        written.append(Script(stage, folder / f"{stage}.sbatch", text))
    return tuple(written)


def _asked(resources: Resources, cpus: int, array: int | None) -> dict[str, str]:
    """The options that are asked for, by their names in sbatch."""
    asked = {
        "array": None if array is None else f"1-{array}",
        "cpus-per-task": str(cpus),
        "partition": resources.partition,
        "time": resources.time,
        "mem": resources.mem,
        "account": resources.account,
    }
    return {option: value for option, value in asked.items() if value is not None}


def _lines(
    options: Mapping[str, str], further: Sequence[str], variables: Mapping[str, str], command: Sequence[str]
) -> Iterator[str]:
    yield "#!/bin/bash"
    for option, value in options.items():
        yield f"#SBATCH --{option}={shlex.quote(value)}"
    yield "#SBATCH --ntasks=1"
    # What a task has stored counts after a requeue, and the log of the first attempt stays.
    yield "#SBATCH --requeue"
    yield "#SBATCH --open-mode=append"
    # Without it, jobs whose predecessor failed would wait in the queue for good.
    yield "#SBATCH --kill-on-invalid-dep=yes"
    for option in further:
        yield f"#SBATCH {option}"
    for variable, value in variables.items():
        yield f"export {variable}={shlex.quote(value)}"
    # exec: the signals of Slurm reach groupinf itself, which then stores what it has and ends
    yield f"exec {shlex.join(command)}"
