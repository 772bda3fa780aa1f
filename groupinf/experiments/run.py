"""A whole run: load, prepare, compute, collect; resumed where it was left."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from groupinf.datasets.dataset import Dataset
from groupinf.errors import DataError
from groupinf.experiments.collect import collect
from groupinf.experiments.compute import compute
from groupinf.experiments.folder.files import json_bytes
from groupinf.experiments.folder.identity import differing_fields, folder_name, identity_hash, identity_of
from groupinf.experiments.folder.kinds import makes_again
from groupinf.experiments.folder.manifest import RunManifest
from groupinf.experiments.folder.notes import notes_on_folder
from groupinf.experiments.folder.outline import Outline
from groupinf.experiments.folder.result import Run
from groupinf.experiments.folder.run_directory import COLLECTED, CROSS_VALIDATION, RunDirectory
from groupinf.experiments.prepare import NOTHING, Given, Prepared, prepare
from groupinf.experiments.workers.memory import reserve_buffers
from groupinf.experiments.workers.processes import require_backend
from groupinf.experiments.workers.progress import Progress
from groupinf.studies.group_effects.checks import load_checked
from groupinf.studies.group_effects.manifest import GroupEffectsManifest
from groupinf.studies.group_effects.rows import ROWS
from groupinf.studies.group_effects.schema import LoadedStudy as LoadedConfig

TIMINGS = "timings.json"
STAGES = ("prepare", "compute", "collect")


def run_name(loaded: LoadedConfig, dataset: Dataset) -> str:
    """``<name>-<hash>``, the folder of the run."""
    return f"{folder_name(loaded.config.name)}-{identity_hash(identity_of(loaded, dataset))}"


@dataclass(frozen=True)
class Opened:
    """A configured study with its data, its identity and its folder; nothing has been computed yet."""

    loaded: LoadedConfig
    dataset: Dataset
    identity: Mapping[str, Any]
    directory: RunDirectory


def open_run(
    loaded: LoadedConfig, dataset: Dataset, path: Path, fresh: bool, given: Mapping[str, Any] | None = None
) -> Opened:
    """The run in the folder ``path``; ``fresh`` empties it. Raises DataError where it holds another run.

    ``given`` is what else decides its numbers, for its identity: where groups come from that it does not draw.
    """
    identity, directory = {**identity_of(loaded, dataset), **(given or {})}, RunDirectory(path)
    if fresh:
        directory.clear()
    _refuse_other(directory, identity)
    return Opened(loaded, dataset, identity, directory)


def prepare_run(opened: Opened, jobs: int, progress: Progress, given: Given = NOTHING) -> Prepared:
    """Everything that is done once, from what is stored where it is stored; tells what the user should know of it."""
    opened.directory.require_writable()
    for note in notes_on_folder(opened.directory, opened.loaded.config.name, opened.dataset, opened.identity):
        progress.note(note)
    prepared = prepare(opened.loaded, opened.dataset, opened.identity, opened.directory, jobs, progress, given)
    _tell(prepared.outline, progress)
    return prepared


def execute(
    loaded: LoadedConfig, out: Path, jobs: int, fresh: bool, progress: Progress, scheduler: str | None = None
) -> Run:
    """Run what is not done yet in ``out``/<name>-<hash> and return the collected run.

    Blocks are computed by ``jobs`` processes, or on the Dask cluster whose address is ``scheduler``.
    Raises ConfigError and DataError before anything runs, ConvergenceError and RunError afterwards.
    """
    require_backend(scheduler)
    progress.stage("data")
    dataset = load_checked(loaded)
    opened = open_run(loaded, dataset, out / run_name(loaded, dataset), fresh)
    directory = opened.directory
    if finished(directory):
        progress.note(f"{directory.path}: finished already, only its report is written again; --fresh starts over")
        return load_run(directory.path)
    began = time.perf_counter()
    prepared = prepare_run(opened, jobs, progress)
    del dataset, opened  # the study holds what is needed of them
    complete(prepared, began, directory, jobs, progress, scheduler)
    return load_run(directory.path)


def complete(
    prepared: Prepared,
    began: float,
    directory: RunDirectory,
    jobs: int,
    progress: Progress,
    scheduler: str | None = None,
) -> None:
    """Compute and collect what has been prepared since ``began``, and store how long each stage took.

    ``began`` is a reading of time.perf_counter; ``scheduler`` is as for ``execute``.
    """
    clock = [began, time.perf_counter()]
    compute(prepared, directory, jobs, progress, range(len(prepared.outline.blocks)), scheduler)
    clock.append(time.perf_counter())
    collect(prepared.outline, directory.path.name, directory, progress)
    clock.append(time.perf_counter())
    write_timings(directory, clock, jobs)


def write_timings(directory: RunDirectory, clock: Sequence[float], jobs: int) -> None:
    """Store the seconds of each stage; ``clock`` holds the readings of time.perf_counter at its start and all ends."""
    seconds = {stage: round(b - a, 3) for stage, (a, b) in zip(STAGES, pairwise(clock), strict=True)}
    directory.write(TIMINGS, json_bytes({"seconds": seconds, "jobs": jobs}))


def _tell(outline: Outline, progress: Progress) -> None:
    """What the user should know of the groups before they are retrained."""
    for note in outline.manifest.notes:
        progress.note(note)
    groups = outline.groups
    for skipped in outline.manifest.skipped:
        progress.note(f"group {skipped.name} ({groups.made_from[skipped.group]}) is skipped: it {skipped.reason}")


def load_run(path: Path) -> Run:
    """Read a collected run back; raises DataError where the folder holds none or a file is not what was written."""
    reserve_buffers()
    directory = RunDirectory(path)
    manifest = directory.require_manifest(GroupEffectsManifest)
    if not manifest.collected:
        raise DataError(f"{path}: this run is not finished; {makes_again(path)} finishes it")
    groups, retrains, effects, spearman = (directory.read_table(name, manifest) for name in COLLECTED)
    chosen = directory.read_table(CROSS_VALIDATION, manifest) if manifest.cross_validation is not None else None
    return Run(
        path=path,
        config=_stored_config(directory, manifest),
        manifest=manifest,
        groups=groups,
        effects=effects,
        retrains=retrains,
        spearman=spearman,
        cross_validation=chosen,
        rows=directory.read_table(ROWS, manifest),
    )


def _stored_config(directory: RunDirectory, manifest: RunManifest) -> dict[str, Any]:
    content = directory.read("config.yaml", manifest)
    if content is None:
        raise DataError(
            f"{directory.path / 'config.yaml'}: missing or altered; {makes_again(directory.path)} makes it again"
        )
    stored: dict[str, Any] = yaml.safe_load(content)
    return stored


def finished(directory: RunDirectory) -> bool:
    """Whether everything is computed and collected, and every file is what was written."""
    manifest = directory.whole_manifest(RunManifest)
    if manifest is None or not manifest.collected:
        return False
    files, blocks = directory.block_files(), range(manifest.n_blocks)
    whole = all(directory.read(name, manifest) is not None for name in manifest.files)
    return whole and all(directory.read_block(b, files) is not None for b in blocks)


def _refuse_other(directory: RunDirectory, identity: Mapping[str, Any]) -> None:
    manifest = directory.whole_manifest(RunManifest)
    if manifest is None:
        return
    fields = differing_fields(identity, manifest.identity)
    if fields:
        listed = "; ".join(fields)
        raise DataError(
            f"{directory.path}: holds another run ({listed}); choose another --out, or start over there: groupinf "
            "experiment, prepare and sweep have --fresh for that"
        )
