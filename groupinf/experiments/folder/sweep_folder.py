"""The folder of a sweep: sweep.json, which says what is where, and the runs beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from groupinf.errors import DataError
from groupinf.experiments.folder.files import write_atomically
from groupinf.experiments.folder.kinds import SWEEP, is_sweep, no_sweep, starts_over
from groupinf.experiments.folder.manifest import OtherFormatError, SweepManifest, as_json, from_json, other_format
from groupinf.experiments.folder.sealed import sealed, unsealed

SEAL = "sweep_sha256"

OwnSweep = TypeVar("OwnSweep", bound=SweepManifest)


def write_sweep_manifest(path: Path, manifest: SweepManifest) -> None:
    """Write sweep.json with its checksum."""
    write_atomically(path / SWEEP, sealed(as_json(manifest), SEAL))


def sweep_manifest(path: Path, kind: type[OwnSweep]) -> OwnSweep:
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


def whole_sweep_manifest(path: Path, kind: type[OwnSweep]) -> OwnSweep | None:
    """What sweep.json says; None where it is missing or damaged, for whoever then makes it again.

    Raises OtherFormatError where another version wrote it.
    """
    try:
        return sweep_manifest(path, kind)
    except OtherFormatError:
        raise
    except DataError:
        return None


def runs_of(path: Path) -> list[Path]:
    """The run in ``path``, or every run of the sweep there but those that have no result."""
    if not is_sweep(path):
        return [path]
    return [path / entry.run for entry in sweep_manifest(path, SweepManifest).finished]
