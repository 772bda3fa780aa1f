"""The blocks of a run: each is computed once, by whichever process, and stored whole."""

from __future__ import annotations

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


def compute(prepared: Prepared, directory: RunDirectory, jobs: int, progress: Progress) -> None:
    """Compute and store every block that is not stored yet.

    Raises ConvergenceError, naming the group, where a retrain does not converge; blocks done by then are kept.
    """
    missing = [b for b in range(len(prepared.blocks)) if directory.read_block(b) is None]
    if len(missing) < len(prepared.blocks):
        progress.note(f"{len(prepared.blocks) - len(missing)} of {len(prepared.blocks)} blocks are stored already")
    progress.stage("retrain", sum(len(group_numbers) for group_numbers in prepared.blocks))
    progress.advance(sum(len(groups) for b, groups in enumerate(prepared.blocks) if b not in set(missing)))
    tasks = (_task(prepared, directory, number) for number in missing)
    try:
        for done in each(_compute_and_store, tasks, min(jobs, max(1, len(missing)))):
            progress.advance(done)
    except ConvergenceError as error:
        raise ConvergenceError(f"{error}. What was computed is kept in {directory.path}") from error


def _task(prepared: Prepared, directory: RunDirectory, number: int) -> _Task:
    groups = prepared.groups
    numbers = prepared.blocks[number]
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
