"""The run in a folder, or the runs of the sweep there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from groupinf.experiments.files import read_json
from groupinf.experiments.sweep_result import SWEEP

Result = TypeVar("Result")


def each_run(path: Path, function: Callable[[Path], Result]) -> list[Result]:
    """``function`` of the run in ``path``, or of every run of the sweep there; what it raises is raised."""
    return [function(run) for run in _runs(path)]


def _runs(path: Path) -> list[Path]:
    """Those of a sweep that did not converge have no result, and are left out."""
    if not (path / SWEEP).exists():
        return [path]
    manifest = read_json(path / SWEEP)
    failed = {failure["lam_over_n"] for failure in manifest["failures"]}
    return [path / entry["run"] for entry in manifest["runs"] if entry["lam_over_n"] not in failed]
