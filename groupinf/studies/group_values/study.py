"""The study of group values, as the driver knows it."""

from __future__ import annotations

from pathlib import Path

from groupinf.experiments.driver import load_run as load
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.study import StudyKind
from groupinf.studies.group_values.collect import collect
from groupinf.studies.group_values.forecast import plan
from groupinf.studies.group_values.manifest import STUDY, GroupValuesManifest
from groupinf.studies.group_values.result import GroupValuesRun, read_run
from groupinf.studies.group_values.schema import GroupValuesConfig
from groupinf.studies.group_values.work import Valuing, valuing
from groupinf.studies.linear.result import loaded_again


def _again(directory: RunDirectory, manifest: GroupValuesManifest) -> Valuing:
    """The work of a run from its own configuration and the data that this names."""
    return valuing(loaded_again(directory, GroupValuesConfig))


GROUP_VALUES = StudyKind(
    name=STUDY,
    config=GroupValuesConfig,
    manifest=GroupValuesManifest,
    work=valuing,
    collect=collect,
    result=read_run,
    again=_again,
    forecast=plan,
)


def load_run(path: Path) -> GroupValuesRun:
    """Read a collected run back; raises DataError where the folder holds none or a file is not what was written."""
    return load(GROUP_VALUES, path)
