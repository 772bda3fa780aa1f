"""The identity of a run of a linear model: what its configuration and data have to do with its numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from groupinf.config.named_file import file_keys, named_files
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.registry import DATASET_KINDS, kind_of
from groupinf.datasets.row_kinds.registry import ROWS_ARE
from groupinf.experiments.folder.manifest import RunManifest
from groupinf.numerics.losses.registry import loss_for
from groupinf.studies.linear.configured_model import OTHER_LOSSES, other_loss
from groupinf.studies.linear.schema import LoadedLinear, resolved


def identifying_config(loaded: LoadedLinear, dataset: Dataset) -> dict[str, Any]:
    """The configuration without what changes no number: its name, places of files, what rows are shown as, and what is
    the default of a model.

    Files are replaced by their SHA-256, those of the data left out.
    """
    config = resolved(loaded, dataset.task)
    del config["name"]
    config["dataset"].pop(ROWS_ARE, None)
    config.pop("model", None)
    config.update(_of_model(config.pop("loss", None), loaded, dataset))
    for file in named_files(loaded.config):
        *around, key = file.key
        section: Any = config
        for step in around:
            section = section[step]
        path = Path(section.pop(key))
        if not file.of_data:  # hashed by key: the same files in other roles are other data
            section[key] = hashlib.sha256(path.read_bytes()).hexdigest()
    return config


def identity_of_kind(
    study: str, loaded: LoadedLinear, dataset: Dataset, stages: Mapping[str, int], read: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The kind of study, its configuration, the hashes of its data and the versions of what computes and reads.

    ``read`` are the versions of what is read in another way than the stages' tell; where it is left out, those of the
    kind of data.
    """
    kind, config = kind_of(loaded.config.dataset), loaded.config
    return {
        "study": study,
        "config": identifying_config(loaded, dataset),
        "sources": sorted(dataset.sources.values()),
        **(kind.identity(config.dataset, dataset) if read is None else read),
        "stages": dict(stages),
    }


def _of_model(loss: str | None, loaded: LoadedLinear, dataset: Dataset) -> dict[str, Any]:
    """The keys ``loss`` and ``model`` with what is not the default: spelled out or left out, the same study."""
    others = {key: other_loss(loaded, dataset, key) for key in OTHER_LOSSES}
    model = loaded.config.model_or_default.model_copy(update=others)
    name = loss or model.loss
    given, defaults = model.model_dump(mode="json", exclude_none=True), type(model)().model_dump(mode="json")
    other = {key: value for key, value in given.items() if key != "loss" and value != defaults[key]}
    of_loss = {} if name in (None, loss_for(len(dataset.classes)).name) else {"loss": name}
    return of_loss | ({"model": other} if other else {})


def without_data(identity: Mapping[str, Any]) -> dict[str, Any]:
    """The identity but for what tells the data apart."""
    config = identity["config"]
    files = {key for kind in DATASET_KINDS.values() for key in file_keys(kind.options)}
    dataset = {key: value for key, value in config["dataset"].items() if key not in files}
    return {**identity, "config": {**config, "dataset": dataset}, "sources": None}


def other_data(identity: Mapping[str, Any], sources: Mapping[str, str], other: RunManifest) -> list[str]:
    """The files of the data that ``other`` has differently, where that is all that tells it from a run with this
    ``identity`` and these ``sources``.
    """
    if other.identity == identity or without_data(other.identity) != without_data(identity):
        return []
    return sorted(file for file in {*other.sources, *sources} if other.sources.get(file) != sources.get(file))
