"""Runs without their reports, for tests that read numbers alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from groupinf.experiments.driver import execute_study
from groupinf.experiments.workers.progress import Silent
from groupinf.studies.group_effects.result import Run
from groupinf.studies.load import load_config
from groupinf.studies.registry import kind_of


def unreported(config: str | Path | Mapping[str, Any], out: Path) -> Run:
    """The run of a configuration, computed in this process; no table and no picture is written."""
    loaded = load_config(config)
    run: Run = execute_study(kind_of(loaded), loaded, out, 1, False, Silent())
    return run
