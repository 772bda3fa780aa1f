"""What the user should know of a run's folder before the run is prepared there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from groupinf.config.named_file import file_keys
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.registry import DATASET_KINDS
from groupinf.experiments.folder.identity import folder_name
from groupinf.experiments.folder.kinds import MANIFEST
from groupinf.experiments.folder.manifest import OtherFormatError, RunManifest
from groupinf.experiments.folder.run_directory import RunDirectory


def notes_on_folder(directory: RunDirectory, name: str, dataset: Dataset, identity: Mapping[str, Any]) -> Iterator[str]:
    """A note where the manifest was altered, and one where the same study of other data lies beside a new folder."""
    if directory.whole_manifest(RunManifest) is not None:
        return
    if directory.manifest_path.exists():
        yield f"{directory.manifest_path}: altered, and made again; blocks are kept where all else is as it was"
        return
    for path, theirs in _of_other_data(directory, name, identity):
        ours = dataset.sources
        changed = sorted(file for file in {*theirs, *ours} if theirs.get(file) != ours.get(file))
        yield (
            f"{directory.path}: a new run, as the data ({', '.join(changed)}) are not those of {path}, "
            "which has the same configuration and stays as it is"
        )
        return


def _of_other_data(
    directory: RunDirectory, name: str, identity: Mapping[str, Any]
) -> Iterator[tuple[Path, Mapping[str, str]]]:
    """The folders beside it of runs whose identity differs in the data alone, and the sources of these."""
    for path in sorted(directory.path.parent.glob(f"{folder_name(name)}-*/{MANIFEST}")):
        try:
            manifest = RunDirectory(path.parent).whole_manifest(RunManifest)
        except OtherFormatError:
            continue
        if manifest is None or manifest.name != name:
            continue
        theirs = manifest.identity
        if theirs != identity and _without_data(theirs) == _without_data(identity):
            yield path.parent, manifest.sources


def _without_data(identity: Mapping[str, Any]) -> dict[str, Any]:
    config = identity["config"]
    files = {key for kind in DATASET_KINDS.values() for key in file_keys(kind.options)}
    dataset = {key: value for key, value in config["dataset"].items() if key not in files}
    return {**identity, "config": {**config, "dataset": dataset}, "sources": None}
