"""A study says which rows it has: in its manifest, notes, rows.parquet, units and what validate prints."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from click.testing import CliRunner
from support.kinds_of_data import loaded, rows, written
from support.runs import unreported

from groupinf.cli.main import main
from groupinf.datasets.choice.left import RowsLeft
from groupinf.errors import ConfigError, DataError
from groupinf.experiments.folder.files import json_bytes, sha256
from groupinf.experiments.folder.identity import identity_hash
from groupinf.experiments.workers.progress import Silent
from groupinf.groups.training_rows import index_note, training_rows
from groupinf.reporting.report import write_report
from groupinf.studies.group_effects.evaluate import evaluate
from groupinf.studies.group_effects.identity import identity_of
from groupinf.studies.group_effects.study import load_run
from groupinf.studies.group_effects.test_points import rows_of_keys
from groupinf.studies.load import load_config

NOTE = (
    "rows: 60 for training and 20 for testing as the data come; test_rows leaves 59 for training and 21 for testing; "
    "subset leaves 30 for training and 21 for testing"
)


def study(section: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "name": "chosen",
        "dataset": section,
        "regularization": {"lambda_over_n": 0.1},
        "groups": {"sizes": {"min": 0.1, "max": 0.2, "num": 2}, "builders": ["random"]},
        "test_points": {"indices": [0]},
        "methods": ["influence"],
        **more,
    }


def test_the_choice_is_told_in_manifest_report_and_rows(tmp_path: Path) -> None:
    section = {**written(tmp_path, "csv"), "test_rows": [42], "subset": {"rows": 30}}
    run = unreported(study(section, test_points={"indices": [20]}), tmp_path / "out")
    left = (RowsLeft("", 60, 20), RowsLeft("test_rows", 59, 21), RowsLeft("subset", 30, 21))
    assert run.manifest.rows_left == left
    assert (run.manifest.n, run.manifest.n_test, run.manifest.n_pool) == (30, 21, 0)
    assert NOTE in run.manifest.notes
    write_report(run)
    assert "subset leaves 30 for training and 21 for testing" in (run.path / "report.md").read_text(encoding="utf-8")
    listed = run.rows
    assert listed is not None
    assert listed["split"].value_counts().to_dict() == {"train": 30, "test": 21}
    assert (listed["line"].iloc[-1], listed["key"].iloc[-1]) == (44, rows()["key"][42])
    assert run.manifest.test_keys[0].name == f"key={rows()['key'][42]}"
    again = unreported(run.path / "config.yaml", tmp_path / "out")
    assert again.path == run.path
    evaluated = evaluate(run.path, ["evaluations=[test_loss]"], None, 1, Silent())
    assert evaluated.manifest.rows_left == left


def test_validate_says_what_is_left(tmp_path: Path) -> None:
    section = {**written(tmp_path, "csv"), "test_rows": [42], "subset": {"rows": 30}}
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(study(section)), encoding="utf-8")
    printed = CliRunner().invoke(main, ["validate", str(tmp_path / "study.yaml")]).stdout
    assert NOTE in printed
    assert "rows: n = 30, d = 2, 3 classes" in printed
    plain = (
        CliRunner()
        .invoke(
            main, ["validate", str(tmp_path / "study.yaml"), "--set", f"dataset={json.dumps(written(tmp_path, 'csv'))}"]
        )
        .stdout
    )
    assert "leaves" not in plain


def test_the_model_is_that_of_a_file_with_the_chosen_rows(tmp_path: Path) -> None:
    table = rows()
    kept = table[(table["label"] != 2) & ~((table["site"] == "south") & (table.index < 60))]
    keys = {"classes": [1, 3], "exclude": [{"column": "site", "equals": "south"}]}
    run = unreported(study({**written(tmp_path, "parquet"), **keys}), tmp_path / "out")
    (tmp_path / "kept").mkdir()
    alone = unreported(study(written(tmp_path / "kept", "parquet", table=kept)), tmp_path / "out")
    np.testing.assert_array_equal(run.effects["effect"], alone.effects["effect"])
    assert run.manifest.train_loss == alone.manifest.train_loss


def test_every_key_changes_the_identity_and_none_without_it(tmp_path: Path) -> None:
    section = written(tmp_path, "csv")
    config = load_config(study(section))
    assert set(identity_of(config, loaded(section))["config"]["dataset"]) == {
        *("target", "split", "drop", "task", "weight", "row_key"),
    }
    choices: list[dict[str, Any]] = [
        {},
        {"classes": [1, 2]},
        {"classes": [1, 3]},
        {"subset": {"rows": 30}},
        {"subset": {"rows": 30, "seed": 1}},
        {"exclude": [{"label": 1}], "keep": 1},
        {"exclude": [{"label": 1}], "keep": 2},
        {"test_rows": [1]},
        {"first_rows": 30},
        {"first_test_rows": 19},
    ]
    made = [{**section, **choice} for choice in choices]
    hashes = [identity_hash(identity_of(load_config(study(s)), loaded(s))) for s in made]
    assert len(set(hashes)) == len(choices)
    one, other = ({**section, "classes": labels} for labels in ([1, 2], ["1", "2"]))
    assert load_config(study(one)).resolved() == load_config(study(other)).resolved()


def test_units_say_that_the_target_is_standardised(tmp_path: Path) -> None:
    section = written(tmp_path, "npz", "y")
    plain, scaled = (
        unreported(study({**section, **more}), tmp_path / "out") for more in ({}, {"standardise_target": True})
    )
    words = "predictions in units of y, losses half squared, y in standard deviations of the training rows."
    assert scaled.manifest.convention.sentence.endswith(words)
    assert "standard deviations" not in plain.manifest.convention.sentence
    assert plain.manifest.target_scale is None
    sd = rows()["y"][:60].std(ddof=0)
    assert scaled.manifest.target_scale is not None
    assert scaled.manifest.target_scale.sd == pytest.approx(sd)
    # λ is the same: an effect on a prediction is divided by the deviation, one on a loss by its square
    ratio = plain.effects["effect"] / scaled.effects["effect"]
    expected = np.where(plain.effects["evaluation"] == "test_prediction", sd, sd**2)
    np.testing.assert_allclose(ratio, expected, rtol=1e-6)


def pooled(folder: Path) -> dict[str, Any]:
    table = rows()
    table["part"] = table["part"].astype(object)
    table.loc[[3, 70], "part"] = "pool"
    return written(folder, "csv", table=table)


def test_a_pool_takes_part_in_nothing_and_is_listed(tmp_path: Path) -> None:
    run = unreported(study(pooled(tmp_path)), tmp_path / "out")
    (tmp_path / "alone").mkdir()
    without = rows().drop(index=[3, 70])
    alone = unreported(study(written(tmp_path / "alone", "csv", table=without)), tmp_path / "out")
    np.testing.assert_array_equal(run.effects["effect"], alone.effects["effect"])
    assert "the pool: 2 rows of the data take no part in the fit, groups or tests" in run.manifest.notes
    assert (run.manifest.n_pool, alone.manifest.n_pool) == (2, 0)
    assert not any("the pool" in note for note in alone.manifest.notes)
    listed = run.rows
    assert listed is not None
    last = listed[-2:].reset_index(drop=True)
    expected = rows().loc[[3, 70]]
    pd.testing.assert_frame_equal(
        last[["split", "row", "label", "weight", "key"]],
        pd.DataFrame(
            {
                "split": ["pool", "pool"],
                "row": [0, 1],
                "label": expected["label"].to_numpy(),
                "weight": expected["votes"].to_numpy(dtype=float),
                "key": expected["key"].to_numpy(),
            }
        ),
        check_dtype=False,
    )
    assert last["line"].tolist() == [5, 72]


def test_a_key_of_the_pool_names_neither_a_group_nor_a_test_row(tmp_path: Path) -> None:
    section, key = pooled(tmp_path), rows()["key"][70]
    with pytest.raises(DataError, match=rf"'{key}', which is a row of the pool"):
        training_rows(loaded(section)).by_key(str(key))
    with pytest.raises(DataError, match=rf"'{key}', which is a row of the pool"):
        rows_of_keys([str(key)], loaded(section))
    with pytest.raises(DataError, match="which is a test row"):
        training_rows(loaded(section)).by_key(str(rows()["key"][71]))


def test_an_index_counts_the_chosen_rows(tmp_path: Path) -> None:
    found = training_rows(loaded({**written(tmp_path, "csv"), "subset": {"rows": 30}}))
    assert index_note(found) == (
        "index counts the 30 training rows that were chosen, not the 60 that the data have; rows.parquet in a run's "
        "folder says which is which"
    )
    with pytest.raises(DataError, match=r"from 0 to 29, found 31, which fits only a numbering of the 60 of which they"):
        found.by_index("31")


def test_an_older_manifest_reads(tmp_path: Path) -> None:
    run = unreported(study(written(tmp_path, "npz")), tmp_path / "out")
    stored = json.loads((run.path / "manifest.json").read_text(encoding="utf-8"))
    [seal] = [key for key in stored if key.endswith("_sha256")]
    old = {k: v for k, v in stored.items() if k not in (seal, "rows_left", "n_pool", "target_scale")}
    (run.path / "manifest.json").write_bytes(json_bytes({**old, seal: sha256(json_bytes(old))}))
    assert load_run(run.path).manifest == replace(run.manifest, rows_left=(), n_pool=0, target_scale=None)


def test_sizes_and_test_points_are_those_of_the_chosen_rows(tmp_path: Path) -> None:
    section = {**written(tmp_path, "csv"), "classes": [1, 2]}
    with pytest.raises(ConfigError, match=r"test_points\.indices: expected rows 0 to \d\d?, found 19"):
        unreported(study(section, test_points={"indices": [19]}), tmp_path / "out")


@pytest.mark.parametrize("choice", [{}, {"classes": [1, 3], "subset": {"rows": 30}}])
def test_a_pool_that_is_marked_is_added_from_as_one_that_is_drawn(tmp_path: Path, choice: dict[str, Any]) -> None:
    drawn = {"change": {"change": "add", "pool_fraction": 0.3}}
    sizes = {"groups": {"sizes": {"min": 0.2, "max": 0.5, "num": 3}, "builders": ["random"]}}
    run = unreported(study({**written(tmp_path, "csv"), **choice}, **drawn, **sizes), tmp_path / "out")
    listed = run.rows
    assert listed is not None
    table = rows().set_index("key").loc[listed["key"]].reset_index()
    table["part"] = listed["split"].to_numpy()
    (tmp_path / "marked").mkdir()
    marked = written(tmp_path / "marked", "csv", table=table)
    again = unreported(study(marked, change="add", **sizes), tmp_path / "out")
    assert (again.manifest.n, again.manifest.n_pool) == (run.manifest.n, run.manifest.n_pool)
    assert again.manifest.n_pool == int(0.3 * (again.manifest.n + again.manifest.n_pool)) > 0
    np.testing.assert_array_equal(again.effects["effect"], run.effects["effect"])
    assert not any("take no part" in note for note in again.manifest.notes)
