"""A finished run of group values, as values: what was run, and its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.studies.group_effects.stored_groups import TABLE as GROUPS
from groupinf.studies.group_values.manifest import GroupValuesManifest
from groupinf.studies.linear.result import kept
from groupinf.wording import counted, number

VALUES, TOTALS, SPEARMAN = "values.parquet", "totals.parquet", "spearman.parquet"
COALITIONS, MEASURED = "coalitions.parquet", "measured.parquet"


@dataclass(frozen=True, repr=False)
class GroupValuesRun:
    """A collected run.

    values: a row for each evaluation, test point and group, with its share ``value``, the standard_error over draws (0
    where every coalition was taken), the 95 % interval from ``low`` to ``high``, the error_estimate that retraining
    leaves, and beside it the share that influence gives, and leave_one_out, v(all) − v(all but the group), with
    leave_one_out_error. Positive is credit: ``manifest.convention`` says of what.
    totals: a row for each evaluation and test point: the worth v of ``everyone`` and of ``none``, relative to θ̂, their
    difference ``worth``, the sum of all ``shares``, its ``deviation`` from worth, the sum ``magnitude`` of their sizes,
    and the sums of influence and leave_one_out. spearman: rank correlations of columns of values.
    coalitions: a row for each different coalition: groups and rows in it, members (numbers of groups), how many times
    it counts, its state, and its certificates. measured: f of each, less f of θ̂, as ``effect`` with its error_estimate.
    groups, rows: as of a run of group effects. cross_validation: None where λ was configured.
    """

    path: Path
    config: Mapping[str, Any]
    manifest: GroupValuesManifest
    values: pd.DataFrame
    totals: pd.DataFrame
    spearman: pd.DataFrame
    coalitions: pd.DataFrame
    measured: pd.DataFrame
    groups: pd.DataFrame
    rows: pd.DataFrame
    cross_validation: pd.DataFrame | None = None

    def __repr__(self) -> str:
        about = self.manifest
        at = f"λ/n = {number(about.lam_over_n, 6)}"
        of = f"{about.values.in_text}s of {counted(about.n_groups, 'group')}"
        return f"<GroupValuesRun {self.path}: {about.dataset}, {at}, {of}>"


def read_run(directory: RunDirectory, manifest: GroupValuesManifest) -> GroupValuesRun:
    """A collected run; raises DataError where a file is not what was written."""
    return GroupValuesRun(
        **kept(directory, manifest),
        manifest=manifest,
        values=directory.read_table(VALUES, manifest),
        totals=directory.read_table(TOTALS, manifest),
        spearman=directory.read_table(SPEARMAN, manifest),
        coalitions=directory.read_table(COALITIONS, manifest),
        measured=directory.read_table(MEASURED, manifest),
        groups=directory.read_table(GROUPS, manifest),
    )
