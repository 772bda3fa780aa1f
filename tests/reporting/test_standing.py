"""A report is left as it is while nothing that it was made of has changed, and made again where anything has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from groupinf.reporting import standing
from groupinf.reporting.standing import PAGE_NAME, STANDING, keep_report, renew_report, report_stands


class Writer:
    """Writes a report of the folder's manifest, and counts how often it did."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.times = folder, 0

    def __call__(self) -> None:
        self.times += 1
        about = (self.folder / "manifest.json").read_text()
        (self.folder / "figures").mkdir(exist_ok=True)
        for name in (PAGE_NAME, "report.md", "figures/a.png"):
            (self.folder / name).write_text(about)


@pytest.fixture
def writer(tmp_path: Path) -> Writer:
    """Of a folder whose report was made once."""
    (tmp_path / "manifest.json").write_text("first")
    made = Writer(tmp_path)
    keep_report(tmp_path, made)
    assert made.times == 1
    return made


def test_a_report_that_stands_is_not_written_again_unless_that_is_asked_for(writer: Writer) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in writer.folder.rglob("*")}
    keep_report(writer.folder, writer)
    assert writer.times == 1
    assert before == {path.name: path.stat().st_mtime_ns for path in writer.folder.rglob("*")}
    renew_report(writer.folder, writer)
    assert writer.times == 2


CHANGES: dict[str, Callable[[Path], object]] = {
    "the run": lambda folder: (folder / "manifest.json").write_text("second"),
    "the page": lambda folder: (folder / PAGE_NAME).write_text("edited"),
    "a figure": lambda folder: (folder / "figures" / "a.png").write_text("edited"),
    "a lost figure": lambda folder: (folder / "figures" / "a.png").unlink(),
    "an added figure": lambda folder: (folder / "figures" / "b.png").write_text("of whom"),
    "what it was made of": lambda folder: (folder / STANDING).write_text("{}"),
    "no word of what it was made of": lambda folder: (folder / STANDING).unlink(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_has_changed_the_report_is_made_again(writer: Writer, change: str) -> None:
    CHANGES[change](writer.folder)
    assert not report_stands(writer.folder)
    keep_report(writer.folder, writer)
    assert writer.times == 2
    assert (writer.folder / PAGE_NAME).read_text() == (writer.folder / "manifest.json").read_text()
    assert report_stands(writer.folder)


def test_other_code_or_libraries_make_it_again(
    writer: Writer, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    package = tmp_path_factory.mktemp("package")
    (package / "words.py").write_text("GOOD = 'well'")
    monkeypatch.setattr(standing, "_PACKAGE", package)
    keep_report(writer.folder, writer)
    assert writer.times == 2
    (package / "words.py").write_text("GOOD = 'fine'")
    assert not report_stands(writer.folder)
    keep_report(writer.folder, writer)
    monkeypatch.setattr(standing, "version", lambda name: f"another {name}")
    assert not report_stands(writer.folder)


def test_a_report_whose_writing_ends_half_way_does_not_stand(writer: Writer) -> None:
    (writer.folder / "manifest.json").write_text("second")

    def ends_half_way() -> None:
        (writer.folder / PAGE_NAME).write_text("second")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        keep_report(writer.folder, ends_half_way)
    assert not report_stands(writer.folder)
