"""The outline of a prepared run, read from its folder alone: its groups, its blocks, and what the manifest says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from groupinf.effects.blocks import blocks_of
from groupinf.errors import DataError
from groupinf.experiments.folder.files import npz_arrays, parquet_table
from groupinf.experiments.folder.kinds import sweep_of
from groupinf.experiments.folder.run_directory import RunDirectory, groups_from, prepared_files
from groupinf.groups.groups import Groups


@dataclass(frozen=True)
class Outline:
    """The groups of a run, and the group numbers of each of its blocks."""

    groups: Groups
    blocks: tuple[tuple[int, ...], ...]
    manifest: Mapping[str, Any]


def outline_from(groups: Groups, manifest: Mapping[str, Any]) -> Outline:
    """Blocks are slices of the groups that can be retrained, as wide as the manifest says."""
    retrained = retrainable(groups, manifest["skipped"])
    return Outline(groups, blocks_of(retrained, manifest["block_width"]), manifest)


def retrainable(groups: Groups, skipped: Sequence[Mapping[str, Any]]) -> tuple[int, ...]:
    """Numbers of the groups that are not skipped."""
    left_out = {entry["group"] for entry in skipped}
    return tuple(g for g in range(len(groups)) if g not in left_out)


def require_outline(directory: RunDirectory) -> Outline:
    """The outline of a stored run; raises DataError, naming the file, where it has not been prepared whole."""
    manifest = directory.require_manifest()
    outline = stored_outline(directory, manifest)
    if outline is None:
        bad = [name for name in prepared_files(manifest) if directory.read(name, manifest) is None]
        command = "prepare" if sweep_of(directory.path) is None else "sweep"
        raise DataError(
            f"{directory.path}: {', '.join(bad)} missing or altered; groupinf {command} with "
            "the same configuration makes it again"
        )
    return outline


def stored_outline(directory: RunDirectory, manifest: Mapping[str, Any]) -> Outline | None:
    """The outline of a stored run; None where one of the files that prepare writes is missing or altered."""
    stored = {name: directory.read(name, manifest) for name in prepared_files(manifest)}
    archive, frame = stored["groups.npz"], stored["groups.parquet"]
    if archive is None or frame is None or None in stored.values():
        return None
    return outline_from(groups_from(npz_arrays(archive), parquet_table(frame)), manifest)
