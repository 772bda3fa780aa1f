"""The study of group values, as the driver knows it."""

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
from groupinf.studies.group_values.collect import collect
from groupinf.studies.group_values.forecast import plan
from groupinf.studies.group_values.manifest import STUDY, GroupValuesManifest
from groupinf.studies.group_values.result import GroupValuesRun, read_run
from groupinf.studies.group_values.schema import GroupValuesConfig
from groupinf.studies.group_values.work import Valuing, valuing
from groupinf.studies.linear.stored_fit import CONFIG


def _again(directory: RunDirectory, manifest: GroupValuesManifest) -> Valuing:
    """The work of a run from its own configuration and the data that this names."""
    file = directory.path / CONFIG
    values = yaml.safe_load(file.read_bytes())
    written = {key: value for key, value in values.items() if key != STUDY_KEY}
    try:
        return valuing(load_config(written, (), GroupValuesConfig, str(file)))
    except UnknownNameError as error:
        raise DataError(f"{error}\n{directory.path}: {REGISTERS_IT}") from error


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
