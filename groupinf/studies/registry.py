"""The kinds of study that there are: one line each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from groupinf.registry import Registry

if TYPE_CHECKING:
    from groupinf.config.load import LoadedConfig
    from groupinf.experiments.study import StudyKind

STUDIES: Registry[StudyKind[Any, Any]] = Registry(
    "study",
    {
        "group_effects": "groupinf.studies.group_effects.study:GROUP_EFFECTS",
        "repair_labels": "groupinf.studies.repair_labels.study:REPAIR_LABELS",
        "group_values": "groupinf.studies.group_values.study:GROUP_VALUES",
        "robustness": "groupinf.studies.robustness.study:ROBUSTNESS",
    },
)

# the kind of study of a configuration that does not say
DEFAULT = next(iter(STUDIES))


def kind_of(loaded: LoadedConfig[Any]) -> StudyKind[Any, Any]:
    """The kind of study that a configuration is of."""
    return next(kind for kind in STUDIES.values() if isinstance(loaded.config, kind.config))


def load_run(path: Path) -> Any:
    """A collected run of whatever kind; raises DataError where the folder holds none or a file is not what it was."""
    from groupinf.experiments.driver import kind_in, load_run
    from groupinf.experiments.folder.run_directory import RunDirectory

    return load_run(kind_in(STUDIES, RunDirectory(path)), path)
