"""Checking a run: files that numbers come from against their checksums, one block in twenty against one made again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groupinf.errors import DataError
from groupinf.experiments.compute import outcomes_of
from groupinf.experiments.driver import kind_in
from groupinf.experiments.folder.files import npz_bytes
from groupinf.experiments.folder.identity import differing_fields
from groupinf.experiments.folder.kinds import SWEEP, holds_more, makes_again
from groupinf.experiments.folder.manifest import RunManifest
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.folder.store import require_prepared
from groupinf.experiments.folder.stored_manifest import AlteredManifestError
from groupinf.experiments.folder.sweep_folder import runs_of
from groupinf.experiments.study import Studies, StudyKind
from groupinf.experiments.workers.progress import Progress
from groupinf.wording import counted

# one block in so many is made again
ONE_IN = 20


@dataclass(frozen=True)
class Verified:
    """What was looked at, and a line for each file or block that is not what it should be.

    ``unfinished`` says what a run lacks that is not finished.
    """

    path: Path
    files: int
    blocks: int
    recomputed: tuple[int, ...]
    problems: tuple[str, ...]
    note: str = ""
    unfinished: str = ""


def verify_run(studies: Studies, path: Path, jobs: int, progress: Progress) -> Verified:
    """Check the run in ``path``; blocks are made again where all files are what they should be.

    Raises DataError where it is no run, and naming the field where the configuration or the data that it names have
    changed since.
    """
    directory = RunDirectory(path)
    try:
        manifest = directory.require_manifest(RunManifest)
    except AlteredManifestError as error:
        if not holds_more(directory.manifest_path):  # no run
            raise
        return Verified(path, 0, 0, (), (str(error),))
    progress.stage("checksums")
    stored = sorted(directory.stored_blocks())
    problems = (*_bad_files(directory), *_bad_blocks(directory))
    files, blocks = len(manifest.files), len(stored)
    if problems or manifest.made_from:
        note = "" if problems else f"{manifest.made_from}: its blocks are not made again"
        return Verified(path, files, blocks, (), problems, note, _unfinished(directory))
    again = tuple(stored[::ONE_IN])
    differ = _differing_blocks(kind_in(studies, directory), directory, again, jobs, progress) if again else ()
    return Verified(path, files, blocks, again, tuple(differ), "", _unfinished(directory))


def verify_folder(studies: Studies, path: Path, jobs: int, progress: Progress) -> list[Verified]:
    """``verify_run`` of the run in ``path``, or of each run of the sweep there."""
    try:
        runs = runs_of(path)
    except AlteredManifestError as error:
        if not holds_more(path / SWEEP):  # no sweep
            raise
        return [Verified(path, 0, 0, (), (str(error),))]
    return [verify_run(studies, run, jobs, progress) for run in runs]


def _unfinished(directory: RunDirectory) -> str:
    manifest, stored = directory.require_manifest(RunManifest), directory.stored_blocks()
    if manifest.collected:
        return ""
    left = manifest.n_blocks - sum(number < manifest.n_blocks for number in stored)
    lacks = f"{left} of {counted(manifest.n_blocks, 'block')} and its tables are" if left else "its tables are"
    return f"not finished: {lacks} still to be made; {makes_again(directory.path)} goes on with it"


def _bad_files(directory: RunDirectory) -> Iterator[str]:
    manifest = directory.require_manifest(RunManifest)
    for name, expected in manifest.files.items():
        found = directory.hash_of(name)
        if found != expected:
            fault = "missing" if found is None else "altered: its SHA-256 is another"
            yield f"{directory.path / name}: {fault}; {makes_again(directory.path)} makes it again"


def _bad_blocks(directory: RunDirectory) -> Iterator[str]:
    stored, manifest = directory.block_files(), directory.require_manifest(RunManifest)
    again = f"{makes_again(directory.path)} makes it again"
    for number in range(manifest.n_blocks):
        if number in stored and directory.whole_block(number, stored) is None:
            yield f"{stored[number][-1]}: altered: its SHA-256 is not the one in its name; {again}"
        elif number not in stored and manifest.collected:
            yield f"{directory.path / 'blocks'}: block {number} is missing; {again}"


def _differing_blocks(
    kind: StudyKind[Any, Any], directory: RunDirectory, numbers: tuple[int, ...], jobs: int, progress: Progress
) -> Iterator[str]:
    stored = directory.stored_blocks()
    progress.stage("data")
    manifest = directory.require_manifest(kind.manifest)
    work = kind.again(directory, manifest)
    fields = differing_fields(work.identity, {key: manifest.identity.get(key) for key in work.identity})
    if fields:
        raise DataError(f"{directory.path}: was not made from what is found now ({'; '.join(fields)})")
    blocks = work.restore(require_prepared(directory, manifest), manifest)
    progress.stage("recompute", len(numbers))
    for outcome in outcomes_of(blocks, manifest, numbers, jobs):
        progress.advance(1)
        what = f"{directory.path / 'blocks'}: block {outcome.number}"
        if outcome.failure:
            yield f"{what} cannot be made again: {outcome.failure}"
        elif npz_bytes(outcome.arrays) != stored[outcome.number].read_bytes():
            yield f"{what} differs from the same block made again"


def verified_text(result: Verified) -> str:
    """What was found right."""
    right = f"{counted(result.files, 'file')} and {counted(result.blocks, 'block')} as they were written"
    again = result.note or f"{len(result.recomputed):,} of them made again: the same bytes"
    return f"{result.path}: {'; '.join(filter(None, [right, again, result.unfinished]))}"
