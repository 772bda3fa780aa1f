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


class UnsealedError(ValueError):
    """The checksum does not fit."""


class ForeignError(UnsealedError):
    """There is no checksum: the message says what was expected and found instead."""


def unsealed(content: bytes, seal: str) -> dict[str, Any]:
    """The value in what ``sealed`` made; raises UnsealedError where the checksum does not fit or there is none."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ForeignError(f"found {'an empty file' if not content.strip() else 'no JSON'}") from error
    if not isinstance(found, dict):
        raise ForeignError(f"found {'a list' if isinstance(found, list) else json.dumps(found)}, not keys and values")
    if seal not in found:
        raise ForeignError(f"found no checksum, {seal}, in it")
    value = {key: entry for key, entry in found.items() if key != seal}
    try:
        fits = found[seal] == sha256(json_bytes(value))
    except RunError:  # a number that none can have written
        fits = False
    if not fits:
        raise UnsealedError("as its own checksum does not fit")
    return value
