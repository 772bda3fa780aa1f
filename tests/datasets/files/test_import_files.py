"""Files that the user has are known by name or sha256 and come to their places verified, or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from groupinf.datasets.facts import DatasetFacts, SourceFile
from groupinf.datasets.files.import_files import import_files
from groupinf.datasets.known.registry import facts_of
from groupinf.errors import DataError

ONE, TWO = b"PK the first", b"PK the second"


def source(path: str, content: bytes | None) -> SourceFile:
    sha256 = None if content is None else hashlib.sha256(content).hexdigest()
    return SourceFile(path=path, sha256=sha256, origin="a friend")


def dataset(*files: SourceFile) -> DatasetFacts:
    return DatasetFacts("some", "Some", 1, 1, 1, 2, "none", "nobody", "", files=files)


KNOWN = dataset(source("some/one.npz", ONE), source("some/two.npz", TWO))
UNKNOWN = dataset(source("some/one.npz", None))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def give(home: Path, facts: DatasetFacts, *paths: Path, force: bool = False) -> list[str]:
    said: list[str] = []
    import_files(facts, paths, home, force, said.append)
    return said


def held(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in home.rglob("*") if path.is_file()}


def written(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_by_name_and_by_hash(home: Path, tmp_path: Path) -> None:
    said = give(home, KNOWN, written(tmp_path / "one.npz", ONE), written(tmp_path / "renamed (1).npz", TWO))
    assert held(home) == {"one.npz": ONE, "two.npz": TWO}
    assert [line.split(":")[0] for line in said] == ["some/one.npz", "some/two.npz"]
    assert all(line.endswith("verified") for line in said)


def test_hash_goes_before_name(home: Path, tmp_path: Path) -> None:
    give(home, KNOWN, written(tmp_path / "one.npz", TWO))
    assert held(home) == {"two.npz": TWO}


@pytest.mark.parametrize("below", ["", "some", "deep/down"])
def test_folder(below: str, home: Path, tmp_path: Path) -> None:
    for name, content in (("one.npz", ONE), ("two.npz", TWO)):
        written(tmp_path / "own" / below / name, content)
    written(tmp_path / "own" / "another" / "one.npz", b"PK of another dataset")
    give(home, KNOWN, tmp_path / "own")
    assert held(home) == {"one.npz": ONE, "two.npz": TWO}


def test_part_of_a_dataset(home: Path, tmp_path: Path) -> None:
    written(tmp_path / "own" / "two.npz", TWO)
    assert len(give(home, KNOWN, tmp_path / "own")) == 1
    assert held(home) == {"two.npz": TWO}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("one.npz", b"PK altered", "one.npz: expected sha256 .*, found .*: not the file that is meant. It was not imp"),
        ("one.npz", b"<html>", "found a web page"),
        ("other.npz", b"PK altered", "expected one.npz or two.npz, found a file of another name and another sha256"),
    ],
)
def test_other_files_are_refused(name: str, content: bytes, words: str, home: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=words):
        give(home, KNOWN, written(tmp_path / name, content))
    assert held(home) == {}


def test_nothing_there(home: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"empty: expected a folder that holds one\.npz or two\.npz, found none"):
        give(home, KNOWN, tmp_path / "empty")
    with pytest.raises(DataError, match="absent: expected a file or a folder, found none"):
        give(home, KNOWN, tmp_path / "absent")
    with pytest.raises(DataError, match="digits comes with scikit-learn"):
        give(home, facts_of("digits"), tmp_path)


def test_what_is_there(home: Path, tmp_path: Path) -> None:
    good = written(tmp_path / "one.npz", ONE)
    written(home / "some" / "one.npz", b"PK wrong")
    with pytest.raises(DataError, match=r"another file is there: .* It was left as it is: --force replaces it"):
        give(home, KNOWN, good)
    assert held(home) == {"one.npz": b"PK wrong"}
    give(home, KNOWN, good, force=True)
    assert held(home) == {"one.npz": ONE}
    assert give(home, KNOWN, good, force=True) == ["some/one.npz: already there, verified"]


def test_file_without_a_hash(home: Path, tmp_path: Path) -> None:
    path = written(tmp_path / "one.npz", ONE)
    assert give(home, UNKNOWN, path)[0].endswith("not verified: its sha256 is not known")
    assert give(home, UNKNOWN, path)[0].startswith("some/one.npz: already there")
    written(path, TWO)
    with pytest.raises(DataError, match="a file is there that cannot be verified"):
        give(home, UNKNOWN, path)
    assert held(home) == {"one.npz": ONE}
    give(home, UNKNOWN, path, force=True)
    assert held(home) == {"one.npz": TWO}


def test_the_file_in_place_may_be_given_itself(home: Path) -> None:
    path = written(home / "some" / "one.npz", ONE)
    for facts in (KNOWN, UNKNOWN):
        assert "already there" in give(home, facts, path)[0]
        assert "already there" in give(home, facts, home)[0]
