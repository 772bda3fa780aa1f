"""The manifest names the commit of the source that ran, and says whether that source had other changes."""

import subprocess
from pathlib import Path

import pytest

from groupinf.experiments.folder import provenance as made_with
from groupinf.experiments.folder.provenance import provenance


def _git(folder: Path, *command: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    return subprocess.run(["git", *who, "-C", folder, *command], check=True, capture_output=True, text=True).stdout


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A source tree in which the manifest's file is the one that runs."""
    file = tmp_path / "groupinf" / "experiments" / "folder" / "provenance.py"
    file.parent.mkdir(parents=True)
    file.write_text("a = 1\n", encoding="utf-8")
    monkeypatch.setattr(made_with, "__file__", str(file))
    return file


def test_the_commit_and_changes_beside_it_are_named(source: Path, tmp_path: Path) -> None:
    _git(tmp_path, "init", "-q")
    _git(tmp_path, "add", "-A")
    _git(tmp_path, "commit", "-q", "-m", "first")
    (tmp_path / "results.txt").write_text("not of the package", encoding="utf-8")
    known = provenance()
    assert (known.git_commit, known.git_dirty) == (_git(tmp_path, "rev-parse", "HEAD").strip(), False)
    source.write_text("a = 2\n", encoding="utf-8")
    assert provenance().git_dirty is True


def test_an_installed_package_has_no_commit(source: Path) -> None:
    assert (provenance().git_commit, provenance().git_dirty) == (None, False)
