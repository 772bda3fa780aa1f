"""The kinds of study that there are: one line each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from groupinf.config.load import LoadedConfig
from groupinf.experiments.driver import kind_in
from groupinf.experiments.driver import load_run as load
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.study import StudyKind
from groupinf.registry import Registry

STUDIES: Registry[StudyKind[Any, Any]] = Registry(
    "study",
    {
        "group_effects": "groupinf.studies.group_effects.study:GROUP_EFFECTS",
        "repair_labels": "groupinf.studies.repair_labels.study:REPAIR_LABELS",
        "group_values": "groupinf.studies.group_values.study:GROUP_VALUES",
        "robustness": "groupinf.studies.robustness.study:ROBUSTNESS",
    },
)


def kind_of(loaded: LoadedConfig[Any]) -> StudyKind[Any, Any]:
    """The kind of study that a configuration is of."""
    return next(kind for kind in STUDIES.values() if isinstance(loaded.config, kind.config))


def load_run(path: Path) -> Any:
    """A collected run of whatever kind; raises DataError where the folder holds none or a file is not what it was."""
    return load(kind_in(STUDIES, RunDirectory(path)), path)
