"""The run in a folder, or the runs of the sweep there."""

from __future__ import annotations

from pathlib import Path

from groupinf.experiments.folder.kinds import is_sweep
from groupinf.experiments.folder.manifest import SweepManifest
from groupinf.experiments.sweep.result import sweep_manifest


def runs_of(path: Path) -> list[Path]:
    """The run in ``path``, or every run of the sweep there but those that did not converge: they have no result."""
    if not is_sweep(path):
        return [path]
    return [path / entry.run for entry in sweep_manifest(path, SweepManifest).finished]
