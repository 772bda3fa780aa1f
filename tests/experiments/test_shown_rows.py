"""From a configuration to what a report shows of single rows, as the data have them: images, texts, columns."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread
from support.runs import unreported
from support.undrawn import leave_pictures_out

from groupinf.reporting.report import write_report
from groupinf.reporting.tables.terminal import spearman_text
from groupinf.studies.group_effects.result import Run


@pytest.fixture(autouse=True)
def _undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    leave_pictures_out(monkeypatch)


def reported(folder: Path, dataset: dict[str, Any], **more: Any) -> tuple[Run, str]:
    """A run with points, and the section of its page."""
    config = {
        "name": "shown",
        "dataset": dataset,
        "regularization": {"lambda_over_n": 0.05},
        "groups": {"builders": [{"builder": "single_rows", "strongest": 3}]},
        "test_points": {"indices": [1]},
        "evaluations": ["test_loss"],
        "points": True,
        **more,
    }
    run = unreported(config, folder)
    write_report(run)
    page = (run.path / "report.html").read_text(encoding="utf-8")
    return run, page.split('<section id="rows"')[1].split("</section>")[0]


@pytest.fixture
def arrays(tmp_path: Path) -> Path:
    rng = np.random.default_rng(2)
    X = rng.integers(0, 9, size=(48, 6)).astype(float)
    y = (X[:, 0] + rng.normal(size=48) > 4).astype(int)
    path = tmp_path / "mine.npz"
    np.savez(path, X_train=X[:40], y_train=y[:40], X_test=X[40:], y_test=y[40:])
    return path


def pixels(section: str) -> dict[str, np.ndarray]:
    found = re.findall(r'<img class="pixels" src="data:image/png;base64,([^"]+)" alt="([^:"]+):', section)
    return {alt: imread(io.BytesIO(base64.b64decode(data)))[..., 0] for data, alt in found}


def test_images_are_shown_as_the_data_have_them_not_as_they_were_standardised(arrays: Path, tmp_path: Path) -> None:
    dataset = {"npz": str(arrays), "standardise": True, "rows_are": {"kind": "images", "shape": [2, 3]}}
    run, section = reported(tmp_path / "out", dataset)
    shown, X = pixels(section), np.load(arrays)
    assert run.points is not None
    best = run.points.sort_values("influence").iloc[0]
    for name, row in (
        (f"Training row {best['row']}, label {best['label']}", X["X_train"][best["row"]]),
        (f"Test point 1, label {X['y_test'][1]}", X["X_test"][1]),
    ):
        expected = (row - row.min()) / (row.max() - row.min())
        np.testing.assert_allclose(shown[name], expected.reshape(2, 3), atol=1 / 255)


def test_without_a_word_rows_are_those_of_a_table(arrays: Path, tmp_path: Path) -> None:
    run, section = reported(tmp_path / "out", {"npz": str(arrays)})
    assert pixels(section) == {}
    assert "the columns that link a row with the test row most" in section
    assert run.shown is not None
    assert f'<span class="entry">{run.shown.feature_names[0]}</span>' in section


def test_categories_are_shown_as_the_columns_that_they_were(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"ward": rng.choice(["east", "north", "west"], 60), "age": rng.integers(20, 80, 60)})
    table["sex"] = rng.choice(["f", "m"], 60)
    table["outcome"] = np.where(
        table["age"] + 20 * (table["ward"] == "east") + rng.normal(0, 9, 60) > 50, "ill", "well"
    )
    table.to_csv(tmp_path / "wards.csv", index=False)
    run, section = reported(tmp_path / "out", {"csv": str(tmp_path / "wards.csv"), "target": "outcome"})
    assert run.shown is not None
    assert run.shown.feature_columns == ("ward", "ward", "ward", "age", "sex")
    assert set(re.findall(r'<span class="entry">sex</span> (not m|\w+)', section)) == {"f", "m"}
    assert "ward=" not in section
    entries = set(re.findall(r'<span class="entry">ward</span> (\w+)', section))
    assert entries <= {"east", "north", "west"}
    assert len(entries) > 1
    assert " (same)" in section


def test_rows_of_keys_are_called_alike_in_groups_and_tables(tmp_path: Path) -> None:
    """A key stands in brackets behind the number of its row; what made a group is told in whole words."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"pid": [f"p{i:03}" for i in range(60)], "age": rng.normal(size=60)})
    table["outcome"] = np.where(table["age"] + rng.normal(size=60) > 0, "ill", "well")
    table.to_csv(tmp_path / "keyed.csv", index=False)
    dataset = {"csv": str(tmp_path / "keyed.csv"), "target": "outcome", "row_key": "pid"}
    groups = {"builders": [{"builder": "single_rows", "strongest": 3}]}
    run, section = reported(tmp_path / "out", dataset, test_points={"indices": [1, 4, 6]}, groups=groups)
    assert run.points is not None
    keys = run.points.drop_duplicates("row").set_index("row")["key"]
    one, four, six = (f"test point {entry.test_point} ({entry.name})" for entry in run.manifest.test_keys)
    for made in run.groups["made_from"]:
        found = re.fullmatch(r"row (\d+) \((p\d+)\), among the 3 of largest \|influence\| on (.*)", made)
        assert found is not None
        assert keys[int(found[1])] == found[2]
        assert set(re.split(", | and ", found[3])) <= {one, four, six}
        if f">{found[1]} (" in section:
            assert f"{found[1]} ({found[2]})" in section
    longest = max(run.groups["made_from"], key=len)
    page = (run.path / "report.html").read_text(encoding="utf-8")
    shortened = set(re.findall(r'row \d+ \(p\d+\), among the 3 of largest[^<"]{0,90}…', page))
    assert len(longest) > 80
    assert all(any(made.startswith(text[:-1]) for made in run.groups["made_from"]) for text in shortened)
    assert shortened


def test_the_written_report_the_file_and_the_terminal_have_the_rows_of_the_page(arrays: Path, tmp_path: Path) -> None:
    run, section = reported(tmp_path / "out", {"npz": str(arrays)})
    assert run.points is not None
    rows = pd.read_csv(run.path / "tables" / "points.csv")
    helpful = rows[rows["without_it"] == "rises"]["row"].tolist()
    assert helpful == run.points.nlargest(10, "influence")["row"].tolist()
    report = (run.path / "report.md").read_text(encoding="utf-8")
    assert "## Training rows that matter most" in report
    assert "[CSV](tables/points.csv)" in report
    assert f"Training row {run.points.loc[run.points['influence'].abs().idxmax(), 'row']} " in report
    text = spearman_text(run, 100)
    for words in ("Test loss: training rows most helpful", "Test loss: training rows most harmful"):
        assert words in text
        assert words in report
    assert section.count("<caption>") >= 3


def test_a_sum_over_all_test_rows_is_shown_without_any_of_them(arrays: Path, tmp_path: Path) -> None:
    _, section = reported(tmp_path / "out", {"npz": str(arrays), "rows_are": "texts"}, test_points={"all": True})
    assert 'class="test-row"' not in section
    assert "leverage, of 40 training rows" in section


def test_a_margin_and_a_regression_have_their_rows(arrays: Path, tmp_path: Path) -> None:
    _, section = reported(tmp_path / "out", {"npz": str(arrays)}, evaluations=["test_margin"])
    assert "Training rows most helpful" in section
    _, section = reported(tmp_path / "out", {"npz": str(arrays), "task": "regression"})
    assert "target" in section
    assert "have the label of" not in section


def test_sparse_images_that_end_early_are_shown_whole(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    X = rng.integers(0, 9, size=(40, 5))  # nothing is ever in the sixth pixel
    lines = [f"{int(row[0] > 4)} " + " ".join(f"{j + 1}:{value}" for j, value in enumerate(row) if value) for row in X]
    (tmp_path / "mine.txt").write_text("\n".join(lines) + "\n")
    dataset = {"libsvm": str(tmp_path / "mine.txt"), "rows_are": {"kind": "images", "shape": [2, 3]}}
    _, section = reported(tmp_path / "out", dataset)
    shown = pixels(section)
    assert len(shown) > 4
    assert all(image.shape == (2, 3) for image in shown.values())
    assert all(image[1, 2] == 0.0 for image in shown.values())
