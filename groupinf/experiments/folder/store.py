"""Storing what a run prepares, also where several processes do so at once: none waits, and what is stored fits."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace

from groupinf.errors import DataError
from groupinf.experiments.folder.files import sha256
from groupinf.experiments.folder.kinds import MANIFEST, sweep_of
from groupinf.experiments.folder.manifest import RunManifest
from groupinf.experiments.folder.run_directory import Own, RunDirectory


def store_prepared(
    directory: RunDirectory, contents: Mapping[str, bytes], description: Own, may_differ: Container[str]
) -> Own:
    """Store prepared files, and the manifest last; the manifest that counts, which is the first that was stored.

    Where one is stored already, or blocks are, the files must be those that it or they were made with: then only what
    is missing or altered is written. Raises DataError, naming the file, where they are not. An altered manifest counts
    as a missing one. Files that ``may_differ`` change no number.
    """
    hashes = {name: sha256(content) for name, content in contents.items()}
    decisive = {name: made for name, made in hashes.items() if name not in may_differ}
    kind = type(description)
    stored = directory.whole_manifest(kind)
    if stored is None and directory.stored_blocks():
        found = {name: directory.hash_of(name) for name in hashes}
        lost = "altered" if directory.manifest_path.exists() else "missing"
        _require_same(directory, decisive, found, f"{MANIFEST} is {lost}")
    elif stored is not None:
        _require_same(directory, decisive, stored.prepared, "it was missing or altered, or another process was first")
    for name, content in contents.items():
        if directory.hash_of(name) != hashes[name]:
            directory.write(name, content)
    manifest = directory.whole_manifest(kind)
    if manifest is None:
        manifest = replace(description, prepared=hashes)
        directory.write_manifest(manifest)
    elif any(manifest.prepared.get(name) != hashes[name] for name in hashes):
        manifest = replace(manifest, prepared={**manifest.prepared, **hashes})
        directory.write_manifest(manifest)
    return manifest


def restate(
    directory: RunDirectory, contents: Mapping[str, bytes], manifest: RunManifest, notes: tuple[str, ...]
) -> None:
    """Store files of a finished run that change no number as they are now, and its notes, where they differ."""
    hashes = {name: sha256(content) for name, content in contents.items()}
    changed = [name for name in contents if manifest.prepared.get(name) != hashes[name]]
    for name in changed:
        directory.write(name, contents[name])
    if changed or notes != manifest.notes:
        directory.write_manifest(replace(manifest, prepared={**manifest.prepared, **hashes}, notes=notes))


def require_prepared(directory: RunDirectory, manifest: RunManifest) -> dict[str, bytes]:
    """Every file that prepare has written; raises DataError, naming those that are missing or altered."""
    files = directory.read_prepared(manifest)
    if files is None:
        bad = [name for name in manifest.prepared if directory.read(name, manifest) is None]
        command = "prepare" if sweep_of(directory.path) is None else "sweep"
        raise DataError(
            f"{directory.path}: {', '.join(bad)} missing or altered; groupinf {command} with "
            "the same configuration makes it again"
        )
    return files


def _require_same(directory: RunDirectory, made: Mapping[str, str], stored: Mapping[str, str | None], why: str) -> None:
    for name in made:
        if made[name] != stored.get(name):
            raise DataError(
                f"{directory.path / name}: {why}, and what is prepared here has other bytes, so that stored blocks "
                "would not fit; prepare it on the kind of processor and with the library versions that it was first "
                "prepared with, or start over: groupinf experiment, prepare and sweep have --fresh for that"
            )
