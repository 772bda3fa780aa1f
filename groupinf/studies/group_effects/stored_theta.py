"""θ̂ of a run of group effects, as its folder has it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from groupinf.errors import DataError
from groupinf.experiments.folder.files import npz_arrays
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.numerics.losses.loss import Array
from groupinf.studies.group_effects.manifest import GroupEffectsManifest
from groupinf.studies.linear.stored_fit import THETA


@dataclass(frozen=True)
class StoredTheta:
    """θ̂ in parameters of the features, flat, with the names of these."""

    theta: Array
    feature_names: tuple[str, ...]


def stored_theta(directory: RunDirectory) -> StoredTheta | None:
    """θ̂ of a run's folder; None where there is none that is whole."""
    manifest = directory.whole_manifest(GroupEffectsManifest)
    content = None if manifest is None else directory.read(THETA, manifest)
    if content is None:
        return None
    arrays = npz_arrays(content)
    return StoredTheta(arrays["theta"], tuple(map(str, arrays["feature_names"])))


def theta_of(path: Path) -> StoredTheta:
    """θ̂ of the finished run in ``path``; raises DataError where its file is missing or altered."""
    found = stored_theta(RunDirectory(path))
    if found is None:
        raise DataError(f"{path / THETA}: missing or altered")
    return found
