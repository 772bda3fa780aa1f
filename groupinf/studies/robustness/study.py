"""The study of robustness, as the driver knows it."""

from __future__ import annotations

from pathlib import Path

import yaml

from groupinf.config.load import STUDY as STUDY_KEY
from groupinf.config.load import load_config
from groupinf.errors import DataError
from groupinf.experiments.driver import load_run as load
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.folder.stored_manifest import REGISTERS_IT
from groupinf.experiments.study import StudyKind
from groupinf.registry import UnknownNameError
from groupinf.studies.linear.stored_fit import CONFIG
from groupinf.studies.robustness.collect import collect
from groupinf.studies.robustness.forecast import plan
from groupinf.studies.robustness.manifest import STUDY, RobustnessManifest
from groupinf.studies.robustness.result import RobustnessRun, read_run
from groupinf.studies.robustness.schema import RobustnessConfig
from groupinf.studies.robustness.work import Flipping, flipping


def _again(directory: RunDirectory, manifest: RobustnessManifest) -> Flipping:
    """The work of a run from its own configuration and the data that this names."""
    file = directory.path / CONFIG
    values = yaml.safe_load(file.read_bytes())
    written = {key: value for key, value in values.items() if key != STUDY_KEY}
    try:
        return flipping(load_config(written, (), RobustnessConfig, str(file)))
    except UnknownNameError as error:
        raise DataError(f"{error}\n{directory.path}: {REGISTERS_IT}") from error


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
