"""The folder of a sweep: sweep.json, which says what is where, and the runs beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from groupinf.errors import DataError
from groupinf.experiments.folder.files import write_atomically
from groupinf.experiments.folder.kinds import SWEEP, is_sweep, no_sweep
from groupinf.experiments.folder.manifest import SweepManifest, as_json
from groupinf.experiments.folder.sealed import sealed
from groupinf.experiments.folder.stored_manifest import AlteredManifestError, stored_manifest

SEAL = "sweep_sha256"

OwnSweep = TypeVar("OwnSweep", bound=SweepManifest)


def write_sweep_manifest(path: Path, manifest: SweepManifest) -> None:
    """Write sweep.json with its checksum."""
    write_atomically(path / SWEEP, sealed(as_json(manifest), SEAL))


def sweep_manifest(path: Path, kind: type[OwnSweep]) -> OwnSweep:
    """What sweep.json in a sweep's folder says.

    Raises DataError where there is none, and what ``stored_manifest`` raises.
    """
    manifest = stored_manifest(path / SWEEP, SEAL, kind)
    if manifest is None:
        raise DataError(no_sweep(path))
    return manifest


def whole_sweep_manifest(path: Path, kind: type[OwnSweep]) -> OwnSweep | None:
    """What sweep.json says; None where it is missing or damaged, for whoever then makes it again.

    Raises OtherFormatError where another version wrote it.
    """
    try:
        return stored_manifest(path / SWEEP, SEAL, kind)
    except AlteredManifestError:
        return None


def runs_of(path: Path) -> list[Path]:
    """The run in ``path``, or every run of the sweep there but those that have no result."""
    if not is_sweep(path):
        return [path]
    return [path / entry.run for entry in sweep_manifest(path, SweepManifest).finished]
