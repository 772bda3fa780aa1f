"""A study as batch jobs: its scripts, and a copy of its configuration that later edits do not reach."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from groupinf.batch.resources import Resources
from groupinf.batch.scripts import Caller, CommandsOf, Script, scripts
from groupinf.batch.slurm import cancel, submit_chain
from groupinf.errors import RunError
from groupinf.experiments.folder.files import write_atomically
from groupinf.experiments.folder.in_progress import BATCH, note_jobs
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.studies.group_effects.schema import LoadedStudy as LoadedConfig
from groupinf.studies.load import values_of


@dataclass(frozen=True)
class Submission:
    """The run's folder, the configuration as its jobs read it, and the scripts in the order in which they run."""

    run: Path
    config: bytes
    scripts: tuple[Script, ...]

    @property
    def folder(self) -> Path:
        """Where scripts, configuration and logs lie."""
        return self.run / BATCH


def submission(
    loaded: LoadedConfig, run: Path, commands_of: CommandsOf, resources: Resources, caller: Caller
) -> Submission:
    """What is to be written and submitted for a study, or a sweep, in the absolute folder ``run``.

    Raises ConfigError where Slurm could not write logs there.
    """
    config = yaml.safe_dump(values_of(loaded), sort_keys=False, allow_unicode=True).encode()
    folder = run / BATCH
    commands = commands_of(caller.program, _config_of(folder), run, resources)
    return Submission(run, config, scripts(commands, resources, caller.environment, folder, run.name))


def submit(planned: Submission) -> tuple[str, ...]:
    """Write the files and submit; the ids of the jobs, which the folder keeps for ``groupinf status``.

    Raises DataError where the folder cannot be written to, RunError where Slurm refuses: nothing stays queued.
    """
    RunDirectory(planned.run).require_writable()
    write_atomically(_config_of(planned.folder), planned.config)
    for script in planned.scripts:
        write_atomically(script.path, script.text.encode())
    ids = submit_chain([script.path for script in planned.scripts])
    try:
        note_jobs(planned.run, {script.stage: job for script, job in zip(planned.scripts, ids, strict=True)})
    except RunError:
        cancel(ids)
        raise
    return ids


def _config_of(folder: Path) -> Path:
    return folder / "config.yaml"
