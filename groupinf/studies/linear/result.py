"""The configuration that a run of a linear model keeps, read back."""

from __future__ import annotations

from typing import Any, TypeVar

import yaml

from groupinf.config.load import STUDY as STUDY_KEY
from groupinf.config.load import LoadedConfig, load_config
from groupinf.errors import DataError
from groupinf.experiments.folder.kinds import makes_again
from groupinf.experiments.folder.manifest import RunManifest
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.folder.stored_manifest import REGISTERS_IT
from groupinf.registry import UnknownNameError
from groupinf.studies.linear.schema import LinearConfig
from groupinf.studies.linear.stored_fit import CONFIG

Section = TypeVar("Section", bound=LinearConfig)


def stored_values(directory: RunDirectory, manifest: RunManifest) -> dict[str, Any]:
    """The configuration that a run keeps; raises DataError where its file is missing or altered."""
    content = directory.read(CONFIG, manifest)
    if content is None:
        raise DataError(f"{directory.path / CONFIG}: missing or altered; {makes_again(directory.path)} makes it again")
    values: dict[str, Any] = yaml.safe_load(content)
    return values


def loaded_again(directory: RunDirectory, config: type[Section]) -> LoadedConfig[Section]:
    """The checked configuration of a run that keeps it with its kind of study; raises DataError where it names what is
    not registered.
    """
    file = directory.path / CONFIG
    values = yaml.safe_load(file.read_bytes())
    written = {key: value for key, value in values.items() if key != STUDY_KEY}
    try:
        return load_config(written, (), config, str(file))
    except UnknownNameError as error:
        raise DataError(f"{error}\n{directory.path}: {REGISTERS_IT}") from error
