"""A finished sweep as values: its runs, by rising λ/n, and what its folder says of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from groupinf.errors import DataError
from groupinf.experiments.folder.kinds import MANIFEST, SWEEP, is_sweep, no_sweep, starts_over
from groupinf.experiments.folder.manifest import OtherFormatError, SweepManifest, as_json, from_json, other_format
from groupinf.experiments.folder.result import Run
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.folder.sealed import sealed, unsealed
from groupinf.experiments.run import load_run
from groupinf.studies.group_effects.manifest import LambdaSweepManifest
from groupinf.wording import counted, number

SEAL = "sweep_sha256"

Own = TypeVar("Own", bound=SweepManifest)


@dataclass(frozen=True, repr=False)
class Sweep:
    """A sweep over λ/n: ``runs`` in rising order of λ/n, each a run like any other.

    The values in the manifest's ``failures`` are not among them.
    """

    path: Path
    runs: tuple[Run, ...]
    manifest: LambdaSweepManifest

    def __repr__(self) -> str:
        return f"<Sweep {self.path}: {self.manifest.dataset}, {counted(len(self.runs), 'value')} of λ/n>"


def write_sweep_manifest(folder: RunDirectory, manifest: SweepManifest) -> None:
    """Write sweep.json with its checksum."""
    folder.write(SWEEP, sealed(as_json(manifest), SEAL))


def sweep_manifest(path: Path, kind: type[Own]) -> Own:
    """What sweep.json in a sweep's folder says.

    Raises DataError where it cannot be read or was altered, OtherFormatError where another version wrote it.
    """
    try:
        content = (path / SWEEP).read_bytes()
    except FileNotFoundError:
        raise DataError(no_sweep(path)) from None
    except OSError as error:
        raise DataError(f"{path / SWEEP}: cannot be read ({error.strerror})") from error
    stored = unsealed(content, SEAL)
    if stored is None:
        raise DataError(
            f"{path / SWEEP}: altered, as its own checksum does not fit; the same groupinf sweep command makes it again"
        )
    other = other_format(stored)
    if other:
        raise OtherFormatError(f"{path}: {other}; {starts_over(path)}")
    return from_json(kind, stored)


def load_sweep(path: Path) -> Sweep:
    """Read a finished sweep back; raises DataError where the folder holds none or one of its runs is unfinished.

    A run that did not converge is listed in the manifest's ``failures`` and left out of ``runs``.
    """
    if not is_sweep(path):
        raise DataError(no_sweep(path))
    manifest = sweep_manifest(path, LambdaSweepManifest)
    entries = manifest.finished
    unprepared = [entry for entry in entries if not (path / entry.run / MANIFEST).exists()]
    if unprepared:
        values = ", ".join(f"{number(entry.value, 6)}" for entry in unprepared)
        raise DataError(f"{path}: λ/n = {values} has no result yet; the same groupinf sweep command goes on with it")
    return Sweep(path, tuple(load_run(path / entry.run) for entry in entries), manifest)
