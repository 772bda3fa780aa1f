"""The command that gives a run the predictions or test points that a figure needs."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from groupinf.studies.group_effects.result import Run


def evaluate_command(run: Run, settings: Mapping[str, Any]) -> str:
    """``groupinf evaluate`` with the dotted keys ``settings``, on the groups of the run.

    An evaluation cannot be evaluated: the run that it came from is, with its test points and evaluations where
    ``settings`` do not say others.
    """
    path, kept = run.path, dict[str, Any]()
    if run.manifest.evaluated is not None:
        path = run.path.parent / run.manifest.evaluated.run
        kept = {f"test_points.{key}": value for key, value in run.config.get("test_points", {}).items()}
        if run.config.get("evaluations") is not None:
            kept["evaluations"] = run.config["evaluations"]
    if any(key.startswith("test_points.") for key in settings):  # one way of choosing them replaces another
        kept = {key: value for key, value in kept.items() if not key.startswith("test_points.")}
    words = [
        f"{key}={json.dumps(value, separators=(',', ':'))}" for key, value in {**settings, **kept, **settings}.items()
    ]
    return shlex.join(["groupinf", "evaluate", str(path), *(part for word in words for part in ("--set", word))])
