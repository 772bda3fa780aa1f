"""The blocks of a run: each is computed once, by whichever process, and stored whole."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groupinf.effects.block import compute_block
from groupinf.effects.study import Study
from groupinf.errors import ConvergenceError
from groupinf.experiments.folder.in_progress import at_work, forget_failure, note_failure
from groupinf.experiments.folder.outline import Outline
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.prepare import Prepared
from groupinf.experiments.workers.processes import Shared, as_they_come
from groupinf.experiments.workers.progress import Progress
from groupinf.numerics.objective import Rows
from groupinf.studies.group_effects.block import block_to_store
from groupinf.wording import counted


@dataclass(frozen=True)
class Task:
    """A block as workers get it: its number, the rows of its groups, and what errors call the groups."""

    number: int
    members: tuple[Rows, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """A computed block: its arrays, else why there are none."""

    number: int
    arrays: Mapping[str, NDArray[Any]]
    failure: str = ""


def compute(
    prepared: Prepared,
    directory: RunDirectory,
    jobs: int,
    progress: Progress,
    numbers: Sequence[int],
    scheduler: str | None = None,
) -> None:
    """Compute and store those of the blocks ``numbers`` that are not stored yet, each as soon as it is there.

    ``scheduler`` is the address of a Dask cluster that computes them; without it ``jobs`` processes of this machine.
    Raises ConvergenceError, naming the group, where a retrain does not converge; blocks done by then are kept.
    """
    blocks = prepared.outline.blocks
    files = directory.block_files()
    missing = [b for b in numbers if directory.read_block(b, files) is None]
    if len(missing) < len(numbers):
        progress.note(f"stored already: {len(numbers) - len(missing)} of {counted(len(numbers), 'block')}")
    if not missing:
        return
    progress.stage("retrain", sum(len(blocks[b]) for b in missing))
    outcomes = outcomes_of(compute_task, prepared.study, prepared.outline, missing, jobs, scheduler)
    with at_work(directory.path, jobs, missing), closing(outcomes):
        for outcome in outcomes:
            _store(outcome, directory)
            progress.advance(len(blocks[outcome.number]))


def _store(outcome: Outcome, directory: RunDirectory) -> None:
    if outcome.failure:
        note_failure(directory.path, outcome.number, outcome.failure)
        raise ConvergenceError(f"{outcome.failure}. What was computed is kept in {directory.path}")
    directory.write_block(outcome.number, outcome.arrays)
    forget_failure(directory.path, outcome.number)


def outcomes_of(
    function: Callable[[Shared, Task], Outcome],
    shared: Shared,
    outline: Outline,
    numbers: Sequence[int],
    jobs: int,
    scheduler: str | None = None,
) -> Generator[Outcome]:
    """``function(shared, task)`` of the blocks ``numbers``, at least one, each as soon as it is there.

    Raises RunError where a worker was killed or the cluster at ``scheduler`` is not to be had.
    """
    tasks = (_task_of(outline, number) for number in numbers)
    return as_they_come(function, shared, tasks, min(jobs, len(numbers)), scheduler)


def _task_of(outline: Outline, number: int) -> Task:
    """What is needed, besides the study, to compute a block."""
    groups, numbers = outline.groups, outline.blocks[number]
    return Task(
        number=number,
        members=tuple(groups.members(g) for g in numbers),
        names=tuple(f"{groups.name[g]} ({groups.kind[g]}, {groups.made_from[g]})" for g in numbers),
    )


def compute_task(study: Study, task: Task) -> Outcome:
    """Compute a block."""
    try:
        block = compute_block(study, task.members, task.names)
        theta = np.ascontiguousarray(study.fitted.objective.in_full(block.theta.T).T)
        return Outcome(task.number, block_to_store(block, theta).arrays())
    except ConvergenceError as error:
        return Outcome(task.number, {}, str(error))
