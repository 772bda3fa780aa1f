"""The identity of a run of group effects: what changes its numbers, and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from groupinf.config.named_file import file_keys, named_files
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.registry import DATASET_KINDS, kind_of
from groupinf.datasets.row_kinds.registry import ROWS_ARE
from groupinf.effects.changes.registry import REMOVE
from groupinf.groups.by_value import BY_VALUE
from groupinf.numerics.losses.registry import loss_for
from groupinf.studies.group_effects.configured_model import OTHER_LOSSES, other_loss
from groupinf.studies.group_effects.schema import Config, LoadedStudy, resolved

# raised when a stage gives other numbers for the same configuration and data
STAGE_VERSIONS: dict[str, int] = {"prepare": 2, "compute": 2, "collect": 1}


def identity_of(loaded: LoadedStudy, dataset: Dataset) -> dict[str, Any]:
    """The configuration with files replaced by their SHA-256, the hashes of the data and what versions made the rest.

    Versions are those of the stages and, for a dataset that the package knows, of its loader.
    The name of the study, the places of files and what rows are shown as are left out: they change no number.
    """
    config = resolved(loaded, dataset.task)
    del config["name"]
    config.pop("model", None)
    config.update(_of_model(config.pop("loss", None), loaded, dataset))
    if loaded.config.change == REMOVE:
        del config["change"]
    config["dataset"].pop(ROWS_ARE, None)
    for file in named_files(loaded.config):
        *around, key = file.key
        section: Any = config
        for step in around:
            section = section[step]
        path = Path(section.pop(key))
        if not file.of_data:  # hashed by key: the same files in other roles are other data
            section[key] = hashlib.sha256(path.read_bytes()).hexdigest()
    return {
        "config": config,
        "sources": sorted(dataset.sources.values()),
        **_read(loaded.config, dataset),
        "stages": dict(STAGE_VERSIONS),
    }


def _of_model(loss: str | None, loaded: LoadedStudy, dataset: Dataset) -> dict[str, Any]:
    """The keys ``loss`` and ``model`` with what is not the default: spelled out or left out, the same study."""
    others = {key: other_loss(loaded, dataset, key) for key in OTHER_LOSSES}
    model = loaded.config.model_or_default.model_copy(update=others)
    name = loss or model.loss
    given, defaults = model.model_dump(mode="json", exclude_none=True), type(model)().model_dump(mode="json")
    other = {key: value for key, value in given.items() if key != "loss" and value != defaults[key]}
    of_loss = {} if name in (None, loss_for(len(dataset.classes)).name) else {"loss": name}
    return of_loss | ({"model": other} if other else {})


def _read(config: Config, dataset: Dataset) -> dict[str, Any]:
    """What is read in another way than the stages' versions tell: by builders, by columns, by the kind of data.

    Nothing where a configuration makes no use of any.
    """
    versions = {name: version for builder in config.groups.builders for name, version in builder.versions.items()}
    return {
        **versions,
        **(BY_VALUE if config.test_points.column is not None else {}),
        **kind_of(config.dataset).identity(config.dataset, dataset),
    }


def without_data(identity: Mapping[str, Any]) -> dict[str, Any]:
    """The identity but for what tells the data apart."""
    config = identity["config"]
    files = {key for kind in DATASET_KINDS.values() for key in file_keys(kind.options)}
    dataset = {key: value for key, value in config["dataset"].items() if key not in files}
    return {**identity, "config": {**config, "dataset": dataset}, "sources": None}
