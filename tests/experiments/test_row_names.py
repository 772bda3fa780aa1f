"""Rows and their keys outlive a run: in repairs, renamed files and evaluations; tables, page and errors name them."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from support.runs import execute

from groupinf.cli.main import main
from groupinf.errors import ConfigError
from groupinf.experiments.verify import verify_run
from groupinf.experiments.workers.progress import Silent
from groupinf.reporting.report import write_report
from groupinf.reporting.tables.spearman import spearman_csv
from groupinf.reporting.tables.terminal import spearman_text
from groupinf.studies.group_effects.evaluate import evaluate
from groupinf.studies.group_effects.manifest import TestKey
from groupinf.studies.group_effects.result import Run
from groupinf.studies.load import load_config
from groupinf.studies.registry import STUDIES

FILE = "rows.parquet"
MINE = pd.DataFrame(
    {
        "patient": [f"p{7 * i % 120:03d}" for i in range(120)],
        "x": (x := np.random.default_rng(0).normal(size=120)).round(6),
        "age": np.arange(120) % 13,
        "sick": np.where(x + 0.8 * np.random.default_rng(1).normal(size=120) > 0, "yes", "no"),
        "votes": 1 + np.arange(120) % 2,
    }
)
DATA = {"csv": "mine.csv", "target": "sick", "weight": "votes", "test_fraction": 0.25, "row_key": "patient"}


@pytest.fixture
def config(tmp_path: Path) -> dict[str, Any]:
    MINE.to_csv(tmp_path / "mine.csv", index=False)
    return {
        "name": "mine",
        "dataset": {**DATA, "csv": str(tmp_path / "mine.csv")},
        "regularization": {"lambda_over_n": 0.01},
        "groups": {"sizes": {"min": 0.05, "max": 0.2, "num": 3}, "builders": ["random", "influence_tails"]},
        "test_points": {"random": 1, "highest_loss": 1},
        "evaluations": ["test_loss", "self_loss"],
        "methods": ["influence"],
    }


@pytest.fixture
def run(config: dict[str, Any], tmp_path: Path) -> Callable[..., Run]:
    def made(**changes: Any) -> Run:
        data = {**config["dataset"], **changes.pop("dataset", {})}
        data = {key: value for key, value in data.items() if value is not None}
        return execute(load_config({**config, **changes, "dataset": data}), tmp_path / "out", 1, False, Silent())

    return made


def by_key(file: Path, text: str) -> dict[str, Any]:
    file.write_text(text)
    return {"builders": [{"builder": "file", "path": str(file)}]}


def test_the_rows_are_stored_named_in_the_manifest_and_verified(run: Callable[..., Run]) -> None:
    done = run()
    rows = done.rows
    assert rows is not None
    assert list(rows.columns) == ["file", "line", "split", "row", "label", "weight", "key"]
    assert [len(rows[rows.split == part]) for part in ("train", "test")] == [90, 30]
    assert all(part.row.tolist() == list(range(len(part))) for _, part in rows.groupby("split"))
    written = MINE.iloc[rows.line.to_numpy(dtype=int) - 2]  # the header is line 1
    assert rows.key.tolist() == written.patient.tolist()
    assert rows.label.tolist() == written.sick.tolist()
    train = (rows.split == "train").to_numpy()
    assert rows.weight[train].tolist() == written.votes[train].tolist()
    assert rows.weight[~train].isna().all()
    assert set(rows.file) == {"mine.csv"}
    assert FILE in done.manifest.files
    assert not verify_run(STUDIES, done.path, 1, Silent()).problems
    (done.path / FILE).write_bytes(b"other")
    assert [FILE in problem for problem in verify_run(STUDIES, done.path, 1, Silent()).problems] == [True]
    again = run()
    assert again.rows is not None
    pd.testing.assert_frame_equal(again.rows, rows)


def test_without_keys_there_is_no_such_column_and_rows_of_a_regression_keep_their_targets(
    run: Callable[..., Run],
) -> None:
    done = run(dataset={"row_key": None, "drop": ["patient", "sick"], "target": "age", "task": "regression"})
    assert done.rows is not None
    assert "key" not in done.rows
    assert done.rows.label.tolist() == MINE.age.iloc[done.rows.line.to_numpy(dtype=int) - 2].tolist()
    assert "test_key" not in spearman_csv(done)


def test_the_same_data_under_another_name_are_the_same_run(
    run: Callable[..., Run], tmp_path: Path, config: dict[str, Any]
) -> None:
    done = run()
    shutil.copy(tmp_path / "mine.csv", tmp_path / "renamed.csv")
    (done.path / "groups.npz").unlink()  # prepared once more, beside stored blocks
    again = run(dataset={"csv": str(tmp_path / "renamed.csv")})
    assert again.path == done.path
    assert again.rows is not None
    assert set(again.rows.file) == {"renamed.csv"}
    assert not verify_run(STUDIES, again.path, 1, Silent()).problems


def test_tables_name_groups(run: Callable[..., Run], tmp_path: Path) -> None:
    done = run()
    rows = done.rows
    assert rows is not None
    keys = rows.key[rows.split == "train"].tolist()
    text = "group,key\n" + "".join(f"ward {i % 2},{key}\n" for i, key in enumerate(keys[:10]))
    named = run(groups=by_key(tmp_path / "groups.csv", text))
    for table in (named.effects, named.retrains):
        assert set(zip(table.group, table.group_name, strict=True)) == {(0, "ward 0"), (1, "ward 1")}
    with np.load(named.path / "groups.npz") as archive:
        assert archive["indices"].tolist() == [0, 2, 4, 6, 8, 1, 3, 5, 7, 9]
    index = "group,index\n" + "".join(f"ward {i % 2},{i}\n" for i in range(10))
    other = run(groups=by_key(tmp_path / "by_index.csv", index))
    assert other.effects.effect.tolist() == named.effects.effect.tolist()


def test_test_points_are_chosen_and_named_by_key(run: Callable[..., Run]) -> None:
    rows = run().rows
    assert rows is not None
    tests = rows[rows.split == "test"].set_index("row").key
    wanted = [tests[8], tests[3]]
    done = run(test_points={"keys": wanted})
    write_report(done)
    assert done.manifest.test_points == (8, 3)
    assert set(done.effects.test_point) == {8, 3, -1}
    csv = pd.read_csv(io.StringIO(spearman_csv(done)))
    assert set(csv[csv.evaluation == "test_loss"][["test_point", "test_key"]].itertuples(index=False, name=None)) == {
        (8, f"patient={tests[8]}"),
        (3, f"patient={tests[3]}"),
    }
    assert csv[csv.evaluation == "self_loss"].test_key.isna().all()
    words = f"8 (patient={tests[8]})"
    for text in (
        spearman_text(done, 200),
        (done.path / "report.md").read_text(),
        (done.path / "report.html").read_text(),
        (done.path / "tables" / "spearman.md").read_text(),
    ):
        assert words in text
    assert f"Test points (rows of the test set, from 0): {words} and 3 (patient={tests[3]}) as configured." in " ".join(
        spearman_text(done, 200).split()
    )
    tail = done.groups[(done.groups.kind == "positive_tail") & (done.groups.test_point == 8)]
    assert all(made.endswith(f"influence on test point {words}") for made in tail.made_from)
    assert not tail.empty
    by_row = run(test_points={"indices": [8, 3]})
    assert by_row.effects.effect.tolist() == done.effects.effect.tolist()


def test_an_evaluation_has_the_rows_and_names_its_own_test_points(run: Callable[..., Run], tmp_path: Path) -> None:
    done = run()
    rows = done.rows
    assert rows is not None
    key = rows[rows.split == "test"].key.iloc[5]
    other = evaluate(done.path, [f"test_points.keys=[{key}]"], None, 1, Silent())
    assert other.rows is not None
    pd.testing.assert_frame_equal(other.rows, rows)
    assert other.manifest.test_keys == (TestKey(5, f"patient={key}"),)
    summed = evaluate(done.path, ["test_points.all=true"], None, 1, Silent())
    assert summed.manifest.test_keys == ()


def test_keys_that_name_no_test_row_are_refused_with_file_and_line(
    run: Callable[..., Run], config: dict[str, Any], tmp_path: Path
) -> None:
    rows = run().rows
    assert rows is not None
    train, test = (rows[rows.split == part].key.iloc[0] for part in ("train", "test"))
    for keys, message in (
        ([test, train], f"found '{train}', which is a training row"),
        ([f"{test}x"], f"found '{test}x', which no row has; did you mean"),
        ([test, test], "expected every entry once"),
    ):
        with pytest.raises(ConfigError, match=r"test_points\.keys: .*" + message):
            run(test_points={"keys": keys})
    with pytest.raises(ConfigError, match=r"test_points\.keys: expected data whose rows have keys, .*row_key"):
        run(test_points={"keys": [test]}, dataset={"row_key": None, "drop": ["patient"]})
    study = tmp_path / "study.yaml"
    study.write_text(
        "name: mine\ndataset: {csv: mine.csv, target: sick, row_key: patient}\n"
        "regularization: {lambda_over_n: 0.1}\ngroups:\n  builders: [{builder: file, path: g.csv}]\n"
    )
    (tmp_path / "g.csv").write_text(f"group,key\na,{train}\na,nobody\n")
    result = CliRunner().invoke(main, ["validate", str(study)])
    assert result.exit_code == 2
    assert f"{study}, line 5: groups.builders.0.path: " in result.stderr
    assert "g.csv, line 3: key: expected that of a training row, found 'nobody'" in result.stderr


def test_skipped_groups_are_named_on_terminal_and_page(run: Callable[..., Run], tmp_path: Path) -> None:
    rows = run().rows
    assert rows is not None
    sick = rows[(rows.split == "train") & (rows.label == "yes")].row
    text = "group,index,kind\n" + "".join(f"all the sick,{i},ward\n" for i in sick) + "others,0,ward\n"
    done = run(groups=by_key(tmp_path / "g.csv", text))
    write_report(done)
    line = "Skipped 1 group, all the sick (ward): removes every row of class yes"
    assert line in " ".join(spearman_text(done, 100).split())
    assert line in (done.path / "report.html").read_text()


def test_where_rows_come_from_may_be_unknown_and_then_nothing_is_said(
    run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from groupinf.studies.linear import data as problem

    load = problem.load_rows
    monkeypatch.setattr(problem, "load_rows", lambda *args: replace(load(*args), origins=None))
    rows = run(name="unknown").rows
    assert rows is not None
    assert set(rows.file) == {""}
    assert rows.line.isna().all()
    assert len(rows) == 120
