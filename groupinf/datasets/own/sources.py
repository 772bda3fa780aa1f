"""The files that a user's dataset comes from, by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path


def sources_of(files: Iterable[tuple[Path, str]]) -> dict[str, str]:
    """Return name -> sha256 of (path, sha256) pairs; two files of one name are told apart by their whole paths."""
    listed = list(files)
    return dict(zip(names_of([path for path, _ in listed]), (sha256 for _, sha256 in listed), strict=True))


def names_of(paths: Sequence[Path]) -> list[str]:
    """Return what the files are called, as in :func:`sources_of`."""
    times = Counter(path.name for path in paths)
    return [path.name if times[path.name] == 1 else str(path) for path in paths]
