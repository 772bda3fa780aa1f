"""What a sweep consists of: one study at several values, each a run of its own in the folder of the sweep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic

from groupinf.errors import DataError
from groupinf.experiments.driver import Opened, open_run, run_name
from groupinf.experiments.folder.identity import differing_fields
from groupinf.experiments.folder.manifest import SweepManifest
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.folder.sweep_folder import OwnSweep, whole_sweep_manifest, write_sweep_manifest
from groupinf.experiments.study import Own, StudyKind, Work
from groupinf.experiments.workers.progress import Progress
from groupinf.wording import number


@dataclass(frozen=True)
class Step(Generic[Own]):
    """The work at one value; what it takes from other steps it reads from their folders when it is prepared."""

    value: float
    work: Work[Own]


@dataclass(frozen=True)
class OpenSweep(Generic[Own, OwnSweep]):
    """A sweep that can be walked: its steps in the order in which they are taken, and what sweep.json says."""

    kind: StudyKind[Own, Any]
    path: Path
    steps: tuple[Step[Own], ...]
    manifest: OwnSweep

    def opened(self, step: Step[Own]) -> Opened[Own]:
        """The run of one step; raises DataError where its folder holds another run."""
        return open_run(step.work, self.path / run_name(step.work))

    def at(self, value: float) -> str:
        """What sentences call a value."""
        return f"{self.manifest.parameter} = {number(value, 6)}"


def require_own_folder(path: Path, identity: Mapping[str, Any], fresh: bool) -> None:
    """``fresh`` empties the folder of a sweep; raises DataError where it holds another one."""
    if fresh:
        RunDirectory(path).clear()
    stored = whole_sweep_manifest(path, SweepManifest)
    fields = [] if stored is None else differing_fields(identity, stored.identity)
    if fields:
        raise DataError(f"{path}: holds another sweep ({'; '.join(fields)}); choose another --out, or --fresh")


def keep_manifest(path: Path, manifest: SweepManifest) -> None:
    """Write sweep.json where there is none that is whole."""
    if whole_sweep_manifest(path, type(manifest)) is None:
        RunDirectory(path).require_writable()
        write_sweep_manifest(path, manifest)


class Within:
    """Progress of one step: stages say which value they belong to, and what was told for another is not told again."""

    def __init__(self, progress: Progress, at: str, told: set[str]) -> None:
        self._progress = progress
        self._at = at
        self._told = told

    def stage(self, name: str, total: int | None = None) -> None:
        """Begin a stage, named with the value."""
        self._progress.stage(f"{self._at}: {name}", total)

    def advance(self, units: int) -> None:
        """Pass it on."""
        self._progress.advance(units)

    def note(self, text: str) -> None:
        """Say it with the value, once in a sweep."""
        if text not in self._told:
            self._told.add(text)
            self._progress.note(f"{self._at}: {text}")
