"""Where downloaded data lives, and whether a file is the one that is meant."""

from __future__ import annotations

import hashlib
import os
import sys
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from groupinf.datasets.facts import SourceFile
from groupinf.errors import DataError

# What zipfile raises on files that are damaged or were never a zip file.
UNREADABLE_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    UnicodeDecodeError,
    NotImplementedError,
    RuntimeError,
)


def data_home() -> Path:
    """Return the folder of downloaded data: $GROUPINF_DATA, else ``groupinf`` in the user's cache folder."""
    return data_home_of(os.environ, sys.platform, Path.home())


def data_home_of(environ: Mapping[str, str], platform: str, user_home: Path) -> Path:
    """Return the data home of a user; an empty variable counts as unset."""
    if chosen := environ.get("GROUPINF_DATA"):
        return Path(chosen).expanduser()
    return user_cache_of(environ, platform, user_home) / "groupinf"


def user_cache_of(environ: Mapping[str, str], platform: str, user_home: Path) -> Path:
    """Return where a platform keeps a user's caches.

    macOS ~/Library/Caches, Windows %LOCALAPPDATA% (else ~/AppData/Local), elsewhere $XDG_CACHE_HOME where it is
    absolute (as the XDG Base Directory specification asks), else ~/.cache.
    """
    if platform == "darwin":
        return user_home / "Library" / "Caches"
    if platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or user_home / "AppData" / "Local")
    xdg = Path(environ.get("XDG_CACHE_HOME", ""))
    return xdg if xdg.is_absolute() else user_home / ".cache"


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, in hexadecimal.

    Raises:
        DataError: the file cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"{path}: expected a readable file, found: {error.strerror}") from error


def find_source(home: Path, source: SourceFile) -> Path:
    """Return where a source file lies below the data home.

    Raises:
        DataError: it is not there; says where it was looked for, where it comes from and what to do.
    """
    path = home / source.path
    if path.is_file():
        return path
    where = f"Download it from {source.urls[0]}" if source.urls else f"Get it from {source.origin},"
    raise DataError(
        f"{path}: no such file. {where} and save it under that name,"
        f" or set GROUPINF_DATA to the folder that holds {source.path}"
    )


@dataclass(frozen=True)
class FoundFile:
    """A source file on disk and the sha256 of its bytes."""

    path: Path
    sha256: str


def verified_file(home: Path, source: SourceFile) -> FoundFile:
    """Return a source file below the data home after verifying its sha256, where one is known.

    Raises:
        DataError: it is not there, cannot be read, or has another hash than the source's.
    """
    path = find_source(home, source)
    found = sha256_of(path)
    if source.sha256 is not None and found != source.sha256:
        raise DataError(
            f"{path}: expected sha256 {source.sha256}, found {found}: not the file that is meant. {replace_it(source)}"
        )
    return FoundFile(path, found)


def replace_it(source: SourceFile) -> str:
    """Return what to do about a file that is not the one that is meant."""
    return f"Move the file away and get it again from {source.urls[0] if source.urls else source.origin}"


def read_zip_member(path: Path, source: SourceFile, member: str) -> bytes:
    """Return the bytes of one member of a zip file after verifying its sha256.

    A member of that name in another folder will do: archives are repacked, and it is the contents that are verified.

    Raises:
        DataError: not a zip file, no such member, damaged, or another hash than the source's.
    """
    advice = replace_it(source)
    try:
        with zipfile.ZipFile(path) as archive:
            content = archive.read(_member_like(archive, member))
    except KeyError as error:
        raise DataError(f"{path}: expected the member {member}, found none of that name. {advice}") from error
    except UNREADABLE_ZIP as error:
        raise DataError(f"{path}: expected a readable zip file, found: {error}. {advice}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != source.members[member]:
        raise DataError(
            f"{path}: member {member}: expected sha256 {source.members[member]}, found {found}:"
            f" not the file that is meant. {advice}"
        )
    return content


def _member_like(archive: zipfile.ZipFile, member: str) -> str:
    names = archive.namelist()
    same_file = (name for name in names if PurePosixPath(name).name == PurePosixPath(member).name)
    return member if member in names else next(same_file, member)
