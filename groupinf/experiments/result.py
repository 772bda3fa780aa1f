"""A finished run as values: what was run, and its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from groupinf.errors import counted


@dataclass(frozen=True, repr=False)
class Run:
    """A collected run.

    groups: group, name, kind, size, test_point, made_from. effects: run, dataset, lam_over_n, group,
    kind, size, test_point, evaluation, method, readout, effect, error_estimate. retrains: group, passes,
    gradient_norm, decrement, score_bound, refreshed. spearman: one row per (evaluation, test_point, kind or "all",
    method).
    cross_validation: lam_over_n, mean_score, standard_error, fold_0, ..., approximate_leave_one_out, chosen; None
    where λ was configured.
    manifest: n, d, classes, lam, lam_over_n, train_accuracy, test_accuracy, convention, versions, seeds, ...
    """

    path: Path
    config: Mapping[str, Any]
    manifest: Mapping[str, Any]
    groups: pd.DataFrame
    effects: pd.DataFrame
    retrains: pd.DataFrame
    spearman: pd.DataFrame
    cross_validation: pd.DataFrame | None = None

    def __repr__(self) -> str:
        about = self.manifest
        return (
            f"<Run {self.path}: {about['dataset']}, λ/n = {about['lam_over_n']:.6g}, "
            f"{counted(about['n_retrained'], 'group')}>"
        )
