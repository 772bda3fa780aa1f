"""Names to datasets: what is known of each and how it is loaded, and the one entry point for all kinds of data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from groupinf.config.dataset_schema import CsvDataset, DatasetConfig, NamedDataset, NpzDataset, ParquetDataset
from groupinf.config.explain import did_you_mean
from groupinf.datasets import (
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
from groupinf.datasets.cache import cache_home, load_through_cache
from groupinf.datasets.config_error import DatasetConfigError
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.facts import DatasetFacts, Loader
from groupinf.datasets.home import data_home
from groupinf.datasets.libsvm import load_libsvm
from groupinf.datasets.npz import load_npz
from groupinf.datasets.user_table import load_table

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
    load, cache = _loader(name), cache_home()
    if FACTS[name].cached and cache is not None:
        return load_through_cache(FACTS[name], load, data_home(), seed, cache)
    return load(data_home(), seed)


def _loader(name: str) -> Loader:
    if name not in _LOADERS:
        raise DatasetConfigError(
            f"expected one of {', '.join(dataset_names())}, found {name!r}{did_you_mean(name, dataset_names())}",
            ("dataset", "name"),
        )
    return _LOADERS[name]
