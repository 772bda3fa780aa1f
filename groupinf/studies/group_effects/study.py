"""The study of group effects, as the driver knows it, and its runs read back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groupinf.config.load import load_config
from groupinf.errors import DataError
from groupinf.experiments.study import StudyKind
from groupinf.registry import UnknownNameError, at, later
from groupinf.studies.group_effects.schema import STUDY, Config, LoadedStudy

if TYPE_CHECKING:
    from groupinf.experiments.folder.run_directory import RunDirectory
    from groupinf.studies.group_effects.manifest import GroupEffectsManifest
    from groupinf.studies.group_effects.prepare import Retraining
    from groupinf.studies.group_effects.result import Run

# what computes is imported where it is used: a configuration is checked without it


def checked(loaded: LoadedStudy) -> Retraining:
    """The work that a configuration describes; raises ConfigError where the data cannot give what it asks."""
    from groupinf.studies.group_effects.checks import load_checked
    from groupinf.studies.group_effects.prepare import retraining

    return retraining(loaded, load_checked(loaded))


def _again(directory: RunDirectory, manifest: GroupEffectsManifest) -> Retraining:
    """The work of a run from its own configuration and the data that this names."""
    from groupinf.studies.linear.stored_fit import CONFIG

    return checked(stored_config(directory.path, directory.path / CONFIG))


def _restated(work: Retraining) -> Mapping[str, bytes]:
    """The configuration, with where files are and what rows are shown as."""
    from groupinf.studies.linear.schema import resolved
    from groupinf.studies.linear.stored_fit import config_file

    return config_file(resolved(work.loaded, work.dataset.task))


def stored_config(path: Path, source: Path | Mapping[str, Any]) -> LoadedStudy:
    """The configuration of the run in ``path``; ``source`` is its file, or what of that counts.

    Raises DataError where it names what is not registered, ConfigError where it cannot be used for another reason.
    """
    from groupinf.experiments.folder.stored_manifest import REGISTERS_IT
    from groupinf.studies.linear.stored_fit import CONFIG

    try:
        return load_config(source, (), Config, str(path / CONFIG))
    except UnknownNameError as error:
        raise DataError(f"{error}\n{path}: {REGISTERS_IT}") from error


def _noted(work: Retraining, manifest: GroupEffectsManifest) -> tuple[str, ...]:
    """Its notes, with what this configuration leaves aside."""
    from groupinf.studies.group_effects.points.study import notes_again

    return notes_again(work.loaded, manifest.notes) if work.loaded.notes else manifest.notes


GROUP_EFFECTS: StudyKind[GroupEffectsManifest, Run] = StudyKind(
    name=STUDY,
    config=Config,
    manifests=at("groupinf.studies.group_effects.manifest:GroupEffectsManifest"),
    work=checked,
    collect=later("groupinf.studies.group_effects.collect:collect"),
    result=later("groupinf.studies.group_effects.result:read_run"),
    again=_again,
    forecast=later("groupinf.studies.group_effects.forecast:plan"),
    restated=_restated,
    noted=_noted,
)


def load_run(path: Path) -> Run:
    """Read a collected run back; raises DataError where the folder holds none or a file is not what was written."""
    from groupinf.experiments.driver import load_run as load

    return load(GROUP_EFFECTS, path)
