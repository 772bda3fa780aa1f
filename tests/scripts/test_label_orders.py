"""Another order is compared on the flips of a run: what it finds is counted by hand, and cleanlab may be absent."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import groupinf
from groupinf.studies.load import load_config
from groupinf.studies.repair_labels.checks import load_checked

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Any:
    fewer = ["repeats=2", "inspect={max: 90, num: 3}", "orders=[training_loss, leave_one_out]"]
    out = tmp_path_factory.mktemp("runs")
    return groupinf.run_experiment(ROOT / "configs" / "repair-breast_cancer.yaml", overrides=fewer, out=out, jobs=1)


def test_what_an_order_finds_is_counted_on_the_flips_of_the_run(run: Any) -> None:
    from benchmarking.label_orders import found_by

    dataset = load_checked(load_config(run.path / "config.yaml"))  # type: ignore[arg-type]
    found = found_by({"as they stand": lambda y, p: np.arange(y.size, dtype=float)}, run, dataset)
    by_hand = [(run.flips["row"] < inspected).mean() for inspected in (0, 45, 90)]
    np.testing.assert_allclose(found["as they stand"], by_hand)


def test_probabilities_are_of_models_that_have_not_seen_the_row(run: Any) -> None:
    """A model that has seen flipped labels doubts them less: low probabilities of the label find more without."""
    from benchmarking.label_orders import flipped_labels, found_by, found_by_run, out_of_sample

    dataset = load_checked(load_config(run.path / "config.yaml"))  # type: ignore[arg-type]
    y = flipped_labels(run, dataset, run.flips[run.flips["repeat"] == 0])
    assert (y != dataset.y_train).sum() == 45
    p = out_of_sample(run, dataset, y, 0)
    np.testing.assert_allclose(p.sum(axis=1), 1.0)
    confidence = found_by({"label": lambda y, p: p[np.arange(y.size), y]}, run, dataset)["label"]
    # what it is told is what leave-one-out tells: the two find about the same
    assert abs(confidence[1] - found_by_run(run)["leave_one_out"][1]) < 0.05


def test_cleanlab_is_no_dependency(monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmarking.label_orders import cleanlab_scores

    monkeypatch.setitem(sys.modules, "cleanlab", None)
    with pytest.raises(ImportError, match="cleanlab"):
        cleanlab_scores()
