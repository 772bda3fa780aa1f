"""The stages of a run one by one, as batch jobs take them: prepare, the blocks of one shard, collect."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from groupinf.errors import DataError
from groupinf.experiments.compute import compute_blocks
from groupinf.experiments.driver import collect_run, finished, kind_in, load_run, open_study, prepare_run
from groupinf.experiments.folder.in_progress import note_shards
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.folder.sweep_folder import runs_of
from groupinf.experiments.study import Own, Prepared, Studies, StudyKind
from groupinf.experiments.workers.processes import require_backend
from groupinf.experiments.workers.progress import Progress
from groupinf.experiments.workers.shards import Shard


@dataclass(frozen=True)
class ShardDone:
    """A shard whose blocks are all stored: how many it has, and which of the ``of`` blocks of the run are left."""

    path: Path
    shard: Shard
    blocks: int
    left: tuple[int, ...]
    of: int


def prepare_only(kind: StudyKind[Any, Any], loaded: Any, out: Path, jobs: int, fresh: bool, progress: Progress) -> Path:
    """Store what every block reads, where it is not stored yet; the run's folder."""
    return prepare_run(open_study(kind, loaded, out, fresh, progress), jobs, progress).directory.path


def execute_shard(
    kind: StudyKind[Any, Any],
    loaded: Any,
    out: Path,
    jobs: int,
    shard: Shard,
    progress: Progress,
    scheduler: str | None = None,
) -> ShardDone:
    """Compute those blocks of one shard that are not stored yet; prepares first where that is not done.

    Shards may run at the same time, in any order, on any machine that sees ``out``.
    """
    require_backend(scheduler)
    prepared = prepare_run(open_study(kind, loaded, out, False, progress), jobs, progress)
    directory, of = prepared.directory, prepared.manifest.n_blocks
    mine = shard.blocks(of)
    if not prepared.manifest.collected:
        note_shards(directory.path, shard)
    prepared = _with_tasks_of(prepared, mine)
    compute_blocks(prepared, mine, jobs, progress, scheduler)
    stored = directory.stored_blocks()
    return ShardDone(directory.path, shard, len(mine), tuple(b for b in range(of) if b not in stored), of)


def _with_tasks_of(prepared: Prepared[Own], numbers: Iterable[int]) -> Prepared[Own]:
    """The same with the tasks of some blocks alone: what was read for all others need not be held."""
    units = [prepared.manifest.block(number) for number in numbers]
    tasks = {of_block: prepared.blocks.task(of_block) for of_block in units}
    return replace(prepared, blocks=replace(prepared.blocks, task=tasks.__getitem__))


def collect(studies: Studies, path: Path, progress: Progress) -> Any:
    """Join the blocks of the run in ``path``, from what is stored there alone; the run.

    Raises DataError where it is no run, was not prepared whole, or lacks blocks, which are named.
    """
    directory = RunDirectory(path.absolute())
    kind = kind_in(studies, directory)
    if not finished(directory):
        collect_run(kind, directory, progress)
    return load_run(kind, path)


def collect_all(studies: Studies, path: Path, progress: Progress) -> None:
    """Join the blocks of every run of the sweep in ``path``; raises DataError with a line for each that lacks any.

    The other runs are joined all the same.
    """
    faults = []
    for run in runs_of(path):
        try:
            collect(studies, run, progress)
        except DataError as error:
            faults.append(str(error))
    if faults:
        more = f"{path}: the same groupinf sweep command computes what is missing, or says why it cannot"
        raise DataError("\n".join([*faults, more]))
