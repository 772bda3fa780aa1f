"""A loader runs only where the cache holds no sound copy made from the same files; no copy stands for absent files."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from support.made_dataset import FAKE, assert_same, dataset

from groupinf.datasets.dataset import Dataset
from groupinf.datasets.facts import DatasetFacts
from groupinf.datasets.files.cache import cache_home, cache_home_of, load_through_cache
from groupinf.errors import DataError


class Loads:
    """A loader of ``made/a.npy``, a data home and a cache; ``count`` is how often the loader ran."""

    def __init__(self, folder: Path) -> None:
        self.home, self.cache, self.count = folder / "home", folder / "cache", 0
        (self.home / "made").mkdir(parents=True)
        for name in "ab":
            np.save(self.home / "made" / f"{name}.npy", np.arange(30.0).reshape(10, 3))

    def load(self, home: Path, seed: int) -> Dataset:
        self.count += 1
        return dataset(X_train=np.load(home / "made" / "a.npy"))

    def __call__(self, facts: DatasetFacts = FAKE) -> Dataset:
        return load_through_cache(facts, self.load, self.home, 0, self.cache)

    @property
    def entry(self) -> Path:
        (found,) = (path for path in (self.cache / "made").iterdir() if len(path.name) == 16)
        return found


@pytest.fixture
def loads(tmp_path: Path) -> Loads:
    return Loads(tmp_path)


def test_the_loader_runs_once(loads: Loads) -> None:
    first, second, third = loads(), loads(), loads()
    assert loads.count == 1
    assert_same(first, second)
    assert_same(first, third)


@pytest.mark.parametrize("name", "ab")
def test_a_changed_file_is_loaded_anew_and_replaces_the_copy(name: str, loads: Loads) -> None:
    loads()
    old = loads.entry
    np.save(loads.home / "made" / f"{name}.npy", np.ones((10, 3)))
    assert_same(loads(), dataset(X_train=np.load(loads.home / "made" / "a.npy")))
    assert loads.count == 2
    assert loads.entry != old
    assert not old.exists()


def test_another_loader_library_or_field_is_loaded_anew(loads: Loads, monkeypatch: pytest.MonkeyPatch) -> None:
    loads()
    loads(replace(FAKE, loader_version=2))
    assert loads.count == 2
    other = {"scikit-learn": "0.1"}
    monkeypatch.setattr("groupinf.datasets.files.cache.version", lambda name: other.get(name, version(name)))
    loads(replace(FAKE, loader_version=2))
    assert loads.count == 3


@pytest.mark.parametrize("name", "ab")
def test_an_absent_file_is_an_error_in_spite_of_the_copy(name: str, loads: Loads) -> None:
    loads()
    (loads.home / "made" / f"{name}.npy").unlink()
    with pytest.raises(DataError, match=rf"made/{name}\.npy: no such file$"):
        loads()


def test_a_file_that_changes_while_it_is_read_leaves_no_copy(loads: Loads, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(home: Path, seed: int) -> Dataset:
        np.save(home / "made" / "a.npy", np.zeros((10, 3)))
        return dataset()

    load_through_cache(FAKE, load, loads.home, 0, loads.cache)
    assert not loads.cache.exists()


def damage_by_removal(path: Path) -> None:
    path.unlink()


def damage_by_emptying(path: Path) -> None:
    path.write_bytes(b"")


def damage_by_cutting(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


FILES = ("X_train.npy", "X_test.npy", "y_train.npy", "y_test.npy", "sample_weight_train.npy", "manifest.jsonl")


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("damage", [damage_by_removal, damage_by_emptying, damage_by_cutting])
def test_a_damaged_copy_is_made_anew(damage: Callable[[Path], None], file: str, loads: Loads) -> None:
    first = loads()
    assert sorted(path.name for path in loads.entry.iterdir()) == sorted(FILES)
    damage(loads.entry / file)
    assert_same(first, loads())
    assert loads.count == 2
    assert_same(first, loads())
    assert loads.count == 2


def test_where_nothing_can_be_written_it_loads_and_says_so(loads: Loads, caplog: pytest.LogCaptureFixture) -> None:
    loads.cache.write_text("a file where the cache should be")
    assert_same(loads(), loads())
    assert loads.count == 2
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2
    assert caplog.messages[0].startswith("made: loaded, but no copy could be kept in the cache: [Errno ")
    assert str(loads.cache) in caplog.messages[0]


def test_a_full_disk_leaves_nothing_behind(
    loads: Loads, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = []

    def full(file: int) -> None:
        synced.append(file)
        if len(synced) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    loads()
    assert not loads.cache.exists()
    assert "No space left on device; set GROUPINF_CACHE to another folder, or to off" in caplog.text
    loads()
    assert loads.count == 2
    loads()
    assert loads.count == 2


def test_only_what_is_the_caches_is_removed(loads: Loads) -> None:
    loads()
    entry, foreign = loads.entry, loads.cache / "made" / "mine"
    foreign.mkdir()
    kept = [foreign / "X_train.npy", loads.cache / "made" / "a.npy", entry / "notes.txt"]
    fresh, abandoned = entry / ".part-new", entry / ".part-old"
    for path in (*kept, fresh, abandoned):
        path.write_text("text")
    os.utime(abandoned, (time.time() - 7_200,) * 2)
    (entry / "y_test.npy").unlink()
    loads()
    assert fresh.exists()
    assert not abandoned.exists()
    loads(replace(FAKE, loader_version=2))
    assert all(path.exists() for path in kept)
    assert list(entry.iterdir()) == [entry / "notes.txt"]


@pytest.mark.parametrize(
    ("environ", "platform", "expected"),
    [
        ({"GROUPINF_CACHE": "/c", "XDG_CACHE_HOME": "/x"}, "linux", "/c"),
        ({"GROUPINF_CACHE": "", "XDG_CACHE_HOME": "/x"}, "linux", "/x/groupinf/processed"),
        ({"GROUPINF_DATA": "/data"}, "linux", "/home/user/.cache/groupinf/processed"),
        ({}, "darwin", "/home/user/Library/Caches/groupinf/processed"),
        ({"LOCALAPPDATA": "/l"}, "win32", "/l/groupinf/processed"),
    ],
)
def test_where_the_cache_is(environ: dict[str, str], platform: str, expected: str) -> None:
    assert cache_home_of(environ, platform, Path("/home/user")) == Path(expected)


def test_off_and_home(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cache_home() is None  # as tests/conftest.py has it
    monkeypatch.setenv("HOME", "/home/user")
    monkeypatch.setenv("GROUPINF_CACHE", "~/c")
    assert cache_home() == Path("/home/user/c")
