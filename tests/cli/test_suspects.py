"""The command suspects finds labels that were flipped, says so in words, and writes what it prints."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from click.testing import CliRunner, Result
from sklearn.linear_model import LogisticRegression
from support.page_tables import Tables

import groupinf
from groupinf.cli.main import main
from groupinf.studies.group_effects.result import Run

N, FLIPPED = 120, [7, 30, 88]


def invoke(*args: str) -> Result:
    return CliRunner().invoke(main, list(args), prog_name="groupinf")


def made(folder: Path, classes: int = 2, **changed: object) -> str:
    """A study of well separated classes, a few labels flipped; with keys that have no part in suspects."""
    rng = np.random.default_rng(2)
    y = rng.integers(max(classes, 2), size=N + 20)
    X = rng.normal(size=(N + 20, 3)) + 3.0 * np.eye(3)[y % 3]
    target = y.astype(float) + 0.1 * rng.normal(size=y.size) if classes == 0 else y.copy()
    target[FLIPPED] = target[FLIPPED] + 6.0 if classes == 0 else (y[FLIPPED] + 1) % classes
    table = pd.DataFrame(X, columns=["a", "b", "c"]).assign(id=[f"r{i}" for i in range(y.size)], y=target)
    table["part"] = np.where(np.arange(y.size) < N, "train", "test")
    table.to_csv(folder / "data.csv", index=False)
    config = {
        "name": "mail",
        "dataset": {
            "csv": "data.csv", "target": "y", "split": "part", "row_key": "id",
            "task": "regression" if classes == 0 else "classification",
        },
        "regularization": {"lambda_over_n": 0.01},
        "groups": {"sizes": {"min": 0.1, "max": 0.2, "num": 2}, "builders": ["random"]},
        "methods": ["newton"],
        **changed,
    }  # fmt: skip
    (folder / "study.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return str(folder / "study.yaml")


def shown_on_page(run: Run, section: str) -> list[int]:
    """The rows of the first table of the page, which is in its first section; each has its rise, and all columns."""
    text = (run.path / "report.html").read_text(encoding="utf-8")
    first = text.split("<section ")[1]
    assert first.startswith(f'id="{section}"')
    assert text.split("<nav")[1].split('href="#')[1].startswith(f'{section}"')
    assert "influence ranks" not in text.split("<section ")[0] + first
    [table] = Tables(first).rows.values()
    heads = [head.partition("↕")[0].strip() for head in table[0]]
    assert {"Rise", "Self-influence", "Rank by it", "Gap", "Loss", "Left out, exact"} <= {*heads}
    rises = [float(line[heads.index("Rise")].replace("−", "-")) for line in table[1:]]
    assert rises == sorted(rises, reverse=True)
    assert all(line[heads.index("What it is")] not in ("", "–") for line in table[1:])
    return [int(line[0].split()[0]) for line in table[1:]]


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_flipped_labels_come_first_with_their_exact_leave_one_out_loss(classes: int, tmp_path: Path) -> None:
    config = made(tmp_path, classes)
    done = invoke("suspects", config, "--top", "5", "--out", str(tmp_path / "runs"), "--jobs", "1")
    assert done.exit_code == 0, done.output
    [file] = (tmp_path / "runs").glob("mail-suspects-*/tables/suspects.csv")
    found = pd.read_csv(file)
    assert len(found) == 5
    assert set(found["row"][:3]) == set(FLIPPED)
    assert found["key"].tolist() == [f"r{row}" for row in found["row"]]
    assert (found["rise"].diff()[1:] <= 0.0).all()
    np.testing.assert_allclose(found["gap"], found["rise"] - found["self_influence"], rtol=1e-9)
    np.testing.assert_allclose(found["leave_one_out_exact"], found["loss"] + found["rise"], rtol=1e-9)
    run = groupinf.load_run(file.parents[1])
    rows = run.points.drop_duplicates("row").sort_values("self_influence", ascending=False)["row"].tolist()
    assert found["rank_by_self_influence"].tolist() == [rows.index(row) + 1 for row in found["row"]]
    assert f"Table: {file}" in done.stdout
    assert shown_on_page(run, "labels" if classes else "targets") == found["row"].tolist()
    [head, *lines] = done.stdout.split("\n\n")[1].splitlines()
    assert head.split()[:3] == ["row", "key", "label" if classes else "target"]
    place, end = head.index("  rise") - 5, head.index("rise") + 4
    rises = [float(line[place:end].split()[-1].replace("−", "-")) for line in lines]
    np.testing.assert_allclose(rises, found["rise"], rtol=5e-3)
    assert ("mislabelled" in done.stdout) is bool(classes)
    assert ("5 training rows whose target is most likely wrong" in done.stdout) is not bool(classes)
    assert "left aside of mail: groups and methods; the groups here are single_rows, suspects: 5" in done.stderr
    assert ("predicted" in found) is bool(classes)


def test_the_exact_loss_is_that_of_scikit_learn_without_the_row(tmp_path: Path) -> None:
    invoke("suspects", made(tmp_path), "--top", "3", "--out", str(tmp_path / "runs"), "--jobs", "1")
    [file] = (tmp_path / "runs").glob("mail-suspects-*/tables/suspects.csv")
    found, table = pd.read_csv(file), pd.read_csv(tmp_path / "data.csv")
    train = table[table["part"] == "train"]
    X, y = train[["a", "b", "c"]].to_numpy(), train["y"].to_numpy()
    for line in found.to_dict("records"):
        kept = np.delete(np.arange(N), line["row"])
        model = LogisticRegression(C=1 / (0.01 * N), solver="newton-cholesky", tol=1e-12).fit(X[kept], y[kept])
        loss = -model.predict_log_proba(X[[line["row"]]])[0, y[line["row"]]]
        assert line["leave_one_out_exact"] == pytest.approx(loss, rel=1e-6)
        assert abs(line["leave_one_out_loss"] - loss) < 0.1 * loss


def test_words_count_those_that_the_model_itself_gives_another_class(tmp_path: Path) -> None:
    done = invoke("suspects", made(tmp_path), "--top", "3", "--out", str(tmp_path / "runs"), "--jobs", "1", "-q")
    opening = "3 training rows most likely mislabelled: their own loss rises most without them."
    text = " ".join(done.stdout.split())
    assert f"{opening} The model, which has seen them, gives another class than their label to all 3." in text
    many = invoke("suspects", made(tmp_path), "--top", "40", "--out", str(tmp_path / "runs"), "--jobs", "1", "-q")
    [folder] = [p for p in (tmp_path / "runs").iterdir() if len(pd.read_csv(p / "tables" / "suspects.csv")) == 40]
    found = pd.read_csv(folder / "tables" / "suspects.csv")
    wrong = int((found["predicted"] != found["label"]).sum())
    assert 3 <= wrong < 40
    assert f"another class than their label to {wrong} of them." in " ".join(many.stdout.split())


@pytest.mark.parametrize(
    ("changed", "args", "said"),
    [
        ({}, ["--top", "0"], "expected a whole number of at least 1, found 0"),
        ({}, ["--top", "500"], "Error: --top 500: expected at most n = 120, the number of training points"),
        ({}, ["--set", "dataset.csv=none.csv"], "dataset.csv"),
        ({"study": "repair_labels"}, [], "unknown key"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(
    changed: dict[str, object], args: list[str], said: str, tmp_path: Path
) -> None:
    done = invoke("suspects", made(tmp_path, **changed), "--out", str(tmp_path / "runs"), "--jobs", "1", *args)  # type: ignore[arg-type]
    assert done.exit_code != 0
    assert said in " ".join(done.output.split())
    assert "Traceback" not in done.output
