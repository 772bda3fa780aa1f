"""A file that is replaced is the old one or the new one, never half of one; a failure leaves nothing beside it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from groupinf.atomic import disk_is_full, replacement


@pytest.mark.parametrize(
    ("options", "start", "end"), [({}, ".a.txt-", ""), ({"prefix": ".b-", "suffix": ".c"}, ".b-", ".c")]
)
def test_the_target_is_the_old_file_until_the_block_ends(
    options: dict[str, str], start: str, end: str, tmp_path: Path
) -> None:
    target = tmp_path / "a.txt"
    target.write_bytes(b"old")
    with replacement(target, **options) as file:
        file.write(b"new")
        assert target.read_bytes() == b"old"
        [beside] = (path.name for path in tmp_path.iterdir() if path != target)
        assert beside.startswith(start)
        assert beside.endswith(end)
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o644


def write_half(target: Path, error: BaseException) -> None:
    with replacement(target) as file:
        file.write(b"new")
        raise error


@pytest.mark.parametrize("error", [OSError(errno.EIO, "no"), ValueError("no"), KeyboardInterrupt("no")], ids=repr)
def test_a_failure_in_the_block_comes_through_and_leaves_only_the_old_file(
    error: BaseException, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_bytes(b"old")
    with pytest.raises(type(error)) as caught:
        write_half(tmp_path / "a.txt", error)
    assert caught.value is error
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.txt": b"old"}


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.chmod", "pathlib.Path.replace"])
def test_a_disk_that_refuses_is_a_plain_error_and_leaves_only_the_old_file(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (tmp_path / "a.txt").write_bytes(b"old")
    monkeypatch.setattr(step, refuse)
    with pytest.raises(OSError, match="No space left") as caught, replacement(tmp_path / "a.txt") as file:
        file.write(b"new")
    assert disk_is_full(caught.value)
    assert not disk_is_full(OSError(errno.EACCES, "no"))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.txt": b"old"}
