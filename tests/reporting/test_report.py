"""A report is complete, repeatable, and leaves no half-written file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from groupinf.errors import RunError
from groupinf.reporting.html.page import page_html
from groupinf.reporting.report import report_markdown, write_report
from groupinf.reporting.tables.terminal import spearman_text


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_report_writes_tables_and_a_figure_per_prediction_and_links_them(make_run):
    run = make_run(notes=["k-means on a sample"], methods=("influence", "parameter_influence"))
    path = write_report(run)
    figures = [f"figures/{m}_vs_actual.{e}" for m in ("influence", "parameter_influence") for e in ("png", "svg")]
    tables = [f"tables/spearman.{ending}" for ending in ("csv", "md", "tex")]
    tables += [*(f"tables/groups.{ending}" for ending in ("parquet", "csv", "md")), "tables/test_points.csv"]
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


@pytest.mark.parametrize(
    ("classes", "evaluations", "said"),
    [
        (("no", "yes"), ("test_prediction", "test_loss"), True),
        (("no", "yes"), ("test_loss", "self_loss"), False),
        ((), ("test_prediction", "test_loss"), False),
        (("a", "b", "c"), ("test_loss", "self_loss"), False),
    ],
)
@pytest.mark.usefixtures("undrawn")
def test_report_page_and_terminal_say_that_predictions_of_two_classes_are_log_odds(
    make_run, classes, evaluations, said
):
    """Beside the convention, whose units are those of losses; for regression it says the unit of y itself."""
    task = "classification" if classes else "regression"
    run = make_run(measures=[(name, 3) for name in evaluations], classes=classes, evaluations=evaluations, task=task)
    words = "Test prediction: log-odds of class yes."
    for text in (report_markdown(run), page_html([run], "study", plotly=False), spearman_text(run, 100)):
        assert (words in text) is said
        assert "log-odds" not in text.replace(words, "")


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
