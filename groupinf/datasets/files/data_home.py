"""Where downloaded data lives, and whether a file is the one that is meant."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from groupinf.datasets.facts import SourceFile
from groupinf.errors import DataError

WEB_PAGE = (b"<!doctype html", b"<html", b"<head", b"<script")

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


class SourceFileError(DataError):
    """A source file is not usable; ``reason`` is the message without the file. What to do is for the caller to say."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class MissingFileError(SourceFileError):
    """There is no such file."""


class UnreadableFileError(SourceFileError):
    """What is there cannot be looked at, or is a folder: no other file can take its place."""


def is_web_page(head: bytes) -> bool:
    """Return whether a file that begins so is HTML."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(WEB_PAGE)


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


NO_FOLDER = "no such folder"


def home_fault(home: Path) -> str:
    """Return in words what keeps a data home from being one; empty where it is a folder."""
    try:
        mode = home.stat().st_mode
    except FileNotFoundError:
        return NO_FOLDER
    except OSError as error:
        return f"a folder that cannot be looked into: {error.strerror}"
    return "" if stat.S_ISDIR(mode) else "a file, not a folder"


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, in hexadecimal.

    Raises SourceFileError where the file cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise SourceFileError(path, f"expected a readable file, found: {error.strerror}") from error


def find_source(home: Path, source: SourceFile) -> Path:
    """Return where a source file lies below the data home.

    Raises MissingFileError where it is not there, and UnreadableFileError where a folder is there, or a folder on the
    way cannot be looked into.
    """
    path = home / source.path
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise MissingFileError(path, "no such file") from None
    except OSError as error:
        raise UnreadableFileError(path, f"{_barred(path)} cannot be looked into: {error.strerror}") from error
    if stat.S_ISDIR(mode):
        raise UnreadableFileError(path, "expected a file, but a folder is there; move it away")
    return path


def _barred(path: Path) -> Path:
    """The first folder on the way to a path that cannot be entered."""
    for folder in reversed(path.parents):
        try:
            os.stat(os.path.join(folder, "."))  # noqa: PTH116, PTH118 - a Path drops the dot
        except OSError:
            return folder
    return path.parent


@dataclass(frozen=True)
class FoundFile:
    """A source file on disk and the sha256 of its bytes."""

    path: Path
    sha256: str


def verified_file(home: Path, source: SourceFile) -> FoundFile:
    """Return a source file below the data home after verifying its sha256, where one is known.

    Raises SourceFileError where it is not there, cannot be read, or has another hash than the source's.
    """
    path = find_source(home, source)
    found = sha256_of(path)
    if source.sha256 is not None and found != source.sha256:
        raise SourceFileError(path, f"expected sha256 {source.sha256}, found {found}: not the file that is meant")
    return FoundFile(path, found)


def read_zip_member(path: Path, source: SourceFile, member: str) -> bytes:
    """Return the bytes of one member of a zip file after verifying its sha256.

    A member of that name in another folder will do: archives are repacked, and it is the contents that are verified.
    Raises SourceFileError where it is no zip file or damaged, has no such member, or one of another hash than the
    source's.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            same_file = (name for name in names if PurePosixPath(name).name == PurePosixPath(member).name)
            content = archive.read(member if member in names else next(same_file, member))
    except KeyError as error:
        raise SourceFileError(path, f"expected the member {member}, found none of that name") from error
    except UNREADABLE_ZIP as error:
        raise SourceFileError(path, f"expected a readable zip file, found: {error}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != source.members[member]:
        raise SourceFileError(
            path,
            f"member {member}: expected sha256 {source.members[member]}, found {found}: not the file that is meant",
        )
    return content
