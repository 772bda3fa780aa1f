"""What the studies of Koh and Liang (2017) say of their data is so: γ of kernels, rows of children, the test rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from groupinf.datasets.dataset import Dataset
from groupinf.datasets.kernels.rbf import Rbf
from groupinf.datasets.known.registry import KNOWN
from groupinf.datasets.registry import load_dataset
from groupinf.studies.load import load_config

CONFIGS = Path(__file__).parents[3] / "configs" / "koh-liang-2017"


def section(name: str) -> dict[str, Any]:
    return yaml.safe_load((CONFIGS / f"{name}.yaml").read_text(encoding="utf-8"))


def chosen(name: str) -> Dataset:
    loaded = load_config(CONFIGS / f"{name}.yaml").config
    return load_dataset(loaded.dataset, CONFIGS, loaded.seed)


@pytest.mark.parametrize(
    ("name", "times"), [("figure-4-mnist-rbf", 10), ("figure-4-mnist-rbf-narrow", 20), ("figure-4-dogfish-rbf", 10)]
)
def test_gamma_is_ten_or_twenty_over_the_median_squared_distance(
    name: str, times: float, real_home: Callable[..., Path]
) -> None:
    config = section(name)
    dataset = config["dataset"]["name"]
    X = KNOWN[dataset].load(real_home(dataset), 0).X_train
    of_median = Rbf().at(X).gamma
    assert config["model"]["kernel"]["gamma"] == pytest.approx(times * float(of_median), rel=1e-4)


@pytest.mark.parametrize(("kernel", "linear"), [("mnist-rbf", "mnist-network"), ("dogfish-rbf", "dogfish-linear")])
def test_both_models_of_a_pair_have_the_same_test_points_and_penalty(kernel: str, linear: str) -> None:
    of_kernel, of_linear = section(f"figure-4-{kernel}"), section(f"figure-4-{linear}")
    for key in ("test_points", "regularization", "evaluations"):
        assert of_kernel[key] == of_linear[key]
    assert of_kernel["model"]["intercept"] == of_linear["model"]["intercept"] == "none"


@pytest.mark.parametrize("name", ["hospital", "hospital-free"])
def test_the_four_children_that_are_left_are_those_whose_perturbation_is_told(
    name: str, real_home: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROUPINF_DATA", str(real_home("diabetes")))
    data = chosen(name)
    assert isinstance(data.X_train, np.ndarray)
    assert isinstance(data.X_test, np.ndarray)
    child = data.feature_names.index("age_[0-10)")
    rows = np.flatnonzero(data.X_train[:, child] == 1)
    assert data.n == 19_980
    assert rows.tolist() == section(name)["points"]["perturbation"]["rows"]
    assert data.y_train[rows].tolist() == [1, 1, 1, 0]
    [point] = section(name)["test_points"]["indices"]
    assert (data.X_test[point, child], data.y_test[point]) == (1, 0)


def test_the_test_row_of_figure_1_is_a_seven(real_home: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUPINF_DATA", str(real_home("mnist")))
    data = chosen("figure-1-mnist")
    assert (data.n, data.n_test, int((data.y_train == 0).sum())) == (11_894, 2_163, 6_179)
    [point] = section("figure-1-mnist")["test_points"]["indices"]
    assert data.classes[data.y_test[point]] == 7
