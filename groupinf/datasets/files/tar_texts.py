"""The text files of a tar archive, read in memory: nothing is ever unpacked to disk."""

from __future__ import annotations

import hashlib
import tarfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from groupinf.datasets.facts import SourceFile
from groupinf.datasets.files.data_home import SourceFileError

MOST_BYTES = 100_000_000  # of all members together: an archive of another size is not one that is meant


def read_tar(path: Path, source: SourceFile) -> dict[str, bytes]:
    """Return name -> bytes of the ``.txt`` files directly in the source's ``text_folders``, their listing verified.

    Links, devices and files elsewhere in the tar.gz archive are passed over. Raises SourceFileError where there is no
    readable tar.gz, or one of another ``listing_sha256`` than the source's.
    """
    try:
        with tarfile.open(path, "r:gz") as archive:
            contents = _texts(archive, path, source.text_folders)
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise SourceFileError(path, f"expected a readable tar.gz archive, found: {error}") from error
    found = listing_sha256(contents)
    if found != source.listing_sha256:
        raise SourceFileError(
            path,
            f"expected {source.listing_sha256} as the sha256 of the listing of its text files, found {found}"
            f" ({len(contents)} files): not the archive that is meant",
        )
    return contents


def listing_sha256(contents: Mapping[str, bytes]) -> str:
    """Return the sha256 of the lines ``<sha256>  <name>``, sorted by name."""
    lines = [f"{hashlib.sha256(contents[name]).hexdigest()}  {name}\n" for name in sorted(contents)]
    # tarfile gives the bytes of a name that are no UTF-8 as lone surrogates
    return hashlib.sha256("".join(lines).encode(errors="surrogateescape")).hexdigest()


def _texts(archive: tarfile.TarFile, path: Path, folders: tuple[str, ...]) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    total = 0
    for member in archive:
        total += member.size
        if total > MOST_BYTES:
            raise SourceFileError(path, f"expected at most {MOST_BYTES:,} bytes in the archive, found more")
        folder, _, name = member.name.rpartition("/")
        stream = archive.extractfile(member) if member.isreg() and folder in folders else None
        if stream is not None and name.endswith(".txt"):
            contents[member.name] = stream.read()
    return contents
