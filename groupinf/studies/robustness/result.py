"""A finished run of robustness, as values: what was run, and its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.studies.linear.result import kept
from groupinf.studies.robustness.manifest import RobustnessManifest
from groupinf.wording import counted, number

STATEMENTS, FLIPS, REMOVED, PATHS = "statements.parquet", "flips.parquet", "removed.parquet", "paths.parquet"


@dataclass(frozen=True, repr=False)
class RobustnessRun:
    """A collected run.

    statements: a row for each statement: statement (its number), flips, name, asks, value and state of the fit to all
    rows, boundary, fewest (rows found whose removal flips it; missing where none were), share (of the training rows),
    order (that found them, the first of several), value_after, error and state_after of the model refitted without
    them, lower_bound (rows that it takes at least, proven; most + 1 where no ``most`` rows can; missing where it is not
    at hand), and proven_fewest, where both are one number.
    flips: a row for each statement and order: looked_up (rows), predicted (how many first rows flip it by the order's
    own prediction), first (how many do by refits), every_fewer_tried (no smaller number of first rows does), fewest,
    none_can_stay (none of the rows found can be put back), value_after, error and state_after.
    removed: the rows found, in the order in which they are taken: statement, order, place (from 1), row, key (where
    rows have keys) and label.
    paths: the value of the statement without the first rows of an order: removed (how many), value (by a refit) and
    predicted (missing where the order predicts none).
    rows: as of a run of group effects. cross_validation: None where λ was configured.
    """

    path: Path
    config: Mapping[str, Any]
    manifest: RobustnessManifest
    statements: pd.DataFrame
    flips: pd.DataFrame
    removed: pd.DataFrame
    paths: pd.DataFrame
    rows: pd.DataFrame
    cross_validation: pd.DataFrame | None = None

    def __repr__(self) -> str:
        about = self.manifest
        at = f"λ/n = {number(about.lam_over_n, 6)}"
        return f"<RobustnessRun {self.path}: {about.dataset}, {at}, {counted(about.units, 'statement')}>"


def read_run(directory: RunDirectory, manifest: RobustnessManifest) -> RobustnessRun:
    """A collected run; raises DataError where a file is not what was written."""
    return RobustnessRun(
        **kept(directory, manifest),
        manifest=manifest,
        statements=directory.read_table(STATEMENTS, manifest),
        flips=directory.read_table(FLIPS, manifest),
        removed=directory.read_table(REMOVED, manifest),
        paths=directory.read_table(PATHS, manifest),
    )
