"""Folders that are made for a file, and taken away again where the file could not be written."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path


def make_folder(folder: Path) -> list[Path]:
    """Make a folder and those above it; return those that were not there, the deepest first.

    Raises OSError where the disk refuses.
    """
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return made


def remove_empty(folders: Iterable[Path]) -> None:
    """Remove these folders as far as they are there and empty."""
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.rmdir()
