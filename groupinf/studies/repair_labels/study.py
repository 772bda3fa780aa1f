"""The study that repairs labels, as the driver knows it."""

from __future__ import annotations

from pathlib import Path

from groupinf.experiments.driver import load_run as load
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.study import StudyKind
from groupinf.studies.linear.result import loaded_again
from groupinf.studies.repair_labels.collect import collect
from groupinf.studies.repair_labels.forecast import plan
from groupinf.studies.repair_labels.manifest import STUDY, RepairManifest
from groupinf.studies.repair_labels.result import RepairRun, read_run
from groupinf.studies.repair_labels.schema import RepairConfig
from groupinf.studies.repair_labels.work import Repairing, repairing


def _again(directory: RunDirectory, manifest: RepairManifest) -> Repairing:
    """The work of a run from its own configuration and the data that this names."""
    return repairing(loaded_again(directory, RepairConfig))


REPAIR_LABELS = StudyKind(
    name=STUDY,
    config=RepairConfig,
    manifest=RepairManifest,
    work=repairing,
    collect=collect,
    result=read_run,
    again=_again,
    forecast=plan,
)


def load_run(path: Path) -> RepairRun:
    """Read a collected run back; raises DataError where the folder holds none or a file is not what was written."""
    return load(REPAIR_LABELS, path)
