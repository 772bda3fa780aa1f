"""test_points.bootstrap resamples the test rows of each sum; groups, retraining and effects stay as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.runs import execute, unreported

from groupinf.errors import ConfigError, DataError
from groupinf.experiments.folder.files import npz_arrays
from groupinf.experiments.workers.progress import Silent
from groupinf.studies.group_effects.evaluate import evaluate
from groupinf.studies.group_effects.result import RESAMPLED, Run
from groupinf.studies.load import load_config

RESAMPLES = 4000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(150, 2))
    frame = pd.DataFrame(
        {
            "a": x[:, 0],
            "b": x[:, 1],
            "ward": rng.choice(["w1", "w2", "w3"], 150),
            "site": ["here"] * 99 + ["north"] * 50 + ["alone"],
            "part": ["train"] * 90 + ["test"] * 60,
            "y": (x[:, 0] + rng.normal(size=150) > 0).astype(int),
        }
    )
    frame.to_csv(tmp_path / "own.csv", index=False)
    return tmp_path


def study(folder: Path, **changes: Any) -> dict[str, Any]:
    return {
        "name": "own",
        "seed": 3,
        "dataset": {
            "csv": str(folder / "own.csv"), "target": "y", "split": "part", "drop": ["ward", "site"]
        },
        "regularization": {"lambda_over_n": 0.01},
        "groups": {"builders": [{"builder": "column", "column": "ward"}]},
        "test_points": {"column": "site", "bootstrap": RESAMPLES},
        "evaluations": ["test_loss", "self_loss", "test_error"],
        **changes,
    }  # fmt: skip


def resampled_of(run: Run) -> np.ndarray:
    return npz_arrays((run.path / RESAMPLED).read_bytes())["effect"]


def row_changes(run: Run, folder: Path) -> np.ndarray:
    """The change of the test loss of each test row, by hand from the stored parameters: (rows, groups)."""
    frame = pd.read_csv(folder / "own.csv").iloc[90:]
    X = np.column_stack([frame[["a", "b"]].to_numpy(), np.ones(60)])
    y = frame["y"].to_numpy()[:, None]
    with np.load(run.path / "theta.npz") as stored:
        fitted = stored["theta"].reshape(-1)
    [block] = (run.path / "blocks").glob("*.npz")
    with np.load(block) as stored:
        retrained = stored["theta"]
    z, z0 = X @ retrained.T, (X @ fitted)[:, None]
    return (np.logaddexp(0, z) - y * z) - (np.logaddexp(0, z0) - y * z0)


def test_resampled_effects_spread_as_sums_of_drawn_rows_do(folder: Path) -> None:
    """Over the resamples of m rows the mean is the effect and the standard deviation √m times that of the rows; the sum
    over a single row does not move."""
    run = unreported(study(folder), folder / "runs")
    changes, found = row_changes(run, folder), resampled_of(run)
    sites = pd.read_csv(folder / "own.csv").iloc[90:]["site"].to_numpy()
    names = [known.name.partition("=")[2] for known in run.manifest.test_sets]
    assert found.shape == (6, 3, RESAMPLES)
    for at, site in enumerate(names):
        own = changes[sites == site]
        np.testing.assert_allclose(found[at].mean(axis=1), own.sum(axis=0), atol=5 * own.std() * 8 / RESAMPLES**0.5)
        np.testing.assert_allclose(found[at].std(axis=1), len(own) ** 0.5 * own.std(axis=0), rtol=0.06, atol=1e-12)
    alone = names.index("alone")
    assert np.ptp(found[alone], axis=1).max() == 0
    np.testing.assert_allclose(found[alone][:, 0], changes[sites == "alone"][0], rtol=1e-7)


def test_the_intervals_hold_the_effects_and_say_which_ranks_are_sure(folder: Path) -> None:
    """Effects and ranks lie inside; on the single row no interval has a width, and the self-loss has none."""
    run = unreported(study(folder), folder / "runs")
    assert run.bootstrap is not None
    assert set(run.bootstrap["evaluation"]) == {"test_loss", "test_error"}
    table = run.ranking("test_loss")
    assert (table["effect_low"] <= table["actual"] + 1e-12).all()
    assert (table["effect_high"] >= table["actual"] - 1e-12).all()
    assert ((table["rank_low"] <= table["rank"]) & (table["rank"] <= table["rank_high"])).all()
    alone = run.ranking("test_loss", "site=alone")
    assert (alone["rank_low"] == alone["rank_high"]).all()
    assert run.ranking("self_loss").get("rank_low", pd.Series(dtype=float)).notna().sum() == 0


def test_a_bootstrap_changes_no_effect_and_no_number_of_jobs_changes_it(folder: Path) -> None:
    """The table of effects is that of a run without it; two processes give the same resamples."""
    plain = unreported(study(folder, test_points={"column": "site"}), folder / "plain")
    run = unreported(study(folder, block_width=1), folder / "runs")
    pd.testing.assert_series_equal(run.effects["effect"], plain.effects["effect"], rtol=1e-9)
    both = execute(load_config(study(folder, block_width=1)), folder / "both", 2, False, Silent())
    np.testing.assert_array_equal(resampled_of(run), resampled_of(both))
    assert plain.bootstrap is None


def test_an_evaluation_adds_a_bootstrap_without_retraining(folder: Path) -> None:
    """Its resamples are those that the run itself would have."""
    plain = unreported(study(folder, test_points={"column": "site"}), folder / "plain")
    run = unreported(study(folder), folder / "runs")
    added = evaluate(plain.path, [f"test_points.bootstrap={RESAMPLES}"], None, 1, Silent())
    np.testing.assert_allclose(resampled_of(added), resampled_of(run), rtol=1e-8, atol=1e-12)


def test_the_difference_of_two_groups(folder: Path) -> None:
    """It is that of their effects, and its interval that of the differences in each resample."""
    run = unreported(study(folder), folder / "runs")
    table = run.ranking("test_loss", "site=here").set_index("group_name")
    found = run.difference("w1", "w3", "test_loss", "site=here")
    assert found.difference == table.loc["w1", "actual"] - table.loc["w3", "actual"]
    place = [known.name for known in run.manifest.test_sets].index("site=here")
    apart = resampled_of(run)[place][0] - resampled_of(run)[place][2]
    assert (found.low, found.high) == tuple(np.quantile(apart, [0.025, 0.975]))
    assert (found.larger, found.smaller) == ((apart > 0).mean(), (apart < 0).mean())
    assert run.difference("w1", "w3", "test_loss", "here") == found
    same = run.difference("w1", "w1", "test_loss", "here")
    assert (same.difference, same.larger, same.smaller) == (0, 0, 0)


def test_what_cannot_be_answered_is_refused(folder: Path) -> None:
    """Resamples of single test points, too few, unknown names, and differences without a bootstrap."""
    with pytest.raises(ConfigError, match="expected all or column beside bootstrap"):
        unreported(study(folder, test_points={"indices": [0], "bootstrap": 100}), folder / "runs")
    with pytest.raises(ConfigError, match=r"test_points\.bootstrap: expected .*40"):
        unreported(study(folder, test_points={"all": True, "bootstrap": 10}), folder / "runs")
    run = unreported(study(folder, test_points={"column": "site"}), folder / "runs")
    again = rf"`groupinf evaluate {run.path} --set test_points\.bootstrap=1000` adds that without retraining"
    with pytest.raises(DataError, match=rf"were resampled on test_loss, found one without; {again}"):
        run.difference("w1", "w2", "test_loss", "site=here")
    with pytest.raises(DataError, match=r"test point: expected one of 'site=alone', 'site=here'.*, found none named"):
        run.difference("w1", "w2")
    with pytest.raises(DataError, match="top: expected a whole number of at least 1, found -1"):
        run.ranking(top=-1)
    with pytest.raises(DataError, match=r"by: expected an evaluation, .*found test_los; did you mean 'test_loss'"):
        run.ranking("test_los")
    with pytest.raises(DataError, match=r"test point: expected one of .*found site=her; did you mean 'site=here'"):
        run.ranking("test_loss", "site=her")
    with pytest.raises(DataError, match="kind: expected a kind, one of column ward; found ward"):
        run.ranking(kind="ward")
    with pytest.raises(DataError, match=r"method: expected a method .*found influenc; did you mean 'influence'"):
        run.ranking(method="influenc")
    run = unreported(study(folder), folder / "runs")
    with pytest.raises(DataError, match="expected the name of one retrained group, found 'w9', which none has"):
        run.difference("w1", "w9", "test_loss", "site=here")
    with pytest.raises(DataError, match="resampled on self_loss, which is measured on no test rows"):
        run.difference("w1", "w2", "self_loss")
