"""The blocks of a run: each is computed once, by whichever process, and stored whole."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Generic

from groupinf.errors import ConvergenceError
from groupinf.experiments.folder.in_progress import at_work, forget_failure, note_failure
from groupinf.experiments.folder.manifest import RunManifest
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.study import Arrays, Blocks, Prepared, Shared, Task
from groupinf.experiments.workers.processes import as_they_come
from groupinf.experiments.workers.progress import Progress
from groupinf.wording import counted


@dataclass(frozen=True)
class Outcome:
    """A computed block: its arrays, else why there are none."""

    number: int
    arrays: Arrays
    failure: str = ""


@dataclass(frozen=True)
class _Everywhere(Generic[Shared, Task]):
    """What every worker gets: the function that computes a block, and what all blocks share."""

    compute: Callable[[Shared, Task], Arrays]
    shared: Shared


@dataclass(frozen=True)
class _Numbered(Generic[Task]):
    """What a worker gets for one block."""

    number: int
    task: Task


def compute_blocks(
    prepared: Prepared[Any],
    numbers: Sequence[int],
    jobs: int,
    progress: Progress,
    scheduler: str | None = None,
) -> None:
    """Compute and store those of the blocks ``numbers`` that are not stored yet, as they come.

    ``scheduler`` is the address of a Dask cluster that computes them; without it ``jobs`` processes of this machine.
    Raises ConvergenceError where a block cannot be computed; blocks done by then are kept.
    """
    directory, sizes = prepared.directory, prepared.manifest.block_sizes
    files = directory.block_files()
    missing = [b for b in numbers if directory.whole_block(b, files) is None]
    if len(missing) < len(numbers):
        progress.note(f"stored already: {len(numbers) - len(missing)} of {counted(len(numbers), 'block')}")
    if not missing:
        return
    progress.stage(prepared.stage, sum(sizes[b] for b in missing))
    outcomes = outcomes_of(prepared.blocks, prepared.manifest, missing, jobs, scheduler)
    with at_work(directory.path, jobs, missing), closing(outcomes):
        for outcome in outcomes:
            _store(outcome, directory)
            progress.advance(sizes[outcome.number])


def _store(outcome: Outcome, directory: RunDirectory) -> None:
    if outcome.failure:
        note_failure(directory.path, outcome.number, outcome.failure)
        raise ConvergenceError(f"{outcome.failure}. What was computed is kept in {directory.path}")
    directory.write_block(outcome.number, outcome.arrays)
    forget_failure(directory.path, outcome.number)


def outcomes_of(
    blocks: Blocks[Shared, Task],
    manifest: RunManifest,
    numbers: Sequence[int],
    jobs: int,
    scheduler: str | None = None,
) -> Generator[Outcome]:
    """The blocks ``numbers``, at least one, of the run that ``manifest`` tells of, each as soon as it is there.

    Raises RunError where a worker was killed or the cluster at ``scheduler`` is not to be had.
    """
    tasks = (_Numbered(number, blocks.task(manifest.block(number))) for number in numbers)
    everywhere = _Everywhere(blocks.compute, blocks.shared)
    seconds = blocks.seconds * len(numbers) / manifest.n_blocks
    return as_they_come(_outcome, everywhere, tasks, jobs if len(numbers) > 1 else 1, scheduler, seconds)


def _outcome(everywhere: _Everywhere[Shared, Task], numbered: _Numbered[Task]) -> Outcome:
    try:
        return Outcome(numbered.number, everywhere.compute(everywhere.shared, numbered.task))
    except ConvergenceError as error:
        return Outcome(numbered.number, {}, str(error))
