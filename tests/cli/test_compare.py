"""``compare`` shows finished runs beside each other, and ``report`` writes their pages; runs are real, but small."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import groupinf
from groupinf.cli.main import main

CONFIG = {
    "name": "study",
    "dataset": {"name": "breast_cancer"},
    "regularization": {"lambda_over_n": 0.01},
    "groups": {"sizes": {"min": 0.05, "max": 0.2, "num": 12}, "builders": ["random", "influence_tails"]},
    "test_points": {"random": 2},
    "methods": ["influence", "newton"],
}


def invoke(*args: str) -> Result:
    return CliRunner().invoke(main, list(args), prog_name="groupinf")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    out = tmp_path_factory.mktemp("runs")
    values = ("0.01", "0.1")
    overrides = [[f"regularization.lambda_over_n={value}"] for value in values]
    return [str(groupinf.run_experiment(CONFIG, overrides=o, out=out, jobs=1).path) for o in overrides]


def test_the_terminal_has_a_line_for_each_run_and_prediction(runs: list[str]) -> None:
    result = invoke("compare", *runs)
    assert result.exit_code == 0, result.output
    lines = [line.split() for line in result.stdout.splitlines() if " Influence " in line]
    assert len(lines) == 6  # three evaluations of two runs
    assert {" ".join(words[:3]) for words in lines} == {"λ/n = 0.01", "λ/n = 0.1"}
    run = groupinf.load_run(runs[1])
    rows = run.spearman.query("kind == 'all' and method == 'influence' and evaluation == 'self_loss'")
    assert lines[-1][4:6] == [f"{rows['spearman'].iloc[0]:.3f}", f"{rows['slope'].iloc[0]:.2f}"]


def test_what_the_runs_share_is_said_once(runs: list[str]) -> None:
    text = invoke("compare", *runs).stdout
    about, *_ = text.split("\n\n")
    assert about.count("breast_cancer") == text.count("breast_cancer") == 1
    assert "n 455, d 30" in about
    assert text.count("intercept not penalised") == 1
    assert [line.split()[:4] for line in about.splitlines()[-2:]] == [
        ["λ/n", "=", "0.01", "0.01"],
        ["λ/n", "=", "0.1", "0.1"],
    ]


def test_paths_are_printed_as_one_would_type_them(runs: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(runs[0])
    settings = ("--set", "test_points.random=1", "--set", "methods=[newton]", "--jobs", "1", "-q")
    before = invoke("evaluate", runs[0], *settings).stdout.splitlines()[-1]
    monkeypatch.chdir(folder.parent)
    for command in (("report", folder.name), ("report", runs[0])):
        assert invoke(*command).stdout.endswith(f"\nReport: {folder.name}/report.html\n")
    after = invoke("evaluate", folder.name, *settings).stdout
    assert after.endswith(f"\nReport: {Path(before.removeprefix('Report: ')).relative_to(folder.parent)}\n")
    assert f"were read from {folder.name}, which stored them" in " ".join(after.split())
    assert invoke("compare", *runs, "-o", runs[0] + "/compared.html").stdout.endswith(
        f"\nPage: {folder.name}/compared.html\n"
    )


def test_the_page_is_written_where_it_is_asked_for(runs: list[str], tmp_path: Path) -> None:
    page = tmp_path / "new" / "compared.html"
    result = invoke("compare", *runs, "-o", str(page))
    assert result.stdout.endswith(f"Page: {page}\n")
    text = page.read_text(encoding="utf-8")
    assert text.count("λ/n = 0.1") > 10
    assert invoke("compare", *runs).exit_code == 0
    first = page.read_bytes()
    invoke("compare", *runs, "-o", str(page))
    assert page.read_bytes() == first


def test_report_writes_the_page_again(runs: list[str]) -> None:
    page = Path(runs[0]) / "report.html"
    before = page.read_bytes()
    page.unlink()
    result = invoke("report", runs[0])
    assert result.exit_code == 0
    assert result.stdout.endswith(f"Report: {page}\n")
    assert page.read_bytes() == before


def test_what_cannot_be_compared_is_refused(runs: list[str], tmp_path: Path) -> None:
    for args, words in (
        ([runs[0]], "expected two different runs"),
        ([runs[0], runs[0]], "expected two different runs"),
        ([*runs, "-o", str(tmp_path / "page.txt")], "expected a name that ends in .html"),
        ([runs[0], str(tmp_path)], "expected the folder of a run"),
    ):
        result = invoke("compare", *args)
        assert result.exit_code == 2
        assert words in result.stderr


def test_a_sweep_is_compared_and_reported_as_its_runs(tmp_path: Path) -> None:
    sweep = groupinf.run_sweep(CONFIG, lambda_over_n=[0.01, 0.1], out=tmp_path, jobs=1)
    result = invoke("compare", str(sweep.path))
    assert result.exit_code == 0, result.output
    assert "λ/n = 0.01" in result.stdout
    page = sweep.path / "report.html"
    page.unlink(missing_ok=True)
    result = invoke("report", str(sweep.path))
    assert result.exit_code == 0, result.output
    text = page.read_text(encoding="utf-8")
    assert text.count("λ/n = 0.1") > 10
    assert "<p>The same groups and test points at every λ/n, drawn at λ/n = 0.01.</p>" in text
    assert "ρ against λ/n" in text
