"""The study of group values, as the driver knows it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from groupinf.experiments.study import StudyKind
from groupinf.registry import at, later
from groupinf.studies.group_values.schema import STUDY, GroupValuesConfig

if TYPE_CHECKING:
    from groupinf.experiments.folder.run_directory import RunDirectory
    from groupinf.studies.group_values.manifest import GroupValuesManifest
    from groupinf.studies.group_values.result import GroupValuesRun
    from groupinf.studies.group_values.work import Valuing


def _again(directory: RunDirectory, manifest: GroupValuesManifest) -> Valuing:
    """The work of a run from its own configuration and the data that this names."""
    from groupinf.studies.group_values.work import valuing
    from groupinf.studies.linear.result import loaded_again

    return valuing(loaded_again(directory, GroupValuesConfig))


GROUP_VALUES: StudyKind[GroupValuesManifest, GroupValuesRun] = StudyKind(
    name=STUDY,
    config=GroupValuesConfig,
    manifests=at("groupinf.studies.group_values.manifest:GroupValuesManifest"),
    work=later("groupinf.studies.group_values.work:valuing"),
    collect=later("groupinf.studies.group_values.collect:collect"),
    result=later("groupinf.studies.group_values.result:read_run"),
    again=_again,
    forecast=later("groupinf.studies.group_values.forecast:plan"),
)


def load_run(path: Path) -> GroupValuesRun:
    """Read a collected run back; raises DataError where the folder holds none or a file is not what was written."""
    from groupinf.experiments.driver import load_run as load

    return load(GROUP_VALUES, path)
