"""tables/groups.*, the terminal and ``groupinf rank`` say which group matters most."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from support.runs import unreported

from groupinf.cli.main import main
from groupinf.reporting.report import write_report
from groupinf.reporting.tables import groups as tables
from groupinf.reporting.tables.groups import groups_frame, groups_markdown
from groupinf.reporting.tables.terminal import spearman_text
from groupinf.studies.group_effects.result import Run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """14 wards, one of which holds every row of a class, so that it is skipped; two sets of test rows."""
    folder = tmp_path_factory.mktemp("wards")
    rng = np.random.default_rng(8)
    x = rng.normal(size=(180, 2))
    ward = np.array([f"ward {i % 13}" for i in range(180)], dtype=object)
    y = np.where(x[:, 0] + rng.normal(size=180) > 0, "ill", "well")
    ward[:3], y[:3] = "rare ward", "rare"
    y[150:152] = "rare"
    frame = pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "ward": ward, "site": np.where(x[:, 1] > 0, "n", "s"), "y": y})
    frame.assign(part=["train"] * 150 + ["test"] * 30).to_csv(folder / "own.csv", index=False)
    (folder / "wards.csv").write_text("group,type\nward 1,surgery\nrare ward,other\n")
    config: dict[str, Any] = {
        "name": "wards",
        "dataset": {"csv": str(folder / "own.csv"), "target": "y", "split": "part", "drop": ["ward", "site"]},
        "regularization": {"lambda_over_n": 0.01},
        "groups": {
            "builders": [{"builder": "column", "column": "ward"}],
            "attributes": {"path": str(folder / "wards.csv")},
        },
        "test_points": {"column": "site", "bootstrap": 40},
        "evaluations": ["test_loss", "test_error", "self_loss"],
        "methods": ["influence", "newton"],
    }
    made = unreported(config, folder / "runs")
    write_report(made)
    return made


def invoked(*arguments: str) -> str:
    found = CliRunner().invoke(main, ["rank", *arguments])
    assert found.exit_code == 0, found.output
    return found.output


def test_a_row_for_every_group_with_all_that_is_known_of_it(run: Run) -> None:
    """CSV and Parquet hold the effects, errors and ranks of the tidy table, attributes, and intervals; a skipped group
    has a row without effects."""
    frame = groups_frame(run)
    assert frame["name"].tolist() == run.groups["name"].tolist()
    for (evaluation, point, method), rows in run.effects.groupby(["evaluation", "test_point", "method"]):
        on = {-2: "[site=n]", -3: "[site=s]"}.get(point, "")
        column = f"{evaluation}{on}.{method}"
        shown = frame.set_index("group").loc[rows["group"]]
        np.testing.assert_array_equal(shown[column], rows["effect"])
        np.testing.assert_array_equal(shown[f"{column}.error"], rows["error_estimate"])
        expected = (-rows["effect"]).rank(method="min")
        np.testing.assert_array_equal(shown[f"{column}.rank"].astype(float), expected)
    skipped = frame[frame["name"] == "rare ward"].iloc[0]
    assert (skipped["size"], skipped["type"], pd.isna(skipped["self_loss.actual.rank"])) == (3, "other", True)
    assert {"test_loss[site=n].actual.rank_low", "test_loss[site=n].actual.effect_high"} <= set(frame)
    assert not [name for name in frame if name.startswith("self_loss.actual.effect")]
    written = pd.read_csv(run.path / "tables" / "groups.csv")
    stored = pd.read_parquet(run.path / "tables" / "groups.parquet")
    assert list(written) == list(stored) == list(frame)
    np.testing.assert_allclose(written["self_loss.actual"], stored["self_loss.actual"], rtol=1e-15)


def test_markdown_has_every_group_or_says_how_many_it_leaves_out(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more groups than MOST_LINES the first; a gap is a dash."""
    frame = groups_frame(run)
    text = groups_markdown(run, frame)
    assert text.count("\n| ") == len(frame) + 2
    assert "more group" not in text
    assert "| ward 1 | column ward |" in text
    monkeypatch.setattr(tables, "MOST_LINES", 4)
    assert groups_markdown(run, frame).endswith(f"And {len(frame) - 4} more groups: groups.parquet has all.\n")


def test_a_table_too_large_to_read_is_written_as_parquet_alone(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above MOST_CELLS cells there is no CSV."""
    assert set(tables.groups_files(run)) == {"groups.parquet", "groups.csv", "groups.md"}
    monkeypatch.setattr(tables, "MOST_CELLS", 10)
    assert set(tables.groups_files(run)) == {"groups.parquet", "groups.md"}


def test_the_terminal_shows_the_largest_rises_and_falls_of_natural_groups(run: Run) -> None:
    """Ten each way, every group once, the farthest first; of the self-loss nothing falls."""
    text = spearman_text(run, 120)
    rises = text.split("Test loss rises most by removing a group\n")[1].split("\n\n")[0].splitlines()
    table = run.ranking("test_loss").sort_values("actual", ascending=False).drop_duplicates("group_name")
    table = table[table["actual"] > 0].head(10)
    assert [line.split("  ")[1] for line in rises[1:]] == table["group_name"].tolist()
    assert "Self-loss rises most by removing a group" in text
    assert "Self-loss falls most by removing a group" not in text
    counted = text.split("Test error rises most by removing a group\n")[1].splitlines()[0]
    assert "Influence" not in counted  # a count has no derivative
    drawn = spearman_text(_renamed(run), 120)
    assert "most by removing" not in drawn


def test_the_written_report_shows_them_too(run: Run) -> None:
    """As tables, with names as they are."""
    text = (run.path / "report.md").read_text(encoding="utf-8")
    assert "## Groups that matter most\n\n**Test loss rises most by removing a group**\n\n| group | on |" in text
    first = run.ranking("test_loss").sort_values("actual", ascending=False)["group_name"].iloc[0]
    assert f"| {first} | sum of site=" in text


def _renamed(run: Run) -> Run:
    """The same run, of groups that a builder draws."""
    return replace(run, groups=run.groups.assign(kind="random"), effects=run.effects.assign(kind="random"))


def test_rank_prints_any_order(run: Run) -> None:
    """By evaluation, test point, method and side; so many of each."""
    path = str(run.path)
    text = invoked(path, "--by", "test_loss", "--test-point", "site=s", "--side", "fall", "--top", "3")
    table = run.ranking("test_loss", "site=s")
    lowest = table[table["actual"] < 0].sort_values("actual").head(3)["group_name"]
    lines = text.splitlines()
    assert lines[0] == "Test loss falls most by removing a group"
    assert [line[2:].split("  ")[0] for line in lines[2:]] == lowest.tolist()
    assert "95 % interval" in lines[1]
    by_newton = invoked(path, "--by", "self_loss", "--method", "newton", "--top", "1")
    assert by_newton.startswith("Self-loss rises most by removing a group, as Newton predicts\n")
    assert run.ranking("self_loss", method="newton")["group_name"].iloc[0] in by_newton
    assert "has an effect in that direction" in invoked(path, "--by", "self_loss", "--side", "fall")


def test_rank_writes_the_whole_order_and_the_difference_of_two_groups(run: Run, tmp_path: Path) -> None:
    """As CSV and Parquet; the difference with its interval over test rows."""
    for ending, read in ((".csv", pd.read_csv), (".parquet", pd.read_parquet)):
        invoked(str(run.path), "--by", "test_loss", "-o", str(tmp_path / f"order{ending}"))
        written = read(tmp_path / f"order{ending}")
        pd.testing.assert_frame_equal(written, run.ranking("test_loss"), check_dtype=False)
    line = invoked(str(run.path), "--difference", "ward 1", "ward 2", "--by", "test_loss", "--test-point", "site=n")
    assert line.startswith("ward 1 − ward 2 on test loss summed over site=n: ")
    assert line.endswith("of 40 resamples\n")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--by", "test_los"], "by: expected an evaluation, one of test_loss, test_error, self_loss; found test_los"),
        (["--test-point", "site=x"], "test point: expected one of 'site=n', 'site=s' for test_loss, found site=x"),
        (["--kind", "ward"], "kind: expected a kind, one of column ward; found ward"),
        (["--method", "newto"], "found newto; did you mean 'newton'"),
        (
            ["--difference", "ward 1", "ward x", "--test-point", "n"],
            "expected the name of one retrained group, found 'ward x', which none has",
        ),
        (["--difference", "ward 1", "rare ward", "--test-point", "n"], "found 'rare ward', which none has"),
        (["-o", "order.txt"], "expected a name that ends in .csv or .parquet, found order.txt"),
        (["--top", "0"], "--top"),
        (["--difference", "ward 1", "ward 2", "-o", "d.csv"], "expected --by and --test-point alone beside it"),
        (["--difference", "ward 1", "ward 2", "--method", "newton"], "beside it, found --method"),
        (["--difference", "ward 1", "ward 2"], "test point: expected one of 'site=n', 'site=s' for test_loss"),
    ],
)
def test_rank_refuses_in_words(run: Run, arguments: list[str], expected: str) -> None:
    """No traceback, exit status 2, and nothing is written."""
    found = CliRunner().invoke(main, ["rank", str(run.path), *arguments])
    assert found.exit_code == 2, found.output
    assert expected in " ".join(found.output.split())
