"""The kinds of data that a configuration may ask for, a line for each, and the one way to load any of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from groupinf.config.section import Section
from groupinf.datasets.config_error import DatasetConfigError
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.kind import DatasetKind
from groupinf.datasets.known.by_name import BY_NAME
from groupinf.datasets.own.csv import CSV
from groupinf.datasets.own.libsvm import LIBSVM
from groupinf.datasets.own.npz import NPZ
from groupinf.datasets.own.parquet import PARQUET
from groupinf.registry import Registry

DATASET_KINDS: Registry[DatasetKind[Any]] = Registry("kind of data", (BY_NAME, NPZ, CSV, PARQUET, LIBSVM))


def kind_of(config: Section) -> DatasetKind[Any]:
    """Return the kind of data that a section ``dataset`` asks for."""
    return {kind.options: kind for kind in DATASET_KINDS.values()}[type(config)]


def load_dataset(config: Section, base: Path, seed: int) -> Dataset:
    """Return the dataset that a section ``dataset`` asks for.

    Relative paths start from ``base``, ``~`` is the user's home. ``seed`` decides the split where the data do not come
    with one. Raises DataError where the data are absent or not usable, naming the file and the place in it, and
    DatasetConfigError where a key of the configuration causes or can mend that.
    """
    kind = kind_of(config)
    files = [_user_file(text, base, key) for key, text in named_files(config).items()]
    return kind.load(config, files, seed)


def declared_bytes(config: Section, base: Path) -> int:
    """Return how many bytes of memory data take at least, by what their files declare; 0 where that is not known."""
    declared = kind_of(config).declared_bytes
    if declared is None:
        return 0
    return declared(config, [base / Path(text).expanduser() for text in named_files(config).values()])


def named_files(config: Section) -> dict[str, str]:
    """Return the files that a section ``dataset`` names, by key, as they stand there."""
    return {key: text for key in kind_of(config).files if (text := getattr(config, key)) is not None}


def _user_file(text: str, base: Path, key: str) -> Path:
    """The existing file that a configuration's path means; raises DatasetConfigError where there is none."""
    try:
        path = base / Path(text).expanduser()
    except RuntimeError as error:
        raise DatasetConfigError(f"expected a file, found {text!r}: {error}", ("dataset", key)) from error
    if not path.is_file():
        found = "a folder" if path.is_dir() else "nothing"
        raise DatasetConfigError(f"expected a file, found {found} at {path}", ("dataset", key))
    return path
