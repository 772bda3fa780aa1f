"""JSON files that carry a checksum of their own: ``manifest.json`` of a run and ``sweep.json`` of a sweep."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from groupinf.errors import RunError
from groupinf.experiments.folder.files import json_bytes, sha256


def sealed(value: Mapping[str, Any], seal: str) -> bytes:
    """``value`` as JSON, with the SHA-256 of that JSON under the key ``seal``."""
    return json_bytes({**value, seal: sha256(json_bytes(value))})


def unsealed(content: bytes, seal: str) -> dict[str, Any] | None:
    """The value in what ``sealed`` made; None where the checksum does not fit, or there is none."""
    try:
        found = json.loads(content)
        if not isinstance(found, dict):
            return None
        value = {key: entry for key, entry in found.items() if key != seal}
        return value if found.get(seal) == sha256(json_bytes(value)) else None
    except (ValueError, RunError):  # RunError: a number that none can have written
        return None
