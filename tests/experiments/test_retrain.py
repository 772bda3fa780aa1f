"""``retrain: none`` and ``{top: K}``: what is proven of groups without retraining them, and what a run says of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from groupinf.config.load import load_config
from groupinf.errors import ConfigError, DataError
from groupinf.experiments.workers.progress import Silent
from groupinf.studies.group_effects.evaluate import evaluate
from groupinf.studies.group_effects.result import Run
from groupinf.studies.group_effects.schema import Config
from groupinf.studies.group_effects.study import checked
from tests.support.runs import unreported

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
        checked(load_config({**STUDY, **change}, (), Config))


def test_all_is_what_is_meant_where_the_key_is_left_out() -> None:
    said, unsaid = (load_config(config, (), Config) for config in ({**STUDY, "retrain": "all"}, STUDY))
    assert said.resolved() == unsaid.resolved()
    assert "retrain" not in said.resolved()
    assert checked(said).identity == checked(unsaid).identity
    assert checked(load_config(STUDY, ("retrain=none",), Config)).identity != checked(unsaid).identity


def test_a_run_that_retrained_nothing_is_not_evaluated(none: Run, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="found one that retrained nothing; groupinf experiment"):
        evaluate(none.path, ["evaluations=[test_margin]"], tmp_path, 1, Silent())
