"""The files that a user's dataset comes from, by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path


def sources_of(files: Iterable[tuple[Path, str]]) -> dict[str, str]:
    """Return name -> sha256 of (path, sha256) pairs; two files of one name are told apart by their whole paths."""
    listed = list(files)
    times = Counter(path.name for path, _ in listed)
    return {path.name if times[path.name] == 1 else str(path): sha256 for path, sha256 in listed}
