"""Whether a source file on disk is the one that is meant, as a value rather than as an error."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from groupinf.datasets.facts import DatasetFacts, SourceFile
from groupinf.datasets.files.data_home import (
    MissingFileError,
    SourceFileError,
    UnreadableFileError,
    find_source,
    is_web_page,
    read_zip_member,
    verified_file,
)
from groupinf.datasets.files.tar_texts import read_tar

# missing: no such file; unknown: there, but no sha256 is known that it could be held against;
# unreadable: a folder is in its place, or a folder on the way cannot be looked into
Status = Literal["missing", "right", "unknown", "wrong", "unreadable"]
OnDisk = Literal["bundled", "made", "present", "in part", "no", "unreadable"]

HEAD = 512  # bytes that tell a web page or the kind of a file
KINDS = {
    ".npz": (b"PK", "an .npz archive"),
    ".zip": (b"PK", "a zip archive"),
    ".gz": (b"\x1f\x8b", "a gzip file"),
    ".db": (b"SQLite format 3\0", "an SQLite database"),
}


@dataclass(frozen=True)
class FileState:
    """A source file below a data home; ``fault`` says in words what is wrong with it."""

    source: SourceFile
    path: Path
    status: Status
    fault: str = ""


def files_of(datasets: Iterable[DatasetFacts]) -> tuple[SourceFile, ...]:
    """Return the files of these datasets in order, those that they share once."""
    return tuple({source.path: source for facts in datasets for source in facts.files}.values())


def on_disk(facts: DatasetFacts, home: Path) -> OnDisk:
    """Return how much of a dataset is below the data home; only names are looked at, nothing is verified."""
    if not facts.files:
        return "made" if facts.made else "bundled"
    try:
        present = [_is_present(home, source) for source in facts.files]
    except UnreadableFileError:
        return "unreadable"
    return "present" if all(present) else "in part" if any(present) else "no"


def _is_present(home: Path, source: SourceFile) -> bool:
    try:
        find_source(home, source)
    except MissingFileError:
        return False
    return True


def state_of(home: Path, source: SourceFile) -> FileState:
    """Return whether a source file is below the data home and is the one that is meant."""
    path = home / source.path
    try:
        find_source(home, source)
    except MissingFileError as error:
        return FileState(source, path, "missing", error.reason)
    except UnreadableFileError as error:
        return FileState(source, path, "unreadable", error.reason)
    if fault := fault_of(path, source):
        return FileState(source, path, "wrong", fault)
    return FileState(source, path, "right" if has_hash(source) else "unknown")


def remedy(state: FileState, dataset: str) -> str:
    """Return what to do about a file of this dataset that is missing or wrong; a fault of another kind says it."""
    source, force = state.source, " --force" if state.status == "wrong" else ""
    if state.status not in ("missing", "wrong"):
        return ""
    copy = f"`groupinf data import{force} {dataset} {shlex.quote(Path(source.path).name)}`"
    if not source.urls:
        return f"Get it from {source.origin}, then {copy}"
    does = "replaces" if force else "downloads"
    return f"`groupinf data fetch{force} {dataset}` {does} it; {copy} takes a copy that you have"


def has_hash(source: SourceFile) -> bool:
    """Return whether anything is known that a file can be verified by."""
    return bool(source.sha256 or source.members or source.listing_sha256)


def fault_of(path: Path, source: SourceFile) -> str:
    """Return in words what makes a file, of whatever name, another than the source; empty where nothing does.

    What is verified is what the loader verifies: members of a zip, the listing of a tar.gz, else the whole file.
    Where no sha256 is known, only an empty file, a web page and a file of another kind are found out.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD)
    except OSError as error:
        return f"expected a readable file, found: {error.strerror}"
    if not head:
        return "expected a file, found an empty one"
    if is_web_page(head):
        return f"expected the file {Path(source.path).name}, found a web page (HTML), perhaps of a login or an error"
    magic, kind = KINDS.get(Path(source.path).suffix, (b"", ""))
    if not has_hash(source):
        return "" if head.startswith(magic) else f"expected {kind}, found a file that begins with {head[:8]!r}"
    return _fault_of_content(path, source)


def _fault_of_content(path: Path, source: SourceFile) -> str:
    try:
        if source.members:
            for member in source.members:
                read_zip_member(path, source, member)
        elif source.listing_sha256 is not None:
            read_tar(path, source)
        else:
            verified_file(path.parent, replace(source, path=path.name))
    except SourceFileError as error:
        return error.reason
    return ""
