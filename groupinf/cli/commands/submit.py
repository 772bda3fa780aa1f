"""``groupinf submit``: a study as batch jobs on Slurm."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groupinf.cli.command import Command
from groupinf.cli.options import config_argument, out_option, overrides_option

if TYPE_CHECKING:
    from groupinf.batch.scripts import Caller, CommandsOf
    from groupinf.studies.group_effects.schema import LoadedStudy as LoadedConfig


@click.command(cls=Command)
@config_argument
@overrides_option
@click.option("--array", type=int, required=True, metavar="N", help="Tasks that share the groups.")
@click.option("--cpus", type=int, default=1, show_default=True, metavar="N", help="Processes of each task.")
@click.option("--partition", metavar="NAME", help="Partition to run in; default: the cluster's.")
@click.option("--time", metavar="TIME", help="Limit of each job: minutes, M:SS, H:MM:SS or D-HH:MM:SS.")
@click.option("--mem", metavar="SIZE", help="Memory of each job, such as 4G.")
@click.option("--account", metavar="NAME", help="Account to charge.")
@click.option("--sbatch", "further", multiple=True, metavar="OPTION", help="Another option of sbatch (repeatable).")
@click.option(
    "--sweep", is_flag=True, help="Run the sweep of the config, regularization.sweep, as groupinf sweep does."
)
@out_option("run")
@click.option("--dry-run", is_flag=True, help="Print the scripts; write and submit nothing.")
def submit(
    config: str,
    overrides: tuple[str, ...],
    array: int,
    cpus: int,
    partition: str | None,
    time: str | None,
    mem: str | None,
    account: str | None,
    further: tuple[str, ...],
    sweep: bool,
    out: str,
    dry_run: bool,
) -> None:
    """Run a study as batch jobs on Slurm.

    Three jobs, each after the one before: prepare, an array of N tasks that share the groups, collect.

    The same command again resumes what was left unfinished.
    """
    from groupinf.batch.resources import Resources
    from groupinf.batch.slurm import require_sbatch
    from groupinf.batch.submission import submission
    from groupinf.batch.submission import submit as submit_jobs
    from groupinf.studies.load import load_config

    resources = Resources(array, cpus, partition, time, mem, account, further)
    loaded = load_config(config, overrides)
    if not dry_run:
        require_sbatch()
    name, commands_of = _sweep(loaded) if sweep else _experiment(loaded)
    planned = submission(loaded, Path(out).absolute() / name, commands_of, resources, _caller())
    if dry_run:
        click.echo("\n".join(f"# {script.path}\n{script.text}" for script in planned.scripts), nl=False)
        return
    jobs = [f"{s.stage:<8} {job}" for s, job in zip(planned.scripts, submit_jobs(planned), strict=True)]
    click.echo("\n".join([*jobs, f"Run: {planned.run}", f"Logs: {planned.folder}"]))


def _experiment(loaded: LoadedConfig) -> tuple[str, CommandsOf]:
    """The name of the run, its data checked, and what its jobs do."""
    from groupinf.batch.scripts import experiment_commands
    from groupinf.studies.registry import kind_of

    return kind_of(loaded).forecast(loaded).run_name, experiment_commands


def _sweep(loaded: LoadedConfig) -> tuple[str, CommandsOf]:
    """The same of a sweep."""
    from groupinf.batch.scripts import sweep_commands
    from groupinf.studies.sweeps import sweep_of

    kind = sweep_of(loaded)
    return kind.folder(kind.plan(loaded, None, False)), sweep_commands


def _caller() -> Caller:
    """This groupinf, and data in the same places as here, however a node's own environment is set."""
    from groupinf.batch.scripts import Caller
    from groupinf.datasets.files.cache import OFF, cache_home
    from groupinf.datasets.files.data_home import data_home

    cache = cache_home()
    places = {
        "GROUPINF_DATA": str(data_home().absolute()),
        "GROUPINF_CACHE": OFF if cache is None else str(cache.absolute()),
    }
    return Caller((sys.executable, "-P", "-m", "groupinf"), places)
