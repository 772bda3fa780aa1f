"""The command points tells of single rows of a config or of a finished run, and refuses what cannot be in a line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from click.testing import CliRunner, Result
from support.page_tables import Tables

import groupinf
from groupinf.cli.main import main
from groupinf.studies.group_effects.result import Run

N = 60


def invoke(*args: str) -> Result:
    return CliRunner().invoke(main, list(args), prog_name="groupinf")


def made(folder: Path, **changed: object) -> str:
    rng = np.random.default_rng(4)
    X, y = rng.normal(size=(N + 10, 3)), rng.integers(2, size=N + 10)
    np.savez(folder / "mine.npz", X_train=X[:N], y_train=y[:N], X_test=X[N:], y_test=y[N:])
    config = {
        "name": "mine",
        "dataset": {"npz": "mine.npz"},
        "regularization": {"lambda_over_n": 0.02, "sweep": {"min": 0.01, "max": 0.1, "num": 2}},
        "groups": {"sizes": {"min": 0.1, "max": 0.2, "num": 2}, "builders": ["random"]},
        "test_points": {"indices": [2, 5]},
        "theory": True,
        **changed,
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return str(folder / "study.yaml")


def only_run(folder: Path, pattern: str) -> Run:
    [path] = folder.glob(pattern)
    return groupinf.load_run(path)


def points_of(run: Run) -> pd.DataFrame:
    assert run.points is not None
    return run.points


def test_of_a_config_it_makes_a_study_of_its_strongest_rows(tmp_path: Path) -> None:
    done = invoke("points", made(tmp_path), "--top", "4", "--out", str(tmp_path / "runs"), "--jobs", "1")
    assert done.exit_code == 0, done.output
    run = only_run(tmp_path / "runs", "mine-points-*")
    assert run.config["groups"] == {"builders": [{"builder": "single_rows", "strongest": 4}]}
    assert (run.config["evaluations"], run.config["methods"]) == (["test_loss", "self_loss"], ["influence", "newton"])
    assert "theory" not in run.config
    assert run.manifest.test_points == (2, 5)
    told = "left aside of mine: groups, theory and regularization.sweep; the groups here are single_rows, strongest: 4"
    assert told in done.stderr
    points = points_of(run)
    assert run.shown is not None
    listed = pd.read_csv(run.path / "tables" / "points.csv")
    assert listed["rank"].max() == 4
    assert {*listed["row"]} <= {*run.shown.rows}  # what the page lists has its features
    page = (run.path / "report.html").read_text(encoding="utf-8").split("Which training rows matter?</h2>")[1]
    cells = [row for table in Tables(page.split("</section>")[0]).rows.values() for row in table[1:]]
    assert all(row[1] not in ("", "–") for row in cells)
    assert len(points) == 2 * N
    for point, rows in points.groupby("test_point"):
        largest = rows["influence"].abs().nlargest(4).index
        assert rows.loc[largest, "actual"].notna().all()
        for rises, words in ((True, "most helpful"), (False, "most harmful")):
            table = done.stdout.split(f"Test loss: training rows {words}\n")[1].split("\n\n")[0].splitlines()[1:]
            place = 4 * list(run.manifest.test_points).index(point)
            signed = rows["influence"] * (1.0 if rises else -1.0)
            best = rows.loc[signed.nlargest(4).index, "row"].tolist()
            # the test point stands before its first row alone
            assert [int(line.split()[-5]) for line in table[place : place + 4]] == best


def test_a_run_is_told_of_without_retraining_and_once_is_enough(tmp_path: Path) -> None:
    config = made(tmp_path, regularization={"lambda_over_n": 0.02}, theory=False)
    plain = groupinf.run_experiment(config, out=tmp_path / "runs", jobs=1)
    asked = ("points", str(plain.path), "--rows", "3,17", "--perturbation", "--jobs", "1")
    done = invoke(*asked)
    assert done.exit_code == 0, done.output
    added = only_run(tmp_path / "runs", "mine-*-evaluate-*")
    assert points_of(added)["row"].unique().tolist() == [3, 17]
    assert added.perturbation is not None
    assert set(added.perturbation["row"]) == {3, 17}
    assert "Test loss: by how much influence rises with a unit of a feature of the row" in done.stdout
    again = invoke("points", str(added.path), "--jobs", "1")
    assert again.exit_code == 0, again.output
    assert again.stdout == done.stdout
    assert len(list((tmp_path / "runs").glob("mine-*"))) == 2


def test_a_rows_perturbation_is_that_of_its_file(tmp_path: Path) -> None:
    config = made(tmp_path)
    out = ("--out", str(tmp_path / "runs"), "--jobs", "1")
    done = invoke("points", config, "--rows", "3,17", "--perturbation", *out)
    assert done.exit_code == 0, done.output
    run = only_run(tmp_path / "runs", "mine-points-*")
    assert sorted(np.load(run.path / "groups.npz")["indices"]) == [3, 17]
    assert points_of(run)["actual"].notna().all()
    assert run.perturbation is not None
    largest = run.perturbation.query("row == 3 and test_point == 2").set_index("feature")["perturbation"].abs()
    table = done.stdout.split("a feature of the row\n")[1].splitlines()[1]
    assert table.split()[:3] == ["3", "2", largest.idxmax()]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--rows", "3,x"], "expected row numbers, each once, such as 3,17, found 3,x"),
        (["--rows", "3,3"], "expected row numbers, each once, such as 3,17, found 3,3"),
        (["--rows", "3,60"], "Error: --rows 3,60: expected training rows 0 to 59, found 60"),
        (["--rows", "60", "--perturbation"], "Error: --rows 60: expected training rows 0 to 59, found 60"),
        (["--top", "61"], "Error: --top 61: expected at most n = 60, the number of training points, found 61"),
        (["--top", "0"], "expected a whole number of at least 1, found 0"),
        (["--set", "points.rows=[99]"], "points.rows: expected training rows 0 to 59, found 99"),
        (["--perturbation", "--set", "model.kernel={name: rbf}"], "Error: --perturbation: expected a model of the"),
        (["--set", "points=true", "--set", "points.perturbation.rows=[60]"], "points.perturbation: expected training"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(args: list[str], said: str, tmp_path: Path) -> None:
    done = invoke("points", made(tmp_path), "--out", str(tmp_path / "runs"), "--jobs", "1", *args)
    assert done.exit_code != 0
    assert said in " ".join(done.output.split())
    assert done.output.count("expected") == 1
    assert "Traceback" not in done.output


def test_of_a_run_an_option_is_to_blame_for_its_own_key_alone(tmp_path: Path) -> None:
    config = made(tmp_path, regularization={"lambda_over_n": 0.02}, theory=False)
    run = groupinf.run_experiment(config, out=tmp_path / "runs", jobs=1)
    done = invoke("points", str(run.path), "--rows", "3,999", "--jobs", "1")
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (
        2,
        "Error: --rows 3,999: expected training rows 0 to 59, found 999",
    )
    change = {"change": {"change": "reweight", "factor": 2}, "theory": False, "regularization": {"lambda_over_n": 0.02}}
    reweighted = groupinf.run_experiment(made(tmp_path, **change), out=tmp_path / "runs", jobs=1)
    refused = invoke("points", str(reweighted.path), "--rows", "3", "--jobs", "1")
    where = f"Error: {reweighted.path / 'config.yaml'}"
    assert f"{where}: points: expected points only with the removal of rows" in refused.stderr
    own = invoke("points", str(run.path), "--rows", "3", "--set", "points.rows=[99]", "--jobs", "1")
    assert "--set points.rows=[99]: points.rows: expected training rows 0 to 59, found 99" in own.stderr


def test_messages_name_a_run_as_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    for args in (
        ["points", "empty"],
        ["evaluate", "empty", "--set", "points=true"],
        ["rank", "empty"],
        ["compare", "empty"],
    ):
        assert invoke(*args).stderr.splitlines()[-1].startswith("Error: empty")


def test_what_is_left_aside_is_a_note_of_the_run_whatever_made_it(tmp_path: Path) -> None:
    asked = ("--top", "2", "--out", str(tmp_path / "runs"), "--jobs", "1", "-q")
    config = made(tmp_path)
    left = "left aside of mine: {}theory and regularization.sweep; the groups here are single_rows, strongest: 2"
    for keys, more in (("groups, ", ()), ("change, groups, ", ("--set", "change={change: reweight, factor: 2}"))):
        done = invoke("points", config, *asked, *more)
        assert done.exit_code == 0, done.output
        told = left.format(keys)
        assert f"Note: {told}" in " ".join(done.stdout.split())
        run = only_run(tmp_path / "runs", "mine-points-*")  # the same numbers: the same folder
        assert [note for note in run.manifest.notes if "left aside" in note] == [told]
        assert told in (run.path / "report.html").read_text(encoding="utf-8")


def test_a_section_that_is_given_as_true_takes_keys_too(tmp_path: Path) -> None:
    more = ("--set", "points.perturbation.strongest=2", "--out", str(tmp_path / "runs"), "--jobs", "1")
    done = invoke("points", made(tmp_path, points=True), "--top", "3", *more)
    assert done.exit_code == 0, done.output
    run = only_run(tmp_path / "runs", "mine-points-*")
    assert run.config["points"] == {"show": 3, "perturbation": {"strongest": 2}}
    refused = invoke("points", made(tmp_path, theory=True), "--set", "theory.x=1")
    assert "--set theory.x=1: theory is true, which has no key x" in refused.stderr


def test_a_folder_that_is_no_run_and_a_study_of_another_kind_are_refused(tmp_path: Path) -> None:
    done = invoke("points", str(tmp_path), "--jobs", "1")
    assert done.exit_code != 0
    assert "manifest.json" in done.output
    config = made(tmp_path, study="repair_labels", groups=None)
    values = {key: value for key, value in yaml.safe_load(Path(config).read_text()).items() if key in REPAIRED}
    values["regularization"] = {"lambda_over_n": 0.02}
    Path(config).write_text(yaml.safe_dump(values), encoding="utf-8")
    for command in ("points", "suspects"):
        refused = invoke(command, config, "--jobs", "1", "--out", str(tmp_path / "runs"))
        assert refused.exit_code != 0
        assert f"study.yaml: expected a study of group effects, of whose rows {command} tells" in refused.output


REPAIRED = ("study", "name", "dataset")
