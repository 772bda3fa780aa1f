"""What the user should know of a run's folder before the run is prepared there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from groupinf.experiments.folder.identity import folder_name
from groupinf.experiments.folder.kinds import MANIFEST
from groupinf.experiments.folder.manifest import OtherFormatError, RunManifest
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.study import Work


def notes_on_folder(directory: RunDirectory, work: Work[Any]) -> Iterator[str]:
    """A note where the manifest was altered, and one where the same study of other data lies beside a new folder."""
    if directory.whole_manifest(RunManifest) is not None:
        return
    if directory.manifest_path.exists():
        yield f"{directory.manifest_path}: altered, and made again; blocks are kept where all else is as it was"
        return
    for path in sorted(directory.path.parent.glob(f"{folder_name(work.name)}-*/{MANIFEST}")):
        try:
            other = RunDirectory(path.parent).whole_manifest(RunManifest)
        except OtherFormatError:
            continue
        changed = work.other_data(other) if other is not None and other.name == work.name else []
        if changed:
            yield (
                f"{directory.path}: a new run, as the data ({', '.join(changed)}) are not those of {path.parent}, "
                "which has the same configuration and stays as it is"
            )
            return
