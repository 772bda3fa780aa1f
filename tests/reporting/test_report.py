"""A report is complete, repeatable, and leaves no half-written file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from groupinf.errors import RunError
from groupinf.reporting.report import write_report


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_report_writes_tables_and_a_figure_per_prediction_and_links_them(make_run):
    run = make_run(notes=["k-means on a sample"], methods=("influence", "parameter_influence"))
    path = write_report(run)
    figures = [f"figures/{m}_vs_actual.{e}" for m in ("influence", "parameter_influence") for e in ("png", "svg")]
    tables = [f"tables/spearman.{ending}" for ending in ("csv", "md", "tex")]
    assert list(contents(run.path)) == sorted(["report.html", "report.md", *figures, *tables])
    assert path == run.path / "report.md"
    text = path.read_text(encoding="utf-8")
    assert set(re.findall(r"\]\(([^)]+)\)", text)) == set(figures + tables)
    for words in (
        "# study",
        "toy: n = 1,200",
        "## Test loss",
        "positive means that removing the group raises f",
        "k-means on a sample",
    ):
        assert words in text


def test_a_second_report_is_the_same_bytes(make_run):
    run = make_run()
    write_report(run)
    first = contents(run.path)
    write_report(run)
    assert contents(run.path) == first


def test_a_failed_write_keeps_the_old_report_and_leaves_nothing_behind(make_run, monkeypatch):
    run = make_run(methods=("influence",))
    write_report(run)
    before = contents(run.path)

    def fail(descriptor: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(RunError):
        write_report(make_run(methods=("influence",), dataset="another"))
    assert contents(run.path) == before
