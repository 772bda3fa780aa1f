"""A finished run as values: what was run, and its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from groupinf.studies.group_effects.manifest import GroupEffectsManifest
from groupinf.wording import counted, number


@dataclass(frozen=True, repr=False)
class Run:
    """A collected run.

    groups: group, name, kind, size, test_point, made_from. effects: run, dataset, lam_over_n, group,
    group_name, kind, size, test_point, evaluation, method, readout, effect, error_estimate. retrains: group,
    group_name, passes, gradient_norm, decrement, score_bound, refreshed, at_rounding. spearman: one row per
    (evaluation, test_point, kind or "all", method).
    cross_validation: lam_over_n, mean_score, standard_error, fold_0, ..., approximate_leave_one_out, chosen; None
    where λ was configured.
    rows: file, line, split, row, label, weight and, where the data have row keys, key.
    """

    path: Path
    config: Mapping[str, Any]
    manifest: GroupEffectsManifest
    groups: pd.DataFrame
    effects: pd.DataFrame
    retrains: pd.DataFrame
    spearman: pd.DataFrame
    cross_validation: pd.DataFrame | None = None
    rows: pd.DataFrame | None = None

    def __repr__(self) -> str:
        about = self.manifest
        at = f"λ/n = {number(about.lam_over_n, 6)}"
        return f"<Run {self.path}: {about.dataset}, {at}, {counted(about.n_retrained, 'group')}>"
