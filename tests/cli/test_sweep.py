"""``groupinf sweep`` reads its grid, says what is wrong with one, prints the table, and resumes and shards."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import groupinf
from groupinf.cli.main import main

STUDY = """\
name: study
dataset: {name: breast_cancer}
regularization: {lambda_over_n: 1e-2%s}
groups: {sizes: {min: 0.1, max: 0.2, num: 3}, builders: [random]}
test_points: {indices: [3, 5]}
methods: [newton]
"""


def invoke(*args: str) -> Result:
    return CliRunner().invoke(main, ["sweep", *args], prog_name="groupinf")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "study.yaml"
    file.write_text(STUDY % "")
    return file


@pytest.mark.parametrize(
    ("grid", "expected"),
    [
        ("1e-3:1", "expected MIN:MAX:NUM, such as 1e-7:1e2:10, or values with commas"),
        ("low", "expected MIN:MAX:NUM"),
        ("1e-3:1:2.5", "expected MIN:MAX:NUM"),
        ("1e-3,,1", "expected MIN:MAX:NUM"),
        ("1:1e-3:4", "expected min <= max, found min 1 and max 0.001"),
        ("1e-3:1:0", "num: expected a whole number of at least 1, found 0"),
        ("0:1:3", "min: expected a number above 0, found 0.0"),
        ("-1,1", "values: 0: expected a number above 0, found -1.0"),
        ("nan,1", "values: 0: expected a finite number, found nan"),
        ("0.1,1e-1", "expected every lambda_over_n once, found 0.1 twice"),
        ("1:1:2", "expected every lambda_over_n once, found 1 twice"),
    ],
)
def test_a_bad_grid_is_refused_with_what_was_expected(config: Path, grid: str, expected: str) -> None:
    result = invoke(str(config), "--lambda-over-n", grid)
    assert result.exit_code == 2
    assert f"--lambda-over-n {grid}: {expected}" in result.stderr


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("{min: 1e-3, max: 1}", "regularization.sweep: expected either min, max and num, or values, found min and max"),
        ("{values: [1], num: 2}", "expected either min, max and num, or values, found values and num"),
        ("{}", "expected either min, max and num, or values, found neither"),
        ("{values: [1, 1.0]}", "expected every lambda_over_n once, found 1 twice"),
        ("{value: [1]}", "unknown key 'value'; did you mean 'values'?"),
    ],
)
def test_a_bad_section_is_refused_with_its_line(config: Path, section: str, expected: str) -> None:
    config.write_text(STUDY % f", sweep: {section}")
    result = invoke(str(config))
    assert result.exit_code == 2
    assert "line 3" in result.stderr
    assert expected in result.stderr


def test_a_config_without_a_grid_is_refused_with_both_ways_to_give_one(config: Path) -> None:
    result = invoke(str(config))
    assert result.exit_code == 2
    assert "expected sweep: {min: .., max: .., num: ..} or --lambda-over-n MIN:MAX:NUM" in result.stderr


@pytest.mark.parametrize("options", [("--fresh",), ("--prepare-only",)])
def test_a_shard_does_not_go_with_what_is_for_one_process(config: Path, options: tuple[str, ...]) -> None:
    result = invoke(str(config), "--lambda-over-n", "1e-2,1", "--shard", "1/2", *options)
    assert result.exit_code == 2
    assert f"expected --shard without {options[0]}" in result.stderr


def test_the_grid_of_the_option_replaces_the_one_of_the_config(config: Path, tmp_path: Path) -> None:
    config.write_text(STUDY % ", sweep: {values: [1e-3, 1e-1], redraw: true}")
    result = invoke(
        str(config), "--lambda-over-n", "1e-2", "--prepare-only", "--out", str(tmp_path / "out"), "-q", "--jobs", "1"
    )
    assert result.exit_code == 0
    about = next((tmp_path / "out").glob("study-sweep-*/sweep.json")).read_text()
    assert [entry["value"] for entry in json.loads(about)["runs"]] == [0.01]
    assert '"redraw": true' in about


def test_prepared_and_sharded_it_ends_in_the_table(config: Path, tmp_path: Path) -> None:
    command = (str(config), "--lambda-over-n", "1e-2,1", "--out", str(tmp_path / "out"), "--jobs", "1")
    assert invoke(*command, "--prepare-only").stdout.startswith("Prepared: ")
    first, second = invoke(*command, "--shard", "2/2"), invoke(*command, "--shard", "1/2")
    assert "Shard 2/2 is done: 1 of 2 blocks of" in first.stdout
    assert "1 more to compute, numbers 0." in first.stdout
    assert "All are stored." in second.stdout
    result = invoke(*command)
    assert result.exit_code == 0
    assert "drawn at λ/n = 0.01" in result.stdout
    path = next((tmp_path / "out").glob("study-sweep-*"))
    runs = groupinf.load_sweep(path).runs
    rows = [line.split() for line in result.stdout.splitlines() if line.lstrip().startswith(("0.01 ", "1 "))]
    assert [row[0] for row in rows] == ["0.01", "1"]
    for row, run in zip(rows, runs, strict=True):
        overall = run.spearman[run.spearman.kind == "all"].groupby("evaluation").spearman.median()
        medians = [overall[e] for e in ("test_prediction", "test_loss", "self_loss")]
        assert [float(row[at].replace("−", "-")) for at in (3, 5, 7)] == pytest.approx(medians, abs=5e-4)
        assert float(row[1]) == pytest.approx(100 * run.manifest.test_accuracy, abs=0.05)
    page = (path / "tables" / "sweep.md").read_text()
    assert all(f"(../{run.path.name}/)" in page for run in runs)
