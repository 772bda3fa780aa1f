"""The identity of a run of group effects: what changes its numbers, and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from groupinf.config.dataset_schema import MAIN_FILES, MORE_FILES, DatasetConfig, NamedDataset
from groupinf.config.load import LoadedConfig
from groupinf.config.schema import Column, Config, GroupFile
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.registry import FACTS

# raised when a stage gives other numbers for the same configuration and data
STAGE_VERSIONS: dict[str, int] = {"prepare": 2, "compute": 2, "collect": 1}

# raised when columns give other groups or sets of test rows
BY_VALUE = 2


def identity_of(loaded: LoadedConfig, dataset: Dataset) -> dict[str, Any]:
    """The configuration with files replaced by their SHA-256, the hashes of the data and what versions made the rest.

    Versions are those of the stages and, for a dataset that the package knows, of its loader.
    The name of the study and the places of files are left out: they change no number.
    """
    config = loaded.resolved(dataset.task)
    del config["name"]
    for key in MAIN_FILES:
        config["dataset"].pop(key, None)
    for key in MORE_FILES:  # hashed by key: the same files in other roles are other data
        if key in config["dataset"]:
            config["dataset"][key] = _file_hash(Path(config["dataset"][key]))
    for builder, shown in zip(loaded.config.groups.builders, config["groups"]["builders"], strict=True):
        if isinstance(builder, GroupFile):
            shown["path"] = _file_hash(loaded.path(builder.path))
    return {
        "config": config,
        "sources": sorted(dataset.sources.values()),
        **_loader(loaded.config.dataset),
        **_read(loaded.config, dataset),
        "stages": dict(STAGE_VERSIONS),
    }


def _loader(dataset: DatasetConfig) -> dict[str, int]:
    return {"loader_version": FACTS[dataset.name].loader_version} if isinstance(dataset, NamedDataset) else {}


def _read(config: Config, dataset: Dataset) -> dict[str, Any]:
    """What is read in another way than the stages' versions tell: values that group rows, columns by what pandas says.

    Nothing where a configuration makes no use of either.
    """
    by_column = config.test_points.column is not None or any(isinstance(b, Column) for b in config.groups.builders)
    stated = {use.name: use.role for use in dataset.uses if use.stated}
    return {**({"by_value": BY_VALUE} if by_column else {}), **({"stated": stated} if stated else {})}


def without_data(identity: Mapping[str, Any]) -> dict[str, Any]:
    """The identity but for what tells the data apart."""
    config = identity["config"]
    dataset = {key: value for key, value in config["dataset"].items() if key not in MORE_FILES}
    return {**identity, "config": {**config, "dataset": dataset}, "sources": None}


def _file_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
