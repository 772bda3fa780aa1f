"""A run gives the same bytes whatever the jobs and interruptions, and refuses what is not its own."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.faults import WIDTH
from support.runs import execute, execute_shard

import groupinf
from groupinf.errors import ConfigError, ConvergenceError, DataError
from groupinf.experiments.folder.manifest import RunManifest
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.workers.progress import Silent
from groupinf.experiments.workers.shards import Shard
from groupinf.studies.group_effects import block as compute_stage
from groupinf.studies.group_effects.result import Run
from groupinf.studies.group_effects.study import load_run
from groupinf.studies.load import load_config

COLUMNS = [
    "run",
    "dataset",
    "lam_over_n",
    "group",
    "group_name",
    "kind",
    "size",
    "test_point",
    "evaluation",
    "method",
    "readout",
    "effect",
    "error_estimate",
]


class Notes(Silent):
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


def run(config: dict[str, Any], out: Path, jobs: int = 1, fresh: bool = False, notes: Notes | None = None) -> Run:
    return execute(load_config(config), out, jobs, fresh, notes or Notes())


def contents(run: Run) -> dict[str, bytes]:
    """Every file of a run but the times it took."""
    files = (f for f in run.path.rglob("*") if f.is_file() and f.name != "timings.json")
    return {str(f.relative_to(run.path)): f.read_bytes() for f in files}


def test_tables_are_tidy_and_complete(small_config: dict[str, Any], tmp_path: Path) -> None:
    done = run(small_config, tmp_path / "out")
    assert list(done.effects.columns) == COLUMNS
    groups, rows_per_group = done.manifest.n_retrained, 4 * (2 + 2 + 1)
    assert len(done.effects) == groups * rows_per_group
    assert not done.effects.duplicated(["group", "test_point", "evaluation", "method"]).any()
    assert set(done.effects.loc[done.effects.evaluation == "self_loss", "test_point"]) == {-1}
    assert set(done.effects.method) == {"influence", "parameter_influence", "newton", "actual"}
    assert list(done.groups.columns) == ["group", "name", "kind", "size", "test_point", "made_from"]
    assert {"group", "passes", "gradient_norm", "decrement"} <= set(done.retrains.columns)
    archive = np.load(done.path / "groups.npz")
    np.testing.assert_array_equal(np.diff(archive["indptr"]), done.groups["size"])
    manifest = done.manifest
    assert manifest.lam == pytest.approx(0.01 * 90)
    assert (manifest.n, manifest.d, manifest.classes) == (90, 3, ("no", "yes"))
    assert 0.5 < manifest.test_accuracy <= 1


def test_the_same_bytes_for_one_and_two_jobs(small_config: dict[str, Any], tmp_path: Path) -> None:
    one = contents(run(small_config, tmp_path / "one", jobs=1))
    two = contents(run(small_config, tmp_path / "two", jobs=2))
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []


def test_a_finished_run_is_not_computed_again(
    small_config: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run(small_config, tmp_path)
    monkeypatch.setattr(compute_stage, "compute_block", None)
    notes = Notes()
    again = run(small_config, tmp_path, notes=notes)
    pd.testing.assert_frame_equal(first.effects, again.effects)
    assert "finished already" in notes.notes[0]
    pd.testing.assert_frame_equal(groupinf.load_run(first.path).effects, first.effects)


def test_a_failed_block_keeps_the_others_and_names_the_group(
    small_config: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = compute_stage.compute_block, []

    def failing(study: Any, members: Any, names: Any) -> Any:
        calls.append(names)
        if len(calls) == 2:
            raise ConvergenceError(f"group {names[0]}: retraining stopped")
        return real(study, members, names)

    monkeypatch.setattr(compute_stage, "compute_block", failing)
    with pytest.raises(ConvergenceError, match=r"group 48 \(.*retraining stopped.*is kept in"):
        run(small_config, tmp_path)
    run(small_config, tmp_path)
    assert len(calls) == 3  # the first block was kept


def test_another_run_in_the_folder_is_refused_by_field(small_config: dict[str, Any], tmp_path: Path) -> None:
    done = run(small_config, tmp_path)
    stored = done.manifest.identity
    other = {**stored, "config": {**stored["config"], "seed": 7}}
    RunDirectory(done.path).write_manifest(replace(done.manifest, identity=other))
    with pytest.raises(DataError, match=r"config\.seed: here 0, stored 7"):
        run(small_config, tmp_path)
    assert run(small_config, tmp_path, fresh=True).manifest.seed == 0


def test_identity_follows_numbers_and_not_names_or_places(small_config: dict[str, Any], tmp_path: Path) -> None:
    def folder(change: dict[str, Any]) -> str:
        return run({**copy.deepcopy(small_config), **change}, tmp_path).path.name

    moved = tmp_path / "elsewhere.npz"
    moved.write_bytes((tmp_path / "small.npz").read_bytes())
    base = folder({})
    assert folder({"dataset": {"npz": str(moved)}}) == base
    assert folder({"name": "other"}).removeprefix("other-") == base.removeprefix("small-")
    assert folder({"seed": 1}) != base
    assert folder({"regularization": {"lambda_over_n": 0.02}}) != base


def test_a_group_that_empties_a_class_is_skipped_by_name(small_config: dict[str, Any], tmp_path: Path) -> None:
    labels = np.load(tmp_path / "small.npz")["y_train"]
    rows = [("all of no", i) for i in np.flatnonzero(labels == "no")] + [("two", 3), ("two", 4)]
    pd.DataFrame(rows, columns=["group", "index"]).to_csv(tmp_path / "groups.csv", index=False)
    small_config["groups"] = {"builders": [{"builder": "file", "path": str(tmp_path / "groups.csv")}]}
    done = run(small_config, tmp_path / "out")
    assert [(s.group, s.name) for s in done.manifest.skipped] == [(0, "all of no")]
    assert "class no" in done.manifest.skipped[0].reason
    assert set(done.effects.group) == {1}
    assert list(done.groups.name) == ["all of no", "two"]


def test_groups_that_all_empty_a_class_leave_nothing_to_run(small_config: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "groups.csv").write_text("group,index\n" + "".join(f"all,{i}\n" for i in range(90)))
    small_config["groups"] = {"builders": [{"builder": "file", "path": str(tmp_path / "groups.csv")}]}
    with pytest.raises(DataError, match="no group is left"):
        run(small_config, tmp_path / "out")


def test_cross_validation_chooses_lambda_and_stores_its_table(small_config: dict[str, Any], tmp_path: Path) -> None:
    small_config["regularization"] = {"cross_validation": {"min": 1e-3, "max": 10.0, "num": 5, "score": "log_loss"}}
    manifest = run(small_config, tmp_path).manifest
    table = pd.DataFrame(map(vars, manifest.cross_validation))
    np.testing.assert_allclose(table.lam_over_n, np.logspace(-3, 1, 5))
    best = table.lam_over_n[table.mean_score.idxmax()]
    assert manifest.lam_over_n == best
    assert manifest.lam == pytest.approx(best * 90)


def test_the_sum_over_all_test_points_is_the_sum(small_config: dict[str, Any], tmp_path: Path) -> None:
    small_config["groups"]["builders"] = ["random"]
    each = run({**small_config, "test_points": {"indices": list(range(30))}}, tmp_path).effects
    total = run({**small_config, "test_points": {"all": True}}, tmp_path).effects
    key = ["group", "evaluation", "method"]
    summed = each[each.evaluation != "self_loss"].groupby(key).effect.sum()
    whole = total[total.evaluation != "self_loss"].set_index(key).effect
    np.testing.assert_allclose(whole, summed[whole.index], rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"test_points": {"indices": [31]}}, "test_points.indices: expected rows 0 to 29, found 31$"),
        (
            {"test_points": {"indices": [30]}},
            "test_points.indices: expected rows 0 to 29, found 30, one more than the last: rows count from 0$",
        ),
        ({"test_points": {"random": 31}}, "test_points: expected at most 30"),
        (
            {"regularization": {"cross_validation": {"min": 1e-3, "max": 1.0, "num": 2, "folds": 91}}},
            "folds: expected at most n = 90",
        ),
    ],
)
def test_what_the_data_cannot_give_is_refused_before_anything_runs(
    small_config: dict[str, Any], tmp_path: Path, change: dict[str, Any], expected: str
) -> None:
    with pytest.raises(ConfigError, match=expected.replace(".", r"\.")):
        run({**small_config, **change}, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_unfinished_run_is_not_loaded(small_config: dict[str, Any], tmp_path: Path) -> None:
    done = run(small_config, tmp_path)
    RunDirectory(done.path).write_manifest(replace(done.manifest, collected=False))
    with pytest.raises(DataError, match="not finished"):
        load_run(done.path)
    with pytest.raises(DataError, match="expected the folder of a run"):
        load_run(tmp_path)


def test_a_folder_that_cannot_be_written_to_is_refused_before_anything_is_drawn(
    small_config: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match=r"cannot be written to \(.*\); choose another --out"):
        run(small_config, tmp_path / "file")


def test_a_loose_influence_solver_is_announced(small_config: dict[str, Any], tmp_path: Path) -> None:
    small_config["groups"]["builders"] = ["random"]
    loose = run({**small_config, "influence": {"solver": "cg", "tolerance": 0.1}}, tmp_path)
    told = [
        note
        for note in loose.manifest.notes
        if note.startswith("influence on test loss may be off by") and "by its linear solves; " in note
    ]
    assert [note.partition("; ")[2] for note in told] == ["solver cholesky, or cg with a smaller tolerance, is exact"]
    assert not any(note.startswith("newton") for note in loose.manifest.notes)
    tight = run({**small_config, "influence": {"solver": "cg"}}, tmp_path)
    assert tight.manifest.notes == ()
    exact = run(small_config, tmp_path)
    np.testing.assert_allclose(tight.effects.effect, exact.effects.effect, rtol=1e-6, atol=1e-9)


def test_what_no_solver_mends_is_announced_without_one(small_config: dict[str, Any], tmp_path: Path) -> None:
    """At this λ the weights are 1e-13 of the scores, and rounding of scores is as large as their changes."""
    small_config["groups"]["builders"] = ["random"]
    small_config["regularization"] = {"lambda_over_n": 1e12}
    for solver in ("cholesky", "cg"):
        about = run({**small_config, "influence": {"solver": solver}}, tmp_path).manifest
        told = [note for note in about.notes if " may be off by " in note]
        assert {note.split(" on ")[0] for note in told} >= {"influence", "newton"}
        assert all(note.endswith(", and actual effects by about as much") for note in told)


def test_a_lambda_at_the_edge_of_the_grid_is_announced(small_config: dict[str, Any], tmp_path: Path) -> None:
    small_config["groups"]["builders"] = ["random"]
    small_config["regularization"] = {"cross_validation": {"min": 10.0, "max": 1e3, "num": 3, "score": "log_loss"}}
    assert "smallest lambda_over_n" in run(small_config, tmp_path).manifest.notes[0]


def test_a_resumed_run_says_what_is_stored_already(small_config: dict[str, Any], tmp_path: Path) -> None:
    done = run(small_config, tmp_path)
    next((done.path / "blocks").glob("00000-*")).unlink()
    notes = Notes()
    again = run(small_config, tmp_path, notes=notes)
    assert any("stored already: " in note for note in notes.notes)
    pd.testing.assert_frame_equal(again.effects, done.effects)


class Stages(Silent):
    """The stages with their totals, and how far each came."""

    def __init__(self) -> None:
        self.totals: dict[str, int | None] = {}
        self.advanced: dict[str, int] = {}

    def stage(self, name: str, total: int | None = None) -> None:
        self.totals[name], self.advanced[name] = total, 0

    def advance(self, units: int) -> None:
        self.advanced[list(self.totals)[-1]] += units


def test_only_what_is_to_do_is_counted(small_config: dict[str, Any], tmp_path: Path) -> None:
    small_config |= {"block_width": WIDTH}
    manifest = RunDirectory(run(small_config, tmp_path).path)
    width, number = (getattr(manifest.require_manifest(RunManifest), name) for name in ("block_width", "n_blocks"))
    assert number > 2
    next((manifest.path / "blocks").glob("00001-*")).unlink()
    stages = Stages()
    execute_shard(load_config(small_config), tmp_path, 1, Shard(1, 1), stages)
    assert (stages.totals["retrain"], stages.advanced["retrain"]) == (width, width)
    stages = Stages()
    execute_shard(load_config(small_config), tmp_path, 1, Shard(1, 1), stages)
    assert "retrain" not in stages.totals


def test_narrower_blocks_are_another_run_with_the_same_effects(small_config: dict[str, Any], tmp_path: Path) -> None:
    usual, narrow = run(small_config, tmp_path), run(small_config | {"block_width": WIDTH}, tmp_path)
    assert usual.path != narrow.path
    assert usual.manifest.n_blocks < narrow.manifest.n_blocks == -(-narrow.manifest.units // WIDTH)
    effects = usual.effects["effect"]
    assert (effects - narrow.effects["effect"]).abs().max() <= 1e-8 * effects.abs().max()


def test_a_run_shows_itself_in_one_line(small_config: dict[str, Any], tmp_path: Path) -> None:
    assert repr(run(small_config, tmp_path)).startswith("<Run ")
    with pytest.raises(ConfigError, match="jobs: expected a whole number of at least 1, found 0"):
        groupinf.run_experiment(small_config, out=tmp_path, jobs=0)


def test_a_name_with_blanks_and_accents_is_kept_and_gives_a_plain_folder(
    small_config: dict[str, Any], tmp_path: Path
) -> None:
    named = small_config | {"name": "Étude à Liège / 2"}
    run = groupinf.run_experiment(named, out=tmp_path, jobs=1)
    assert run.path.name.startswith("Etude-a-Liege-2-")
    assert run.manifest.name == "Étude à Liège / 2"
    assert "Étude à Liège / 2" in (run.path / "report.html").read_text(encoding="utf-8")
