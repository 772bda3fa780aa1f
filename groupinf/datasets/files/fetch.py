"""Source files into the data home, from a mirror or from their URLs, and whether they are right there."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

from groupinf.datasets.facts import DatasetFacts, SourceFile
from groupinf.datasets.files.download import NotReceivedError, Patience, Transfer
from groupinf.datasets.files.integrity import FileState, files_of, has_hash, remedy, state_of
from groupinf.datasets.files.into_place import copy_in, download_in
from groupinf.errors import DataError, RunError

Place = Path | str  # a file, or a URL


class NotFetchedError(RunError):
    """One file could not be had: the others may still be."""


@dataclass(frozen=True)
class Request:
    """How to fetch: ``mirror`` is a folder or a base URL with the data home's relative paths and is tried first.

    ``force``: a file on disk that is not the one that is meant, or cannot be verified, is replaced by a right one.
    """

    home: Path
    mirror: Place | None = None
    force: bool = False
    patience: Patience = field(default_factory=Patience)


def mirror_of(text: str) -> Place:
    """Return the folder or the base URL that the user means.

    Raises DataError where it is neither an http(s) URL nor an existing folder.
    """
    if urlsplit(text).scheme in ("http", "https"):
        return text.rstrip("/")
    folder = Path(text).expanduser()
    if not folder.is_dir():
        raise DataError(f"--mirror: expected a folder or a URL that begins with http:// or https://, found {text!r}")
    return folder


def fetch(datasets: Iterable[DatasetFacts], request: Request, transfer: Transfer, say: Callable[[str], None]) -> None:
    """Fetch all files of these datasets, ``say`` what became of each.

    Raises RunError where some file could not be had, after the others were tried, or the data home cannot be written.
    """
    failures = []
    lost: set[str] = set()
    for facts in datasets:
        if not facts.files:
            say(f"{facts.name}: {facts.without_files}, there is nothing to fetch")
        for source in facts.files:
            try:
                say(f"{source.path}: {fetch_file(source, facts.name, request, transfer, lost)}")
            except NotFetchedError as error:
                failures.append(str(error))
    if failures:
        raise RunError("\n".join(dict.fromkeys(failures)))


def fetch_file(source: SourceFile, dataset: str, request: Request, transfer: Transfer, lost: set[str]) -> str:
    """Fetch one file of a dataset unless it is there; return in words what was done.

    A file comes to its place only after it is verified. ``lost`` are hosts whose names were not found: they are not
    asked again, and those that are not found now are added.
    Raises NotFetchedError, with everything that was tried, where it could not be had, and RunError where the data home
    cannot be written.
    """
    state = state_of(request.home, source)
    if state.status == "right" or (state.status == "unknown" and not request.force):
        return f"already there, {verified_words(source)}"
    if state.status == "unreadable":
        raise NotFetchedError(f"{state.path}: {state.fault}")
    if state.status == "wrong" and not request.force:
        raise NotFetchedError(f"{in_the_way(state)}. {remedy(state, dataset)}")
    tried = []
    for place in places_of(source, request.mirror):
        try:
            size = _receive(place, source, state.path, request, transfer, lost)
        except NotReceivedError as error:
            tried.append(f"\n  {place}: {error}")
        else:
            return f"{size:,} bytes from {place}, {verified_words(source)}"
    raise NotFetchedError(f"{source.path}: {_not_fetched(source, dataset, tried)}")


def _receive(
    place: Place, source: SourceFile, target: Path, request: Request, transfer: Transfer, lost: set[str]
) -> int:
    """Copy or download to the target; return the size in bytes."""
    if isinstance(place, Path):
        return copy_in(place, source, target)
    host = urlsplit(place).netloc
    if host in lost:
        raise NotReceivedError(f"not asked again, as {host} was not found before")
    try:
        return download_in(place, source, target, transfer, request.patience)
    except NotReceivedError as error:
        if error.no_such_host:
            lost.add(host)
        raise


def places_of(source: SourceFile, mirror: Place | None) -> tuple[Place, ...]:
    """Return where a file may be had, in the order to try."""
    if mirror is None:
        return source.urls
    first = mirror / source.path if isinstance(mirror, Path) else f"{mirror}/{quote(source.path)}"
    return (first, *source.urls)


def verified_words(source: SourceFile) -> str:
    """Return whether a file that is in place has been verified."""
    return "verified" if has_hash(source) else "not verified: its sha256 is not known"


def verify(datasets: Iterable[DatasetFacts], home: Path) -> tuple[FileState, ...]:
    """Return the state of every file of these datasets below the data home."""
    return tuple(state_of(home, source) for source in files_of(datasets))


def in_the_way(state: FileState) -> str:
    """Return what keeps a file from being written."""
    what = f"another file is there: {state.fault}" if state.fault else "a file is there that cannot be verified"
    return f"{state.path}: {what}. It was left as it is"


def _not_fetched(source: SourceFile, dataset: str, tried: list[str]) -> str:
    file = shlex.quote(Path(source.path).name)
    if source.urls:
        get = "Look at what was tried, or get the file elsewhere (on a machine with a network, say)"
    else:
        get = f"Get it from {source.origin}"
    then = f"{get}, then `groupinf data import {dataset} {file}`, or give a folder or URL that has it as --mirror"
    if not tried:
        return f"is not offered for download. {then}"
    return f"could not be fetched; what is on disk was left as it is. Tried:{''.join(tried)}\n  {then}"
