"""A run's identity: what changes its numbers, and nothing else."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from groupinf.config.load import LoadedConfig
from groupinf.config.schema import Column, Config, GroupFile
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.registry import kind_of, named_files

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
    kind = kind_of(loaded.config.dataset)
    for key in named_files(loaded.config.dataset):
        path = Path(config["dataset"].pop(key))
        if key != kind.name:  # hashed by key: the same files in other roles are other data
            config["dataset"][key] = _file_hash(path)
    for builder, shown in zip(loaded.config.groups.builders, config["groups"]["builders"], strict=True):
        if isinstance(builder, GroupFile):
            shown["path"] = _file_hash(loaded.path(builder.path))
    return {
        "config": config,
        "sources": sorted(dataset.sources.values()),
        **kind.identity(loaded.config.dataset, dataset),
        **_by_value(loaded.config),
        "stages": dict(STAGE_VERSIONS),
    }


def _by_value(config: Config) -> dict[str, int]:
    """How values group rows, which the stages' versions do not tell; nothing where a configuration does not use it."""
    by_column = config.test_points.column is not None or any(isinstance(b, Column) for b in config.groups.builders)
    return {"by_value": BY_VALUE} if by_column else {}


def identity_hash(identity: Mapping[str, Any]) -> str:
    """Ten hexadecimal digits of the SHA-256 of the identity as canonical JSON."""
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:10]


def folder_name(name: str) -> str:
    """The name of a study as a folder's: ASCII letters, digits, ``.``, ``_`` and ``-``, the first a letter or digit.

    Accents are dropped, whatever else is not allowed becomes a dash; ``study`` where nothing is left.

    >>> folder_name("Étude à Liège (2)"), folder_name("breast_cancer"), folder_name("研究")
    ('Etude-a-Liege-2', 'breast_cancer', 'study')
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    inside = re.sub(r"^[^A-Za-z0-9]+|[^A-Za-z0-9._-]+$", "", plain)
    return re.sub(r"[^A-Za-z0-9._-]+", "-", inside) or "study"


def differing_fields(ours: Mapping[str, Any], theirs: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Dotted names of the fields in which two identities differ, with both values.

    >>> differing_fields({"config": {"seed": 0}}, {"config": {"seed": 1}})
    ['config.seed: here 0, stored 1']
    """
    found: list[str] = []
    for key in sorted({*ours, *theirs}):
        mine, other = ours.get(key), theirs.get(key)
        if isinstance(mine, Mapping) and isinstance(other, Mapping):
            found += differing_fields(mine, other, f"{prefix}{key}.")
        elif mine != other:
            found.append(f"{prefix}{key}: here {mine!r}, stored {other!r}")
    return found


def _file_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
