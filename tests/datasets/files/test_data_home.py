"""The data home is where the environment says, else where the platform keeps a user's cache."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from groupinf.datasets.facts import SourceFile
from groupinf.datasets.files.data_home import FoundFile, data_home, data_home_of, sha256_of, verified_file
from groupinf.errors import DataError

USER = Path("/home/user")


@pytest.mark.parametrize(
    ("environ", "platform", "expected"),
    [
        ({"GROUPINF_DATA": "/data", "XDG_CACHE_HOME": "/cache"}, "linux", "/data"),
        ({"GROUPINF_DATA": "", "XDG_CACHE_HOME": "/cache"}, "linux", "/cache/groupinf"),
        ({}, "linux", "/home/user/.cache/groupinf"),
        ({"XDG_CACHE_HOME": "relative"}, "linux", "/home/user/.cache/groupinf"),
        ({"XDG_CACHE_HOME": "/cache"}, "darwin", "/home/user/Library/Caches/groupinf"),
        ({"LOCALAPPDATA": "/local", "XDG_CACHE_HOME": "/cache"}, "win32", "/local/groupinf"),
        ({}, "win32", "/home/user/AppData/Local/groupinf"),
        ({"GROUPINF_DATA": "/data"}, "win32", "/data"),
    ],
)
def test_data_home(environ: dict[str, str], platform: str, expected: str) -> None:
    assert data_home_of(environ, platform, USER) == Path(expected)


def test_reads_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(USER))
    monkeypatch.setenv("GROUPINF_DATA", "~/data")
    assert data_home() == USER / "data"


def test_sha256(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"abc" * 1000)
    assert sha256_of(tmp_path / "file") == hashlib.sha256(b"abc" * 1000).hexdigest()
    with pytest.raises(DataError, match=r"absent: expected a readable file, found: No such file"):
        sha256_of(tmp_path / "absent")


def source(content: bytes | None) -> SourceFile:
    sha256 = None if content is None else hashlib.sha256(content).hexdigest()
    return SourceFile(path="sub/file.dat", sha256=sha256, origin="a friend")


def test_verified_file(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "file.dat"
    with pytest.raises(DataError, match=r"file\.dat: no such file$"):
        verified_file(tmp_path, source(b"right"))
    path.parent.mkdir()
    path.write_bytes(b"right")
    right, wrong = (hashlib.sha256(content).hexdigest() for content in (b"right", b"wrong"))
    assert verified_file(tmp_path, source(b"right")) == verified_file(tmp_path, source(None)) == FoundFile(path, right)
    with pytest.raises(DataError) as caught:
        verified_file(tmp_path, source(b"wrong"))
    assert str(caught.value) == (f"{path}: expected sha256 {wrong}, found {right}: not the file that is meant")
