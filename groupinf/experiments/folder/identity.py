"""A run's identity: what changes its numbers, and nothing else."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from groupinf.config.named_file import named_files
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.registry import kind_of
from groupinf.groups.by_value import BY_VALUE
from groupinf.studies.group_effects.schema import Config, resolved
from groupinf.studies.group_effects.schema import LoadedStudy as LoadedConfig

# raised when a stage gives other numbers for the same configuration and data
STAGE_VERSIONS: dict[str, int] = {"prepare": 2, "compute": 2, "collect": 1}


def identity_of(loaded: LoadedConfig, dataset: Dataset) -> dict[str, Any]:
    """The configuration with files replaced by their SHA-256, the hashes of the data and what versions made the rest.

    Versions are those of the stages and, for a dataset that the package knows, of its loader.
    The name of the study and the places of files are left out: they change no number.
    """
    config = resolved(loaded, dataset.task)
    del config["name"]
    for file in named_files(loaded.config):
        *around, key = file.key
        section: Any = config
        for step in around:
            section = section[step]
        path = Path(section.pop(key))
        if not file.of_data:  # hashed by key: the same files in other roles are other data
            section[key] = _file_hash(path)
    return {
        "config": config,
        "sources": sorted(dataset.sources.values()),
        **_read(loaded.config, dataset),
        "stages": dict(STAGE_VERSIONS),
    }


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
