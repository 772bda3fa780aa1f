"""On the Diabetes data a run has the accuracy of Table 1, ranks groups well and retrains as scikit-learn does."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import spearmanr
from sklearn.linear_model import LogisticRegression
from support.runs import execute

from groupinf.datasets.dataset import Dataset
from groupinf.datasets.known.by_name import NamedDataset
from groupinf.datasets.known.diabetes import SOURCE
from groupinf.datasets.registry import load_dataset
from groupinf.experiments.workers.progress import Silent
from groupinf.studies.group_effects.result import Run
from groupinf.studies.load import load_config

CONFIG = Path(__file__).parents[2] / "configs" / "diabetes.yaml"
# every builder, with fewer groups and fewer k-means; builders 1 and 2 are the clusters
FEWER = ("groups.sizes.num=4", "groups.builders.1.k=[4, 16]", "groups.builders.2.k=[4, 16]")
RANDOM_POINTS = 3


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The study of configs/diabetes.yaml with 68 groups, on the real data where they are at hand."""
    if "GROUPINF_DATA" not in os.environ:
        pytest.skip("GROUPINF_DATA is not set: no real data")
    source = Path(os.environ["GROUPINF_DATA"]) / SOURCE.path
    if not source.is_file():
        missing = f"GROUPINF_DATA is set, but there is no {source}"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    return execute(load_config(CONFIG, FEWER), tmp_path_factory.mktemp("runs"), 1, False, Silent())


@pytest.fixture(scope="module")
def dataset(run: Run) -> Dataset:
    return load_dataset(NamedDataset(name="diabetes"), CONFIG.parent, seed=0)


@pytest.fixture(scope="module")
def reference(run: Run, dataset: Dataset) -> LogisticRegression:
    return refitted(dataset, np.ones(dataset.n, dtype=bool), run.manifest.lam)


def refitted(dataset: Dataset, kept: NDArray[np.bool_], lam: float) -> LogisticRegression:
    """scikit-learn's model of the kept rows: sum loss + (λ/2)‖weights‖², C = 1/λ, the intercept not penalised."""
    model = LogisticRegression(C=1 / lam, solver="newton-cholesky", tol=1e-10, max_iter=200)
    return model.fit(dataset.X_train[kept], dataset.y_train[kept])


def losses(model: LogisticRegression, X: NDArray[np.float64], y: NDArray[np.int64]) -> NDArray[np.float64]:
    """log(1 + e^z) − yz of every row."""
    z = model.decision_function(X)
    return np.logaddexp(0, z) - y * z


def values(
    model: LogisticRegression, run: Run, dataset: Dataset, rows: NDArray[np.int64]
) -> dict[tuple[str, int], float]:
    """f of the model for every evaluation and test point; ``rows`` are the removed ones."""
    points = list(run.manifest.test_points)
    X, y = dataset.X_test[points], dataset.y_test[points]
    found = {("test_prediction", t): z for t, z in zip(points, model.decision_function(X), strict=True)}
    found |= {("test_loss", t): loss for t, loss in zip(points, losses(model, X, y), strict=True)}
    return found | {("self_loss", -1): losses(model, dataset.X_train[rows], dataset.y_train[rows]).sum()}


def test_every_kind_of_group_is_drawn(run: Run) -> None:
    assert run.groups["kind"].value_counts().to_dict() == {
        "shared_feature": 4,
        "feature_clusters": 4,
        "gradient_clusters": 4,
        "random_within_class": 4,
        "random": 4,
        "positive_tail": 24,
        "negative_tail": 24,
    }


def test_accuracy_is_that_of_table_1(run: Run, dataset: Dataset, reference: LogisticRegression) -> None:
    assert run.manifest.test_accuracy == pytest.approx(0.682, abs=0.0005)
    assert run.manifest.test_accuracy == reference.score(dataset.X_test, dataset.y_test)


def test_highest_losses_are_the_papers_test_points(run: Run, dataset: Dataset, reference: LogisticRegression) -> None:
    assert run.manifest.test_points[RANDOM_POINTS:] == (66678, 54826, 2267)
    order = np.argsort(-losses(reference, dataset.X_test, dataset.y_test))
    assert order[:3].tolist() == [66678, 54826, 2267]


def test_influence_ranks_groups_by_their_actual_effect(run: Run) -> None:
    by_method = run.effects.pivot(index=["evaluation", "test_point", "group"], columns="method", values="effect")
    ranked = {
        measure: spearmanr(effects["influence"], effects["actual"]).statistic
        for measure, effects in by_method.groupby(level=["evaluation", "test_point"])
    }
    assert len(ranked) == 6 + 6 + 1
    assert min(ranked.values()) > 0.85
    stored = run.spearman.query("kind == 'all' and method == 'influence'").set_index(["evaluation", "test_point"])
    for measure, rho in ranked.items():
        assert stored.loc[measure, "spearman"] == pytest.approx(rho, abs=1e-12)


def test_actual_effects_are_those_of_scikit_learn(run: Run, dataset: Dataset, reference: LogisticRegression) -> None:
    actual = run.effects.query("method == 'actual'").set_index(["evaluation", "test_point", "group"])["effect"]
    largest = actual.abs().groupby(level="evaluation").max()
    archive = np.load(run.path / "groups.npz")
    for group in run.groups.groupby("kind")["size"].idxmax():  # the largest group of every kind
        rows = archive["indices"][archive["indptr"][group] : archive["indptr"][group + 1]]
        kept = np.ones(dataset.n, dtype=bool)
        kept[rows] = False
        before = values(reference, run, dataset, rows)
        after = values(refitted(dataset, kept, run.manifest.lam), run, dataset, rows)
        for (evaluation, point), f in after.items():
            expected = f - before[evaluation, point]
            assert abs(actual[evaluation, point, group] - expected) < 1e-7 * largest[evaluation]
