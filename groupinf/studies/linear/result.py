"""What every run of a linear model keeps beside its own tables, read back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict, TypeVar

import pandas as pd
import yaml

from groupinf.config.load import STUDY as STUDY_KEY
from groupinf.config.load import LoadedConfig, load_config
from groupinf.errors import DataError
from groupinf.experiments.folder.kinds import makes_again
from groupinf.experiments.folder.manifest import RunManifest
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.folder.stored_manifest import REGISTERS_IT
from groupinf.registry import UnknownNameError
from groupinf.studies.linear.rows import ROWS
from groupinf.studies.linear.schema import LinearConfig
from groupinf.studies.linear.stored_fit import CONFIG, CROSS_VALIDATION

Section = TypeVar("Section", bound=LinearConfig)


class Kept(TypedDict):
    """The fields of a collected run that all kinds of study have, its manifest aside."""

    path: Path
    config: Mapping[str, Any]
    rows: pd.DataFrame
    cross_validation: pd.DataFrame | None


def kept(directory: RunDirectory, manifest: RunManifest) -> Kept:
    """What the folder of a run has of them; raises DataError where a file is not what was written."""
    return Kept(
        path=directory.path,
        config=stored_values(directory, manifest),
        rows=directory.read_table(ROWS, manifest),
        cross_validation=(
            directory.read_table(CROSS_VALIDATION, manifest) if CROSS_VALIDATION in manifest.prepared else None
        ),
    )


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
