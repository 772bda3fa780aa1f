"""θ̂ as a file of a run: theta.npz."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groupinf.datasets.dataset import Dataset
from groupinf.experiments.folder.files import npz_arrays, npz_bytes
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.numerics.fit import Fitted, differentiated_at, fitted_at
from groupinf.numerics.losses.loss import Array
from groupinf.studies.group_effects.linear_model import LinearModel, training_objective
from groupinf.studies.group_effects.manifest import GroupEffectsManifest

THETA = "theta.npz"


def fit_files(fitted: Fitted, dataset: Dataset) -> dict[str, bytes]:
    """θ̂ with the names of its features; and its ``coordinates`` where the fit has others than the features."""
    full: dict[str, NDArray[Any]] = {
        "theta": fitted.objective.in_full(fitted.theta),
        "feature_names": np.array(dataset.feature_names),
    }
    return {THETA: npz_bytes(full if fitted.objective.basis is None else full | {"coordinates": fitted.theta})}


def fit_from(dataset: Dataset, model: LinearModel, lam: float, files: Mapping[str, bytes]) -> Fitted:
    """The fit whose θ̂ ``fit_files`` told."""
    archive = npz_arrays(files[THETA])
    at = fitted_at if model.loss.smooth else differentiated_at
    return at(training_objective(dataset, model, lam), archive.get("coordinates", archive["theta"]))


def stored_theta(directory: RunDirectory) -> Array | None:
    """θ̂, in parameters of the features, as a run's folder has it; None where there is none that is whole."""
    manifest = directory.whole_manifest(GroupEffectsManifest)
    content = None if manifest is None else directory.read(THETA, manifest)
    return None if content is None else npz_arrays(content)["theta"]
