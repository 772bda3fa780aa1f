"""A run of data frames is that of the files that hold them; the frames are kept, for whatever reads the data again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.runs import unreported

import groupinf
from groupinf.datasets.own.frames import frames_as_files
from groupinf.errors import ConfigError, DataError
from groupinf.experiments.verify import verify_run
from groupinf.experiments.workers.progress import Silent
from groupinf.studies.group_effects.evaluate import evaluate
from groupinf.studies.load import load_config
from groupinf.studies.registry import STUDIES

CONFIG: dict[str, Any] = {
    "name": "frames",
    "dataset": {"target": "label", "drop": ["ward"]},
    "regularization": {"lambda_over_n": 0.05},
    "groups": {"builders": [{"builder": "column", "column": "ward"}]},
    "test_points": {"indices": [0]},
    "evaluations": ["test_loss"],
}


def frame(seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(60, 3)), columns=["age", "dose", "pulse"])
    label = np.where(X["age"] + rng.normal(size=60) > 0, "ill", "well")
    return X.assign(ward=rng.choice(["p", "q", "r"], 60), sex=pd.Categorical(rng.choice(["f", "m"], 60)), label=label)


def loaded(data: Any, out: Path, **dataset: Any) -> Any:
    return load_config({**CONFIG, "dataset": {**CONFIG["dataset"], **dataset}}, frames_as_files(data, out))


def test_a_run_of_a_frame_is_the_run_of_its_file(tmp_path: Path) -> None:
    frame().to_csv(tmp_path / "rows.csv", index=False)
    of_file = {**CONFIG, "dataset": {"csv": str(tmp_path / "rows.csv"), **CONFIG["dataset"]}}
    found = groupinf.run_experiment(CONFIG, data=frame(), out=tmp_path, jobs=1)
    same = unreported(of_file, tmp_path)
    columns = ["group_name", "size", "method", "effect"]
    pd.testing.assert_frame_equal(found.effects[columns], same.effects[columns], rtol=1e-9)
    assert (found.path / "report.html").exists()
    again = groupinf.run_experiment(CONFIG, data=frame().copy(), out=tmp_path, jobs=1)
    assert again.path == found.path
    assert len(list((tmp_path / "data").iterdir())) == 1
    other = loaded(frame(1), tmp_path)
    assert other.config.dataset.parquet != found.config["dataset"]["parquet"]


def test_what_reads_the_data_of_such_a_run_again_finds_them(tmp_path: Path) -> None:
    run = groupinf.run_experiment(CONFIG, data=frame(), out=tmp_path, jobs=1)
    assert verify_run(STUDIES, run.path, 1, Silent()).problems == ()
    others = evaluate(run.path, ["test_points={indices: [1]}"], None, 1, Silent())
    assert others.manifest.test_points == (1,)


def test_training_and_test_rows_may_be_frames_of_their_own(tmp_path: Path) -> None:
    both = {"train": frame().iloc[:40], "test": frame().iloc[40:]}
    found = unreported(loaded(both, tmp_path).resolved(), tmp_path)
    assert (found.manifest.n, found.manifest.n_test, found.manifest.d) == (40, 20, 4)


def test_a_sweep_takes_frames_too(tmp_path: Path) -> None:
    sweep = groupinf.run_sweep(CONFIG, data=frame(), lambda_over_n=[0.01], out=tmp_path, jobs=1)
    assert [run.manifest.lam_over_n for run in sweep.runs] == [0.01]


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        (lambda f: f.assign(age=f["age"]), True),
        (lambda f: f.assign(age=f["age"] + 1e-9), False),
        (lambda f: f.rename(columns={"age": "years"}), False),
        (lambda f: f.iloc[::-1], False),
        (lambda f: f.assign(sex=f["sex"].cat.reorder_categories(["m", "f"])), False),
        (lambda f: f.assign(age=f["age"].astype(np.float32)), False),
        (lambda f: f[["dose", "age", *f.columns[2:]]], False),
    ],
)
def test_equal_frames_and_no_others_are_one_file(changed: Any, same: bool, tmp_path: Path) -> None:
    (first,), (other,) = frames_as_files(frame(), tmp_path), frames_as_files(changed(frame()), tmp_path)
    assert (first.value == other.value) is same


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (3, "data: expected a data frame, or a mapping with train and perhaps test to one each, found int"),
        ({"tain": frame()}, "found a mapping with the keys tain"),
        ({"test": frame()}, "found a mapping with the keys test"),
        ({"train": 3}, "found int for train"),
        (
            frame().assign(z=[{}] * 60),
            "data: the frame of train rows holds what is neither text nor number, in the column 'z': ",
        ),
        (
            frame().assign(z=[1, "a"] * 30),
            "data: the frame of train rows cannot be written as a table, in the column 'z': ",
        ),
        (frame()[["age", "age"]], "data: expected each column once, found 'age' more often"),
    ],
)
def test_what_is_no_frame_is_refused_in_words(data: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        groupinf.run_experiment(CONFIG, data=data, out=tmp_path, jobs=1)
    assert message in str(error.value)


def test_a_configuration_with_data_of_its_own_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("label\n")
    dataset = {"csv": str(tmp_path / "rows.csv"), "target": "label"}
    with pytest.raises(
        ConfigError, match=r"data, which is dataset\.parquet: expected only one of .*found csv and parquet"
    ):
        groupinf.run_experiment({**CONFIG, "dataset": dataset}, data=frame(), out=tmp_path)
    with pytest.raises(ConfigError, match="data: expected none with a loaded configuration"):
        groupinf.run_experiment(loaded(frame(), tmp_path), data=frame(), out=tmp_path)
    with pytest.raises(ConfigError, match=r"dataset\.target: expected a column of .*, found 'lable'"):
        groupinf.run_experiment({**CONFIG, "dataset": {"target": "lable"}}, data=frame(), out=tmp_path)
