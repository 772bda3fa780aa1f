"""Names to datasets: what is known of each and how it is loaded, and the one entry point for all kinds of data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from groupinf.config.dataset_schema import CsvDataset, DatasetConfig, NamedDataset, NpzDataset, ParquetDataset
from groupinf.datasets.config_error import DatasetConfigError
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.facts import DatasetFacts, Loader
from groupinf.datasets.files.cache import cache_home, load_through_cache
from groupinf.datasets.files.data_home import data_home
from groupinf.datasets.files.integrity import remedy, state_of
from groupinf.datasets.known import (
    breast_cancer,
    cdr,
    cdr_rebuilt,
    diabetes,
    digits,
    dogfish,
    dogfish_efficientnet,
    enron,
    enron_spacy,
    forest_fires,
    mnist,
    mnist_small,
    multinli,
    nli_workers,
)
from groupinf.datasets.own.libsvm import load_libsvm
from groupinf.datasets.own.npz import load_npz
from groupinf.datasets.own.table.load_table import load_table
from groupinf.errors import DataError
from groupinf.wording import did_you_mean

_MODULES = (
    breast_cancer,
    cdr,
    cdr_rebuilt,
    diabetes,
    digits,
    dogfish,
    dogfish_efficientnet,
    enron,
    enron_spacy,
    forest_fires,
    mnist,
    mnist_small,
    multinli,
    nli_workers,
)

FACTS: Mapping[str, DatasetFacts] = MappingProxyType({m.FACTS.name: m.FACTS for m in _MODULES})
_LOADERS: Mapping[str, Loader] = MappingProxyType({m.FACTS.name: m.load for m in _MODULES})


def dataset_names() -> tuple[str, ...]:
    """Return the names that ``dataset: {name: ...}`` may take, sorted."""
    return tuple(sorted(FACTS))


def facts_of(name: str) -> DatasetFacts:
    """Return what is known of a dataset.

    Raises:
        DataError: there is none of that name.
    """
    if name not in FACTS:
        known = ", ".join(dataset_names())
        raise DataError(f"expected a dataset, one of {known}; found {name!r}{did_you_mean(name, dataset_names())}")
    return FACTS[name]


def load_dataset(config: DatasetConfig, base: Path, seed: int) -> Dataset:
    """Return the dataset that a configuration asks for.

    Relative paths start from ``base``, ``~`` is the user's home. ``seed`` decides the split where the data does not
    come with one.

    Raises:
        DataError: the data is absent or not usable; names the file and the place in it.
        DatasetConfigError: the same, where a key of the configuration causes or can mend it.
    """
    if isinstance(config, NamedDataset):
        return _load_named(config.name, seed)
    if isinstance(config, NpzDataset):
        X_train, X_test = (_optional_file(getattr(config, key), base, key) for key in ("X_train", "X_test"))
        features = None if X_train is None or X_test is None else (X_train, X_test)
        return load_npz(config, user_file(config.npz, base, "npz"), features)
    test_file = _optional_file(config.test_file, base, "test_file")
    if isinstance(config, CsvDataset):
        return load_table(config, user_file(config.csv, base, "csv"), test_file, seed)
    if isinstance(config, ParquetDataset):
        return load_table(config, user_file(config.parquet, base, "parquet"), test_file, seed)
    return load_libsvm(config, user_file(config.libsvm, base, "libsvm"), test_file, seed)


def user_file(text: str, base: Path, key: str) -> Path:
    """Return the existing file that a configuration's path means.

    Raises:
        DatasetConfigError: there is no file there.
    """
    try:
        path = base / Path(text).expanduser()
    except RuntimeError as error:
        raise DatasetConfigError(f"expected a file, found {text!r}: {error}", ("dataset", key)) from error
    if not path.is_file():
        found = "a folder" if path.is_dir() else "nothing"
        raise DatasetConfigError(f"expected a file, found {found} at {path}", ("dataset", key))
    return path


def _optional_file(text: str | None, base: Path, key: str) -> Path | None:
    return None if text is None else user_file(text, base, key)


def _load_named(name: str, seed: int) -> Dataset:
    load, cache, home = _loader(name), cache_home(), data_home()
    try:
        if FACTS[name].cached and cache is not None:
            return load_through_cache(FACTS[name], load, home, seed, cache)
        return load(home, seed)
    except DataError as error:
        raise _with_remedy(error, FACTS[name], home) from error


def _with_remedy(error: DataError, facts: DatasetFacts, home: Path) -> DataError:
    """The error, or what is wrong with the first file that is not right, and what to do about it."""
    states = [state_of(home, source) for source in facts.files]
    bad = next((state for state in states if state.status not in ("right", "unknown")), None)
    if bad is not None:
        moved = f", or set GROUPINF_DATA to the folder that holds {bad.source.path}" if bad.status == "missing" else ""
        return DataError(f"{bad.path}: {bad.fault}. {remedy(bad, facts.name)}{moved}".rstrip(". "))
    unknown = next((state for state in states if str(error).startswith(str(state.path))), None)
    if unknown is None:
        return error
    return DataError(f"{error}. {remedy(replace(unknown, status='wrong'), facts.name)}")


def _loader(name: str) -> Loader:
    if name not in _LOADERS:
        raise DatasetConfigError(
            f"expected one of {', '.join(dataset_names())}, found {name!r}{did_you_mean(name, dataset_names())}",
            ("dataset", "name"),
        )
    return _LOADERS[name]
