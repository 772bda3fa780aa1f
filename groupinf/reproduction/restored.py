"""The blocks of a finished run as they were computed, for whoever times them again."""

from __future__ import annotations

from groupinf.config.load import load_config
from groupinf.errors import DataError
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.study import Blocks
from groupinf.studies.group_effects.block import GroupsOfBlock, Shared
from groupinf.studies.group_effects.checks import load_checked
from groupinf.studies.group_effects.prepare import retraining
from groupinf.studies.group_effects.result import Run
from groupinf.studies.group_effects.schema import Config, LoadedStudy
from groupinf.studies.linear.stored_fit import CONFIG


def restored(run: Run) -> tuple[LoadedStudy, Blocks[Shared, GroupsOfBlock]]:
    """The run's configuration, and how its blocks are computed; raises DataError where the run is not whole."""
    loaded = load_config(run.path / CONFIG, (), Config)
    work, directory = retraining(loaded, load_checked(loaded)), RunDirectory(run.path)
    files = directory.read_prepared(run.manifest)
    if files is None:
        raise DataError(f"{run.path}: one of its files is missing or altered")
    return loaded, work.restore(files, run.manifest)
