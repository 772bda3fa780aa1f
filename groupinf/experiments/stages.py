"""The stages of a run one by one, as batch jobs take them: prepare, the blocks of one shard, collect."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from groupinf.errors import DataError
from groupinf.experiments.collect import collect
from groupinf.experiments.compute import compute
from groupinf.experiments.folder.in_progress import note_shards
from groupinf.experiments.folder.outline import require_outline
from groupinf.experiments.folder.result import Run
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.folder.runs_in import runs_of
from groupinf.experiments.prepare import Prepared
from groupinf.experiments.run import finished, load_run, open_run, prepare_run, run_name
from groupinf.experiments.sweep.result import Sweep, load_sweep
from groupinf.experiments.workers.processes import require_backend
from groupinf.experiments.workers.progress import Progress
from groupinf.experiments.workers.shards import Shard
from groupinf.studies.group_effects.checks import load_checked
from groupinf.studies.group_effects.schema import LoadedStudy as LoadedConfig


@dataclass(frozen=True)
class ShardDone:
    """A shard whose blocks are all stored: how many it has, and which of the ``of`` blocks of the run are left."""

    path: Path
    shard: Shard
    blocks: int
    left: tuple[int, ...]
    of: int


def prepare_only(loaded: LoadedConfig, out: Path, jobs: int, fresh: bool, progress: Progress) -> Path:
    """Store what every block reads, where it is not stored yet; the run's folder."""
    directory, _ = _prepared(loaded, out, jobs, fresh, progress)
    return directory.path


def execute_shard(
    loaded: LoadedConfig, out: Path, jobs: int, shard: Shard, progress: Progress, scheduler: str | None = None
) -> ShardDone:
    """Compute those blocks of one shard that are not stored yet; prepares first where that is not done.

    Shards may run at the same time, in any order, on any machine that sees ``out``.
    """
    require_backend(scheduler)
    directory, prepared = _prepared(loaded, out, jobs, False, progress)
    n_blocks = len(prepared.outline.blocks)
    mine = shard.blocks(n_blocks)
    if not prepared.outline.manifest.collected:
        note_shards(directory.path, shard)
    compute(prepared, directory, jobs, progress, mine, scheduler)
    stored = directory.stored_blocks()
    left = tuple(b for b in range(n_blocks) if b not in stored)
    return ShardDone(directory.path, shard, len(mine), left, n_blocks)


def collect_run(path: Path, progress: Progress) -> Run:
    """Join the blocks of the run in ``path``, from what is stored there alone.

    Raises DataError where it is no run, was not prepared whole, or lacks blocks, which are named.
    """
    directory = RunDirectory(path)
    outline = require_outline(directory)
    if not finished(directory):
        collect(outline, path.absolute().name, directory, progress)
    return load_run(path)


def collect_sweep(path: Path, progress: Progress) -> Sweep:
    """Join the blocks of every run of the sweep in ``path``; raises DataError with a line for each that lacks any.

    The other runs are joined all the same.
    """
    faults = []
    for run in runs_of(path):
        try:
            collect_run(run, progress)
        except DataError as error:
            faults.append(str(error))
    if faults:
        more = f"{path}: the same groupinf sweep command computes what is missing, or says why it cannot"
        raise DataError("\n".join([*faults, more]))
    return load_sweep(path)


def _prepared(
    loaded: LoadedConfig, out: Path, jobs: int, fresh: bool, progress: Progress
) -> tuple[RunDirectory, Prepared]:
    progress.stage("data")
    dataset = load_checked(loaded)
    opened = open_run(loaded, dataset, out / run_name(loaded, dataset), fresh)
    return opened.directory, prepare_run(opened, jobs, progress)
