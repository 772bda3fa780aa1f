"""A finished run that repairs labels, as values: what was run, and its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.studies.linear.result import kept
from groupinf.studies.repair_labels.manifest import RepairManifest
from groupinf.wording import counted, number

REPAIRS, REPEATS, FLIPS, SUMMARY = "repairs.parquet", "repeats.parquet", "flips.parquet", "repair.parquet"


@dataclass(frozen=True, repr=False)
class RepairRun:
    """A collected run.

    repairs: a row for each repeat, order and number of ``inspected`` rows, with the ``share`` of the training rows that
    this is, how many flips are ``found`` among them, found_share (of all flips), precision (of the inspected rows; NaN
    of none), test_accuracy and test_loss of the model that is refitted with these put right, misclassified and
    uncertain test rows, loss_error (estimated), and decrement.
    repeats: a row for each repeat: flipped_accuracy and flipped_loss of the model fitted to the flipped labels,
    clean_accuracy and clean_loss of that fitted to the labels of the data, and for each order found_area_ORDER and
    accuracy_area_ORDER, the means of found_share and test_accuracy over the shares inspected, by trapezoids.
    flips: a row for each repeat and flipped row: row, label, flipped_label, and for each order rank_ORDER, as which
    row, from 1, it is inspected.
    summary: mean and standard deviation over repeats, a row for each order and number of inspected rows.
    rows: as of a run of group effects. cross_validation: None where λ was configured.
    """

    path: Path
    config: Mapping[str, Any]
    manifest: RepairManifest
    repairs: pd.DataFrame
    repeats: pd.DataFrame
    flips: pd.DataFrame
    summary: pd.DataFrame
    rows: pd.DataFrame
    cross_validation: pd.DataFrame | None = None

    def __repr__(self) -> str:
        about = self.manifest
        at = f"λ/n = {number(about.lam_over_n, 6)}"
        return f"<RepairRun {self.path}: {about.dataset}, {at}, {counted(about.repeats, 'repeat')}>"


def read_run(directory: RunDirectory, manifest: RepairManifest) -> RepairRun:
    """A collected run; raises DataError where a file is not what was written."""
    return RepairRun(
        **kept(directory, manifest),
        manifest=manifest,
        repairs=directory.read_table(REPAIRS, manifest),
        repeats=directory.read_table(REPEATS, manifest),
        flips=directory.read_table(FLIPS, manifest),
        summary=directory.read_table(SUMMARY, manifest),
    )
