"""A finished sweep as values: its runs, by rising λ/n, and what its folder says of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groupinf.errors import DataError
from groupinf.experiments.folder.kinds import SWEEP, is_sweep, no_sweep
from groupinf.experiments.folder.result import Run
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.folder.sealed import sealed, unsealed
from groupinf.experiments.run import load_run
from groupinf.wording import counted, number

SEAL = "sweep_sha256"


@dataclass(frozen=True, repr=False)
class Sweep:
    """A sweep over λ/n: ``runs`` in rising order of λ/n, each a run like any other.

    manifest: dataset, lam_over_n (the grid), redraw, drawn_at_lam_over_n (the reference; None with redraw),
    reference_run, runs (lam_over_n and folder of each), failures (lam_over_n and reason of those without a result,
    which are not among ``runs``), convention, versions, ...
    """

    path: Path
    runs: tuple[Run, ...]
    manifest: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"<Sweep {self.path}: {self.manifest['dataset']}, {counted(len(self.runs), 'value')} of λ/n>"


def write_sweep_manifest(folder: RunDirectory, manifest: Mapping[str, Any]) -> None:
    """Write sweep.json with its checksum."""
    folder.write(SWEEP, sealed(manifest, SEAL))


def sweep_manifest(path: Path) -> dict[str, Any]:
    """What sweep.json in a sweep's folder says; raises DataError where it cannot be read or was altered."""
    try:
        content = (path / SWEEP).read_bytes()
    except FileNotFoundError:
        raise DataError(no_sweep(path)) from None
    except OSError as error:
        raise DataError(f"{path / SWEEP}: cannot be read ({error.strerror})") from error
    manifest = unsealed(content, SEAL)
    if manifest is None:
        raise DataError(
            f"{path / SWEEP}: altered, as its own checksum does not fit; the same groupinf sweep command makes it again"
        )
    return manifest


def load_sweep(path: Path) -> Sweep:
    """Read a finished sweep back; raises DataError where the folder holds none or one of its runs is unfinished.

    A run that did not converge is listed in the manifest's ``failures`` and left out of ``runs``.
    """
    if not is_sweep(path):
        raise DataError(no_sweep(path))
    manifest = sweep_manifest(path)
    failed = {failure["lam_over_n"] for failure in manifest["failures"]}
    entries = [entry for entry in manifest["runs"] if entry["lam_over_n"] not in failed]
    unprepared = [entry for entry in entries if not (path / entry["run"] / "manifest.json").exists()]
    if unprepared:
        values = ", ".join(f"{number(entry['lam_over_n'], 6)}" for entry in unprepared)
        raise DataError(f"{path}: λ/n = {values} has no result yet; the same groupinf sweep command goes on with it")
    return Sweep(path, tuple(load_run(path / entry["run"]) for entry in entries), manifest)
