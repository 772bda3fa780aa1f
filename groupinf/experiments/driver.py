"""A run from its folder to its tables: open, prepare, compute, collect, each in one place.

A whole run, a shard of one, a step of a sweep and an evaluation go through the same four; what they do differently is
in the Work that is handed over.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Generic

from groupinf.errors import DataError
from groupinf.experiments.compute import compute_blocks
from groupinf.experiments.folder.files import json_bytes
from groupinf.experiments.folder.identity import differing_fields, folder_name, identity_hash
from groupinf.experiments.folder.in_progress import remove_markers
from groupinf.experiments.folder.kinds import makes_again
from groupinf.experiments.folder.manifest import RunManifest
from groupinf.experiments.folder.notes import notes_on_folder
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.folder.store import require_prepared, restate, store_prepared
from groupinf.experiments.folder.stored_blocks import StoredBlocks
from groupinf.experiments.folder.stored_manifest import REGISTERS_IT
from groupinf.experiments.study import Own, Prepared, Result, Stored, Studies, StudyKind, Work
from groupinf.experiments.workers.libraries import load_libraries, reserve_buffers
from groupinf.experiments.workers.processes import require_backend
from groupinf.experiments.workers.progress import Progress

TIMINGS = "timings.json"
STAGES = ("prepare", "compute", "collect")


@dataclass(frozen=True)
class Opened(Generic[Own]):
    """Work and its folder; nothing has been computed yet."""

    work: Work[Own]
    directory: RunDirectory


def run_name(work: Work[Any]) -> str:
    """``<name>-<hash>``, the folder of the run."""
    return f"{folder_name(work.name)}-{identity_hash(work.identity)}"


def open_run(work: Work[Own], path: Path, fresh: bool = False) -> Opened[Own]:
    """The run in the folder ``path``; ``fresh`` empties it.

    Raises DataError where it holds another run, OtherFormatError where another version made it.
    """
    directory = RunDirectory(path)
    if fresh:
        directory.clear()
    stored = directory.whole_manifest(RunManifest)
    fields = [] if stored is None else differing_fields(work.identity, stored.identity)
    if fields:
        raise DataError(
            f"{path}: holds another run ({'; '.join(fields)}); choose another --out, or start over there: groupinf "
            "experiment, prepare and sweep have --fresh for that"
        )
    return Opened(work, directory)


def prepare_run(opened: Opened[Own], jobs: int, progress: Progress) -> Prepared[Own]:
    """Everything that is done once, read back where it is stored whole; tells what the user should know of it."""
    work, directory = opened.work, opened.directory
    with directory.made_writable():
        for note in notes_on_folder(directory, work):
            progress.note(note)
        stored = directory.whole_manifest(work.manifest)
        files = None if stored is None else directory.read_prepared(stored)
        if stored is not None and files is not None:
            manifest, blocks = stored, work.restore(files, stored)
        else:
            made = work.make(jobs, progress)
            manifest, blocks = store_prepared(directory, made.files, made.manifest, made.may_differ), made.blocks
    for note in (*manifest.notes, *blocks.notes):
        progress.note(note)
    return Prepared(blocks, work.stage, directory, manifest)


def collect_run(kind: StudyKind[Own, Any], directory: RunDirectory, progress: Progress) -> Own:
    """Join the blocks, from what the folder holds alone, and write the tables; the manifest, marked as collected.

    Raises DataError where the run was not prepared whole, or naming the blocks that are missing.
    """
    progress.stage("collect")
    manifest = directory.require_manifest(kind.manifest)
    files = require_prepared(directory, manifest)
    collected = kind.collect(Stored(directory, files, manifest), StoredBlocks(directory, manifest.n_blocks))
    written = {name: directory.write(name, content) for name, content in collected.tables.items()}
    remove_markers(directory.path)
    done = replace(collected.manifest, tables=written, collected=True)
    directory.write_manifest(done)
    return done


def finished(directory: RunDirectory) -> bool:
    """Whether everything is computed and collected, and every file is what was written."""
    manifest = directory.whole_manifest(RunManifest)
    if manifest is None or not manifest.collected:
        return False
    files = directory.block_files()
    whole = all(directory.hash_of(name) == expected for name, expected in manifest.files.items())
    return whole and all(directory.whole_block(b, files) is not None for b in range(manifest.n_blocks))


def kind_in(studies: Studies, directory: RunDirectory) -> StudyKind[Any, Any]:
    """The kind of study of the run in a folder; raises DataError where there is none, or it is not known here."""
    name = directory.require_manifest(RunManifest).study
    if name not in studies:
        found = f"expected a run of one of {', '.join(studies)}, found one of {name}"
        raise DataError(f"{directory.path}: {found}; {REGISTERS_IT}")
    return studies[name]


def open_study(kind: StudyKind[Own, Any], loaded: Any, out: Path, fresh: bool, progress: Progress) -> Opened[Own]:
    """The run in ``out``/<name>-<hash> of a loaded configuration, whose data are loaded and checked.

    Raises ConfigError and DataError where they cannot be used.
    """
    progress.stage("data")
    work = kind.work(loaded)
    return open_run(work, out / run_name(work), fresh)


def execute_study(
    kind: StudyKind[Own, Result],
    loaded: Any,
    out: Path,
    jobs: int,
    fresh: bool,
    progress: Progress,
    scheduler: str | None = None,
) -> Result:
    """Run what is not done yet in ``out``/<name>-<hash> and return the collected run.

    Blocks are computed by ``jobs`` processes, or on the Dask cluster whose address is ``scheduler``.
    Raises ConfigError and DataError before anything runs, ConvergenceError and RunError afterwards.
    """
    require_backend(scheduler)
    return execute(kind, lambda: open_study(kind, loaded, out, fresh, progress), jobs, progress, scheduler)


def execute(
    kind: StudyKind[Own, Result],
    opened: Callable[[], Opened[Own]],
    jobs: int,
    progress: Progress,
    scheduler: str | None = None,
    done: str = "finished already, only its report is written again; --fresh starts over",
) -> Result:
    """What is not done yet of a run, by ``jobs`` processes or on the Dask cluster at ``scheduler``; the run.

    ``opened`` opens it, so that nobody holds on to its data while its blocks are computed, which need only what
    prepare makes of them. ``done`` is told of a run that is finished.
    """
    run = opened()
    directory = run.directory
    if finished(directory):
        progress.note(f"{directory.path}: {done}")
        manifest = directory.require_manifest(kind.manifest)
        restate(directory, kind.restated(run.work), manifest, kind.noted(run.work, manifest))
        return load_run(kind, directory.path)
    began = time.perf_counter()
    prepared = prepare_run(run, jobs, progress)
    del run
    complete(kind, prepared, began, jobs, progress, scheduler)
    return load_run(kind, directory.path)


def complete(
    kind: StudyKind[Own, Any],
    prepared: Prepared[Own],
    began: float,
    jobs: int,
    progress: Progress,
    scheduler: str | None = None,
) -> None:
    """Compute and collect what has been prepared since ``began``, and store how long each stage took.

    ``began`` is a reading of time.perf_counter; ``scheduler`` is as for ``execute``.
    """
    clock = [began, time.perf_counter()]
    compute_blocks(prepared, range(prepared.manifest.n_blocks), jobs, progress, scheduler)
    clock.append(time.perf_counter())
    collect_run(kind, prepared.directory, progress)
    clock.append(time.perf_counter())
    seconds = {stage: round(b - a, 3) for stage, (a, b) in zip(STAGES, pairwise(clock), strict=True)}
    prepared.directory.write(TIMINGS, json_bytes({"seconds": seconds, "jobs": jobs}))


def load_run(kind: StudyKind[Own, Result], path: Path) -> Result:
    """Read a collected run back.

    Raises DataError where the folder holds none of this kind of study, or a file is not what was written.
    """
    load_libraries()
    reserve_buffers()
    directory = RunDirectory(path)
    found = directory.require_manifest(RunManifest).study
    if found != kind.name:
        raise DataError(f"{path}: expected a run of the study {kind.name}, found one of {found}")
    manifest = directory.require_manifest(kind.manifest)
    if not manifest.collected:
        raise DataError(f"{path}: this run is not finished; {makes_again(path)} finishes it")
    return kind.result(directory, manifest)
