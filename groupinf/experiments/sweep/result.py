"""A finished sweep as values: its runs, by rising value, and what its folder says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic

from groupinf.errors import ConvergenceError, DataError
from groupinf.experiments.driver import load_run
from groupinf.experiments.folder.kinds import MANIFEST, is_sweep, no_sweep
from groupinf.experiments.folder.manifest import SweepFailure, SweepManifest
from groupinf.experiments.folder.sweep_folder import OwnSweep, sweep_manifest
from groupinf.experiments.study import Result, StudyKind
from groupinf.wording import counted, number


@dataclass(frozen=True, repr=False)
class Sweep(Generic[Result, OwnSweep]):
    """A sweep: ``runs`` by rising value, each a run like any other; values that failed are not among them."""

    path: Path
    runs: tuple[Result, ...]
    manifest: OwnSweep

    def __repr__(self) -> str:
        about = self.manifest
        return f"<Sweep {self.path}: {about.name}, {counted(len(self.runs), 'value')} of {about.parameter}>"


def load_sweep(kind: StudyKind[Any, Result], manifest_kind: type[OwnSweep], path: Path) -> Sweep[Result, OwnSweep]:
    """Read a finished sweep back.

    Raises DataError where the folder holds none of this kind of study, or one of its runs is unfinished.
    """
    if not is_sweep(path):
        raise DataError(no_sweep(path))
    found = sweep_manifest(path, SweepManifest).study
    if found != kind.name:
        raise DataError(f"{path}: expected a sweep of the study {kind.name}, found one of {found}")
    manifest = sweep_manifest(path, manifest_kind)
    unprepared = [entry for entry in manifest.finished if not (path / entry.run / MANIFEST).exists()]
    if unprepared:
        values = ", ".join(f"{number(entry.value, 6)}" for entry in unprepared)
        raise DataError(
            f"{path}: {manifest.parameter} = {values} has no result yet; the same groupinf sweep command goes on "
            "with it"
        )
    return Sweep(path, tuple(load_run(kind, path / entry.run) for entry in manifest.finished), manifest)


def raise_failures(parameter: str, failures: Sequence[SweepFailure]) -> None:
    """Raise one ConvergenceError that names every value without a result; nothing where all have one."""
    if failures:
        reasons = "\n".join(f"{parameter} = {number(failure.value, 6)}: {failure.reason}" for failure in failures)
        raise ConvergenceError(f"{reasons}\nThe other values of {parameter} are kept")
