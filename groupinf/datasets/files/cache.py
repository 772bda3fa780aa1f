"""The cache of loaded datasets: one copy of each, used only while the files that it was made from are the same."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import sys
import time
from collections.abc import Mapping
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

from groupinf.datasets.dataset import Dataset
from groupinf.datasets.facts import DatasetFacts, Loader
from groupinf.datasets.files.cache_entry import FORMAT, read_entry, remove_abandoned, remove_entry, write_entry
from groupinf.datasets.files.data_home import find_source, sha256_of, user_cache_of
from groupinf.datasets.files.new_folders import make_folder, remove_empty

OFF = "off"
KEY_DIGITS = 16  # of a sha256: 64 bits, for the few copies of one dataset
KEY = re.compile(f"[0-9a-f]{{{KEY_DIGITS}}}")
ABANDONED_SECONDS = 3_600  # a temporary file of that age is what a killed process has left

MadeFrom = Mapping[str, Any]

log = logging.getLogger(__name__)


def cache_home() -> Path | None:
    """Return the folder of loaded datasets: $GROUPINF_CACHE, else ``groupinf/processed`` in the user's cache folder."""
    return cache_home_of(os.environ, sys.platform, Path.home())


def cache_home_of(environ: Mapping[str, str], platform: str, user_home: Path) -> Path | None:
    """Return the cache of a user, None for ``off``; an empty variable counts as unset."""
    chosen = environ.get("GROUPINF_CACHE")
    if chosen == OFF:
        return None
    return Path(chosen).expanduser() if chosen else user_cache_of(environ, platform, user_home) / "groupinf/processed"


def load_through_cache(facts: DatasetFacts, load: Loader, home: Path, seed: int, cache: Path) -> Dataset:
    """Return what ``load`` yields: from the cache where it has that, else from the files, and then it is stored.

    The files are found and hashed first, so that a copy never stands in for files that are absent or have changed.
    A copy that is damaged is made anew; a new copy replaces the dataset's others. Where the cache cannot be written, a
    warning is logged. ``load`` must not depend on ``seed``.
    Raises DataError as ``load`` does.
    """
    made_from = _made_from(facts, home)
    key = hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()[:KEY_DIGITS]
    entry = cache / facts.name / key
    stored = read_entry(entry, made_from)
    if stored is not None:
        return stored
    dataset = load(home, seed)
    # a file that was replaced while it was read may not be the one that was hashed
    if _made_from(facts, home) == made_from:
        _store(entry, made_from, dataset)
    return dataset


def _made_from(facts: DatasetFacts, home: Path) -> dict[str, Any]:
    """All that decides what is stored: files, loader, libraries, the fields of a dataset, how they are written."""
    return {
        "format": FORMAT,
        "dataset": facts.name,
        "loader_version": facts.loader_version,
        "files": {source.path: sha256_of(find_source(home, source)) for source in facts.files},
        "columns": [*facts.natural_groups],
        "test_columns": [*facts.test_sets],
        "fields": [field.name for field in fields(Dataset)],
        "libraries": {
            "python": f"{sys.version_info.major}.{sys.version_info.minor}",
            **{name: version(name) for name in ("numpy", "scipy", "pandas", "scikit-learn")},
        },
    }


def _store(entry: Path, made_from: MadeFrom, dataset: Dataset) -> None:
    made: list[Path] = []
    try:
        made = make_folder(entry)
        write_entry(entry, made_from, dataset)
    except OSError as error:
        remove_entry(entry)
        remove_empty(made)
        log.warning(
            "%s: loaded, but no copy could be kept in the cache: %s; set GROUPINF_CACHE to another folder, or to off",
            dataset.name,
            error,
        )
        return
    remove_abandoned(entry, before=time.time() - ABANDONED_SECONDS)
    for other in _entries(entry.parent):
        if other != entry:
            remove_entry(other)


def _entries(folder: Path) -> list[Path]:
    """The entries of a dataset; a folder of any other name is somebody else's."""
    try:
        return [path for path in folder.iterdir() if KEY.fullmatch(path.name)]
    except OSError:
        return []
