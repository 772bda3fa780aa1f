"""A configuration and θ̂ as files of a run: config.yaml, theta.npz."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from groupinf.datasets.dataset import Dataset
from groupinf.experiments.folder.files import npz_arrays, npz_bytes
from groupinf.numerics.fit import Fitted, differentiated_at, fitted_at
from groupinf.studies.linear.linear_model import LinearModel, training_objective

CONFIG, CROSS_VALIDATION, THETA = "config.yaml", "cross_validation.parquet", "theta.npz"


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


def config_file(values: Mapping[str, Any]) -> dict[str, bytes]:
    """A configuration as the file of a run."""
    return {CONFIG: yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True).encode()}
