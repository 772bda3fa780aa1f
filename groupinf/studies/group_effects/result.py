"""A finished run, or sweep of runs, of group effects as values: what was run, and its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from groupinf.errors import DataError
from groupinf.experiments.folder.kinds import makes_again
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.sweep.result import Sweep as SweepOf
from groupinf.studies.group_effects.manifest import GroupEffectsManifest, LambdaSweepManifest
from groupinf.studies.group_effects.prepare import CONFIG, CROSS_VALIDATION
from groupinf.studies.group_effects.rows import ROWS
from groupinf.studies.group_effects.stored_groups import ATTRIBUTES, MEMBERS, all_attributes, groups_from
from groupinf.studies.group_effects.stored_groups import TABLE as GROUPS
from groupinf.wording import counted, number

RETRAINS, EFFECTS, SPEARMAN = "retrains.parquet", "effects.parquet", "spearman.parquet"


@dataclass(frozen=True, repr=False)
class Run:
    """A collected run.

    attributes: group, size, share_of_rows, share_of_label CLASS or mean_target, and those that the data or the
    configuration have besides; NaN or None where a group has none.
    groups: group, name, kind, size, test_point, made_from. effects: run, dataset, lam_over_n, group,
    group_name, kind, size, test_point, evaluation, method, readout, effect, error_estimate. retrains: group,
    group_name, passes, gradient_norm, decrement, score_bound, refreshed, at_rounding. spearman: one row per
    (evaluation, test_point, kind or "all", method).
    cross_validation: lam_over_n, mean_score, standard_error, fold_0, ..., approximate_leave_one_out, chosen; None
    where λ was configured.
    rows: file, line, split, row, label, weight and, where the change gives labels, new_label, where the data have row
    keys, key.
    """

    path: Path
    config: Mapping[str, Any]
    manifest: GroupEffectsManifest
    groups: pd.DataFrame
    effects: pd.DataFrame
    retrains: pd.DataFrame
    spearman: pd.DataFrame
    attributes: pd.DataFrame
    cross_validation: pd.DataFrame | None = None
    rows: pd.DataFrame | None = None

    def __repr__(self) -> str:
        about = self.manifest
        at = f"λ/n = {number(about.lam_over_n, 6)}"
        return f"<Run {self.path}: {about.dataset}, {at}, {counted(about.n_retrained, 'group')}>"


# A sweep over λ/n: runs by rising λ/n.
Sweep = SweepOf[Run, LambdaSweepManifest]


def read_run(directory: RunDirectory, manifest: GroupEffectsManifest) -> Run:
    """A collected run; raises DataError where a file is not what was written."""
    content = directory.read(CONFIG, manifest)
    if content is None:
        raise DataError(f"{directory.path / CONFIG}: missing or altered; {makes_again(directory.path)} makes it again")
    groups, retrains, effects, spearman = (
        directory.read_table(name, manifest) for name in (GROUPS, RETRAINS, EFFECTS, SPEARMAN)
    )
    rows = directory.read_table(ROWS, manifest)
    chosen = directory.read_table(CROSS_VALIDATION, manifest) if manifest.cross_validation is not None else None
    return Run(
        path=directory.path,
        config=yaml.safe_load(content),
        manifest=manifest,
        groups=groups,
        effects=effects,
        retrains=retrains,
        spearman=spearman,
        attributes=_attributes(directory, manifest, rows),
        cross_validation=chosen,
        rows=rows,
    )


def _attributes(directory: RunDirectory, manifest: GroupEffectsManifest, rows: pd.DataFrame) -> pd.DataFrame:
    content = {name: directory.read(name, manifest) for name in (MEMBERS, GROUPS)}
    whole = {name: file for name, file in content.items() if file is not None}
    if len(whole) < len(content):
        missing = next(name for name in content if name not in whole)
        raise DataError(f"{directory.path / missing}: missing or altered; {makes_again(directory.path)} makes it again")
    stored = directory.read_table(ATTRIBUTES, manifest) if ATTRIBUTES in manifest.prepared else None
    drawn_from = rows[rows["split"] == ("pool" if manifest.change.of_pool else "train")]
    return all_attributes(groups_from(whole), drawn_from, manifest.classes, stored)
