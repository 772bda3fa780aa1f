"""The study that repairs labels, as the driver knows it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from groupinf.experiments.study import StudyKind
from groupinf.registry import at, later
from groupinf.studies.repair_labels.schema import STUDY, RepairConfig

if TYPE_CHECKING:
    from groupinf.experiments.folder.run_directory import RunDirectory
    from groupinf.studies.repair_labels.manifest import RepairManifest
    from groupinf.studies.repair_labels.result import RepairRun
    from groupinf.studies.repair_labels.work import Repairing


def _again(directory: RunDirectory, manifest: RepairManifest) -> Repairing:
    """The work of a run from its own configuration and the data that this names."""
    from groupinf.studies.linear.result import loaded_again
    from groupinf.studies.repair_labels.work import repairing

    return repairing(loaded_again(directory, RepairConfig))


REPAIR_LABELS: StudyKind[RepairManifest, RepairRun] = StudyKind(
    name=STUDY,
    config=RepairConfig,
    manifests=at("groupinf.studies.repair_labels.manifest:RepairManifest"),
    work=later("groupinf.studies.repair_labels.work:repairing"),
    collect=later("groupinf.studies.repair_labels.collect:collect"),
    result=later("groupinf.studies.repair_labels.result:read_run"),
    again=_again,
    forecast=later("groupinf.studies.repair_labels.forecast:plan"),
)


def load_run(path: Path) -> RepairRun:
    """Read a collected run back; raises DataError where the folder holds none or a file is not what was written."""
    from groupinf.experiments.driver import load_run as load

    return load(REPAIR_LABELS, path)
