"""``retrain: none`` and ``{top: K}``: what is proven of groups without retraining them, and what a run says of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from support.runs import collect_run, execute, execute_shard, unreported

from groupinf.errors import ConfigError, DataError
from groupinf.experiments.verify import verify_run
from groupinf.experiments.workers.progress import Silent
from groupinf.experiments.workers.shards import Shard
from groupinf.studies.group_effects.checks import load_checked
from groupinf.studies.group_effects.evaluate import evaluate
from groupinf.studies.group_effects.lambda_sweep.open import GROUP_SWEEP
from groupinf.studies.group_effects.memory import work_of
from groupinf.studies.group_effects.result import Run
from groupinf.studies.group_effects.study import checked
from groupinf.studies.linear.configured_model import model_of
from groupinf.studies.linear.lambda_sweep import plan_sweep
from groupinf.studies.load import load_config
from groupinf.studies.registry import STUDIES

STUDY: dict[str, Any] = {
    "name": "screened",
    "dataset": {"name": "breast_cancer"},
    "regularization": {"lambda_over_n": 1e-2},
    "groups": {"sizes": {"min": 0.02, "max": 0.2, "num": 6}, "builders": ["random", "influence_tails"]},
}
KEYS = ["group", "evaluation", "test_point"]


def of(run: Run) -> pd.DataFrame:
    assert run.intervals is not None
    return run.intervals


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return unreported(STUDY, tmp_path_factory.mktemp("all"))


@pytest.fixture(scope="module")
def none(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return unreported({**STUDY, "retrain": "none"}, tmp_path_factory.mktemp("none"))


def actual(run: Run) -> pd.DataFrame:
    return run.effects[run.effects["method"] == "actual"]


def test_a_run_that_retrains_nothing_predicts_what_others_predict(whole: Run, none: Run) -> None:
    predicted = whole.effects[whole.effects["method"] != "actual"].drop(columns=["run", "error_estimate"])
    pd.testing.assert_frame_equal(
        none.effects.drop(columns=["run", "error_estimate"]), predicted.reset_index(drop=True), rtol=1e-9
    )
    assert (none.effects["error_estimate"] >= 0.0).all()
    assert list(none.retrains.columns) == list(whole.retrains.columns)
    assert list(none.spearman.columns) == list(whole.spearman.columns)
    assert len(none.retrains) == len(none.spearman) == none.manifest.n_retrained == 0
    assert sum(none.manifest.levels.values()) == len(none.groups) == len(whole.groups)


def test_actual_effects_lie_in_the_intervals_of_a_run_that_retrains_nothing(whole: Run, none: Run) -> None:
    both = of(none).merge(actual(whole)[[*KEYS, "effect"]], on=KEYS, validate="one_to_one")
    assert len(both) == len(actual(whole))
    assert both["effect"].between(both["low"], both["high"]).all()
    assert both["prediction"].between(both["low"], both["high"]).all()
    assert (both["high"] - both["low"] < both["effect"].abs()).mean() > 0.2  # they tell something


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"retrain": 3}, "retrain: expected all, none or .*, found 3"),
        ({"retrain": "some"}, 'retrain: expected all, none or .*, found the text "some"'),
        ({"retrain": {"top": 0}}, "retrain.top: expected a whole number of at least 1, found 0"),
        ({"retrain": {"by": "test_loss"}}, "retrain.top: expected this key, found none"),
        ({"retrain": {"top": 3, "size": 2}}, "retrain.size: unknown key 'size'"),
        ({"retrain": {"top": 3, "side": "up"}}, "retrain.side: expected one of rise, fall, both"),
        (
            {"retrain": {"top": 3, "by": "test_losses"}},
            'retrain.by: expected one of .*test_loss.*, found the text "test_losses"',
        ),
        (
            {"retrain": {"top": 3, "by": "self_loss"}, "evaluations": ["test_loss"]},
            "retrain.by: expected one of the evaluations of the study, test_loss, found self_loss",
        ),
        ({"retrain": "none", "theory": True}, "theory: expected theory only where all groups are retrained"),
        (
            {"retrain": "none", "test_points": {"all": True, "bootstrap": 100}},
            "test_points.bootstrap: expected bootstrap only where groups are retrained",
        ),
    ],
)
def test_what_cannot_be_retrained_so_is_refused_in_words(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        checked(load_config({**STUDY, **change}))


def test_all_is_what_is_meant_where_the_key_is_left_out() -> None:
    said, unsaid = (load_config(config) for config in ({**STUDY, "retrain": "all"}, STUDY))
    assert said.resolved() == unsaid.resolved()
    assert "retrain" not in said.resolved()
    assert checked(said).identity == checked(unsaid).identity
    assert checked(load_config(STUDY, ["retrain=none"])).identity != checked(unsaid).identity


def test_a_run_that_retrained_nothing_is_not_evaluated(none: Run, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="found one that retrained nothing; groupinf experiment"):
        evaluate(none.path, ["evaluations=[test_margin]"], tmp_path, 1, Silent())


@pytest.fixture(scope="module")
def top(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return unreported({**STUDY, "retrain": {"top": 4, "by": "test_loss"}}, tmp_path_factory.mktemp("top"))


def largest(run: Run, evaluation: str, test_point: int, count: int) -> list[int]:
    of_value = actual(run)[(actual(run)["evaluation"] == evaluation) & (actual(run)["test_point"] == test_point)]
    return list(of_value.assign(by=of_value["effect"].abs()).nlargest(count, "by")["group"])


def test_the_largest_effects_are_those_of_a_run_that_retrains_every_group(whole: Run, top: Run) -> None:
    for test_point in top.manifest.test_points:
        assert largest(top, "test_loss", test_point, 4) == largest(whole, "test_loss", test_point, 4)
    assert 4 <= top.manifest.n_retrained < len(top.groups)
    assert set(top.retrains["group"]) == set(actual(top)["group"])
    assert len(actual(top)) == top.manifest.n_retrained * 13  # on everything that is measured


def test_groups_that_iteration_solves_for_are_proven_too(tmp_path: Path) -> None:
    """No group has a factor of its own there but what proofs form; without it nearly all would be retrained."""
    builders = ["shared_feature", "feature_clusters", "random_within_class", "random", "influence_tails"]
    study = {**STUDY, "groups": {"sizes": {"min": 0.0025, "max": 0.25, "num": 12}, "builders": builders}}
    all_of_them = unreported(study, tmp_path / "all")
    assert all_of_them.manifest.engine.reduced == "iterative"
    found = unreported({**study, "retrain": {"top": 2, "by": "test_loss"}}, tmp_path / "top")
    for test_point in found.manifest.test_points:
        assert largest(found, "test_loss", test_point, 2) == largest(all_of_them, "test_loss", test_point, 2)
    assert found.manifest.n_retrained < 0.2 * len(found.groups)


def test_no_group_that_was_left_out_can_be_among_the_largest(whole: Run, top: Run) -> None:
    intervals = of(top)
    assert set(intervals["evaluation"]) == {"test_loss"}
    assert intervals.groupby("test_point").size().eq(len(top.groups)).all()
    reaches = dict(zip(top.manifest.test_points, top.manifest.thresholds, strict=True))
    for test_point, threshold in reaches.items():  # noqa: B007 (in the query)
        of_value = actual(whole).query("evaluation == 'test_loss' and test_point == @test_point")
        assert threshold is not None
        assert threshold <= of_value["effect"].abs().nlargest(4).iloc[-1] * (1 + 1e-6)
    left = intervals[intervals["level"] != "retrained"]
    most = left[["low", "high"]].abs().max(axis=1)
    assert (most < left["test_point"].map(reaches)).all()


def test_an_evaluation_of_a_run_that_retrained_some_groups_is_of_these(top: Run, tmp_path: Path) -> None:
    other = evaluate(top.path, ["evaluations=[test_margin]"], tmp_path, 1, Silent())
    assert set(other.effects["group"]) == set(top.retrains["group"])
    assert other.manifest.n_retrained == top.manifest.n_retrained
    assert other.intervals is None


def test_a_run_of_the_largest_effects_is_made_again_block_by_block(top: Run) -> None:
    assert verify_run(STUDIES, top.path, 1, Silent()).problems == ()


def test_other_jobs_find_the_same_bytes(top: Run, tmp_path: Path) -> None:
    loaded = load_config({**STUDY, "retrain": {"top": 4, "by": "test_loss"}})
    two = execute(loaded, tmp_path, 2, False, Silent())
    for file in ("intervals.parquet", "effects.parquet", "retrains.parquet"):
        assert (two.path / file).read_bytes() == (top.path / file).read_bytes()


def test_shards_of_a_run_of_the_largest_effects_find_what_a_whole_run_finds(top: Run, tmp_path: Path) -> None:
    loaded = load_config({**STUDY, "retrain": {"top": 4, "by": "test_loss"}, "block_width": 10})
    for number in (2, 1):
        path = execute_shard(loaded, tmp_path, 1, Shard(number, 2), Silent()).path
    parts = collect_run(path, Silent())
    for test_point in top.manifest.test_points:
        assert largest(parts, "test_loss", test_point, 4) == largest(top, "test_loss", test_point, 4)


def test_every_run_of_a_sweep_has_thresholds_of_its_own(tmp_path: Path) -> None:
    swept = {**STUDY, "regularization": {"lambda_over_n": 1e-2, "sweep": {"min": 1e-3, "max": 1e-1, "num": 2}}}
    swept |= {"retrain": {"top": 2}, "test_points": {"indices": [3]}}
    sweep = GROUP_SWEEP.execute(plan_sweep(load_config(swept)), tmp_path, 1, False, Silent())
    assert len({run.manifest.thresholds for run in sweep.runs}) == len(sweep.runs) > 1
    assert all(run.manifest.n_retrained >= 2 for run in sweep.runs)


def test_the_memory_that_proofs_take_is_counted() -> None:
    def needed(**changes: Any) -> int:
        loaded = load_config({**STUDY, **changes})
        dataset = load_checked(loaded)
        return work_of(loaded, dataset, model_of(loaded, dataset))

    pencils = 48 * 2 * 8 * 31**2
    assert needed(retrain="none") - needed() == 4 * 8 * 31**2 + pencils
