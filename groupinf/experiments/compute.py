"""The blocks of a run: each is computed once, by whichever process, and stored whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groupinf.effects.block import BlockEffects, Study, compute_block
from groupinf.errors import ConvergenceError
from groupinf.experiments.parallel import each
from groupinf.experiments.prepare import Prepared
from groupinf.experiments.progress import Progress
from groupinf.experiments.run_directory import RunDirectory
from groupinf.numerics.objective import Rows


@dataclass(frozen=True)
class _Task:
    directory: RunDirectory
    number: int
    study: Study
    members: tuple[Rows, ...]
    names: tuple[str, ...]


def compute(prepared: Prepared, directory: RunDirectory, jobs: int, progress: Progress, numbers: Sequence[int]) -> None:
    """Compute and store those of the blocks ``numbers`` that are not stored yet.

    Raises ConvergenceError, naming the group, where a retrain does not converge; blocks done by then are kept.
    """
    blocks = prepared.outline.blocks
    missing = [b for b in numbers if directory.read_block(b) is None]
    if len(missing) < len(numbers):
        progress.note(f"{len(numbers) - len(missing)} of {len(numbers)} blocks are stored already")
    progress.stage("retrain", sum(len(blocks[b]) for b in numbers))
    progress.advance(sum(len(blocks[b]) for b in set(numbers) - set(missing)))
    tasks = (_task(prepared, directory, number) for number in missing)
    try:
        for done in each(_compute_and_store, tasks, min(jobs, max(1, len(missing)))):
            progress.advance(done)
    except ConvergenceError as error:
        raise ConvergenceError(f"{error}. What was computed is kept in {directory.path}") from error


def _task(prepared: Prepared, directory: RunDirectory, number: int) -> _Task:
    groups = prepared.outline.groups
    numbers = prepared.outline.blocks[number]
    return _Task(
        directory=directory,
        number=number,
        study=prepared.study,
        members=tuple(groups.members(g) for g in numbers),
        names=tuple(f"{groups.name[g]} ({groups.kind[g]}, {groups.made_from[g]})" for g in numbers),
    )


def _compute_and_store(task: _Task) -> int:
    block: BlockEffects = compute_block(task.study, task.members, task.names)
    task.directory.write_block(task.number, vars(block))
    return len(task.members)
