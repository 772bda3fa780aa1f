"""A run's identity: what changes its numbers, and nothing else."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any


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
