"""The study of robustness, as the driver knows it."""

from __future__ import annotations

from pathlib import Path

from groupinf.experiments.driver import load_run as load
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.study import StudyKind
from groupinf.studies.linear.result import loaded_again
from groupinf.studies.robustness.collect import collect
from groupinf.studies.robustness.forecast import plan
from groupinf.studies.robustness.manifest import STUDY, RobustnessManifest
from groupinf.studies.robustness.result import RobustnessRun, read_run
from groupinf.studies.robustness.schema import RobustnessConfig
from groupinf.studies.robustness.work import Flipping, flipping


def _again(directory: RunDirectory, manifest: RobustnessManifest) -> Flipping:
    """The work of a run from its own configuration and the data that this names."""
    return flipping(loaded_again(directory, RobustnessConfig))


ROBUSTNESS = StudyKind(
    name=STUDY,
    config=RobustnessConfig,
    manifest=RobustnessManifest,
    work=flipping,
    collect=collect,
    result=read_run,
    again=_again,
    forecast=plan,
)


def load_run(path: Path) -> RobustnessRun:
    """Read a collected run back; raises DataError where the folder holds none or a file is not what was written."""
    return load(ROBUSTNESS, path)
