"""Source files that the user already has, into the data home."""

from __future__ import annotations

import filecmp
from collections.abc import Callable, Iterable
from pathlib import Path

from groupinf.datasets.facts import DatasetFacts, SourceFile
from groupinf.datasets.files.download import NotReceivedError
from groupinf.datasets.files.fetch import in_the_way, verified_words
from groupinf.datasets.files.integrity import fault_of, has_hash, state_of
from groupinf.datasets.files.into_place import copy_in
from groupinf.errors import DataError
from groupinf.wording import listed


def import_files(
    facts: DatasetFacts, paths: Iterable[Path], home: Path, force: bool, say: Callable[[str], None]
) -> None:
    """Copy files that the user has to their places in the data home, ``say`` what became of each.

    A path is a file, which is known by its sha256 or else by its name, or a folder, in which (or below which) files
    are known by their names. ``force``: a file on disk that is not the one that is meant, or cannot be verified, is
    replaced.
    Raises DataError where a file is none of the dataset's, or another one is in its place and ``force`` is not given,
    and RunError where the data home cannot be written.
    """
    if not facts.files:
        raise DataError(f"{facts.name} {facts.without_files}: it has no files to import")
    matches = [match for path in paths for match in _matches(facts, path)]
    for source, file in matches:
        say(f"{source.path}: {_import(source, file, home, force)}")


def _import(source: SourceFile, path: Path, home: Path, force: bool) -> str:
    state = state_of(home, source)
    if state.status == "right" or (state.status == "unknown" and filecmp.cmp(path, state.path, shallow=False)):
        return f"already there, {verified_words(source)}"
    if state.status == "unreadable":
        raise DataError(f"{state.path}: {state.fault}")
    if state.status != "missing" and not force:
        raise DataError(f"{in_the_way(state)}: --force replaces it")
    try:
        size = copy_in(path, source, state.path)
    except NotReceivedError as error:
        raise DataError(f"{path}: {error}. It was not imported") from error
    return f"{size:,} bytes from {path}, {verified_words(source)}"


def _matches(facts: DatasetFacts, path: Path) -> list[tuple[SourceFile, Path]]:
    """The files of a dataset that a path stands for."""
    if path.is_dir():
        found = [(source, file) for source in facts.files if (file := _below(path, source)) is not None]
        if not found:
            raise DataError(f"{path}: expected a folder that holds {_names(facts)}, found none of them in it")
        return found
    if not path.is_file():
        raise DataError(f"{path}: expected a file or a folder, found none")
    named = [source for source in facts.files if Path(source.path).name == path.name]
    hashed = [source for source in facts.files if has_hash(source) and not fault_of(path, source)]
    if not (named or hashed):
        raise DataError(f"{path}: expected {_names(facts)}, found a file of another name and another sha256")
    return [((hashed or named)[0], path)]


def _below(folder: Path, source: SourceFile) -> Path | None:
    """The file of a source in a folder: where the data home has it, else the first of its name that is right."""
    if (folder / source.path).is_file():
        return folder / source.path
    named = sorted(path for path in folder.rglob(Path(source.path).name) if path.is_file())
    right = [path for path in named if not fault_of(path, source)]
    return next(iter(right or named), None)


def _names(facts: DatasetFacts) -> str:
    return listed((Path(source.path).name for source in facts.files), "or")
