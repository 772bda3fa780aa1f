"""The study of robustness, as the driver knows it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from groupinf.experiments.study import StudyKind
from groupinf.registry import at, later
from groupinf.studies.robustness.schema import STUDY, RobustnessConfig

if TYPE_CHECKING:
    from groupinf.experiments.folder.run_directory import RunDirectory
    from groupinf.studies.robustness.manifest import RobustnessManifest
    from groupinf.studies.robustness.result import RobustnessRun
    from groupinf.studies.robustness.work import Flipping


def _again(directory: RunDirectory, manifest: RobustnessManifest) -> Flipping:
    """The work of a run from its own configuration and the data that this names."""
    from groupinf.studies.linear.result import loaded_again
    from groupinf.studies.robustness.work import flipping

    return flipping(loaded_again(directory, RobustnessConfig))


ROBUSTNESS: StudyKind[RobustnessManifest, RobustnessRun] = StudyKind(
    name=STUDY,
    config=RobustnessConfig,
    manifests=at("groupinf.studies.robustness.manifest:RobustnessManifest"),
    work=later("groupinf.studies.robustness.work:flipping"),
    collect=later("groupinf.studies.robustness.collect:collect"),
    result=later("groupinf.studies.robustness.result:read_run"),
    again=_again,
    forecast=later("groupinf.studies.robustness.forecast:plan"),
)


def load_run(path: Path) -> RobustnessRun:
    """Read a collected run back; raises DataError where the folder holds none or a file is not what was written."""
    from groupinf.experiments.driver import load_run as load

    return load(ROBUSTNESS, path)
