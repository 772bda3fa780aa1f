"""The outline of a prepared run, read from its folder alone: its groups, its blocks, and what the manifest says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groupinf.effects.blocks import blocks_of
from groupinf.errors import DataError
from groupinf.experiments.folder.files import npz_arrays, parquet_table
from groupinf.experiments.folder.kinds import sweep_of
from groupinf.experiments.folder.run_directory import RunDirectory, groups_from
from groupinf.groups.groups import Groups
from groupinf.studies.group_effects.manifest import GroupEffectsManifest, Skipped


@dataclass(frozen=True)
class Outline:
    """The groups of a run, and the group numbers of each of its blocks."""

    groups: Groups
    blocks: tuple[tuple[int, ...], ...]
    manifest: GroupEffectsManifest


def outline_from(groups: Groups, manifest: GroupEffectsManifest) -> Outline:
    """Blocks are slices of the groups that can be retrained, as wide as the manifest says."""
    retrained = retrainable(groups, manifest.skipped)
    return Outline(groups, blocks_of(retrained, manifest.block_width), manifest)


def retrainable(groups: Groups, skipped: Sequence[Skipped]) -> tuple[int, ...]:
    """Numbers of the groups that are not skipped."""
    left_out = {entry.group for entry in skipped}
    return tuple(g for g in range(len(groups)) if g not in left_out)


def require_outline(directory: RunDirectory) -> Outline:
    """The outline of a stored run; raises DataError, naming the file, where it has not been prepared whole."""
    manifest = directory.require_manifest(GroupEffectsManifest)
    outline = stored_outline(directory, manifest)
    if outline is None:
        bad = [name for name in manifest.prepared if directory.read(name, manifest) is None]
        command = "prepare" if sweep_of(directory.path) is None else "sweep"
        raise DataError(
            f"{directory.path}: {', '.join(bad)} missing or altered; groupinf {command} with "
            "the same configuration makes it again"
        )
    return outline


def stored_outline(directory: RunDirectory, manifest: GroupEffectsManifest) -> Outline | None:
    """The outline of a stored run; None where one of the files that prepare writes is missing or altered."""
    stored = directory.read_prepared(manifest)
    if stored is None:
        return None
    archive, frame = npz_arrays(stored["groups.npz"]), parquet_table(stored["groups.parquet"])
    return outline_from(groups_from(archive, frame), manifest)
