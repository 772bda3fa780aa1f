"""θ̂ of a run of group effects, as its folder has it."""

from __future__ import annotations

from groupinf.experiments.folder.files import npz_arrays
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.numerics.losses.loss import Array
from groupinf.studies.group_effects.manifest import GroupEffectsManifest
from groupinf.studies.linear.stored_fit import THETA


def stored_theta(directory: RunDirectory) -> Array | None:
    """θ̂, in parameters of the features, as a run's folder has it; None where there is none that is whole."""
    manifest = directory.whole_manifest(GroupEffectsManifest)
    content = None if manifest is None else directory.read(THETA, manifest)
    return None if content is None else npz_arrays(content)["theta"]
