"""Where pyinfluence is installed: its influence and its refits agree with ours, on losses and on disparities."""

from __future__ import annotations

from functools import cache
from types import ModuleType
from typing import NamedTuple

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from support.measured import measured_block, measured_study

from groupinf.effects.evaluations.disparity import Disparity
from groupinf.effects.evaluations.evaluation import ParameterNames, Quantity
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.numerics.losses.loss import Loss
from groupinf.numerics.losses.registry import loss_for
from groupinf.numerics.objective import Objective, with_intercept

LAM, N = 1.0, 120
pytestmark = pytest.mark.filterwarnings("ignore:Data appears near-separable:UserWarning")
METRICS = {
    "demographic_parity": "dp",
    "true_positive_rates": "eopp",
    "false_positive_rates": "fpr",
    "worst_loss": "worst_group_loss",
}


@pytest.fixture(scope="module")
def peer() -> ModuleType:
    return pytest.importorskip("pyinfluence", reason="needs pyinfluence: pip install -e '.[benchmark]'")


class Data(NamedTuple):
    X: np.ndarray
    y: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    model: LogisticRegression

    @property
    def sets(self) -> np.ndarray:
        """Two sets of test rows, by their third feature."""
        return np.where(self.X_test[:, 2] > np.median(self.X_test[:, 2]) + 0.5, "large", "small")

    def objectives(self) -> tuple[Objective, Objective]:
        train, test = (
            Objective(with_intercept(X), y.astype(float), np.ones(y.size), LAM, loss_for(2))
            for X, y in ((self.X, self.y), (self.X_test, self.y_test))
        )
        return train, test


@cache
def breast_cancer() -> Data:
    """120 training and 114 test rows, and scikit-learn's fit, as exact as it can be had."""
    X, y = load_breast_cancer(return_X_y=True)
    order = np.random.default_rng(0).permutation(y.size)
    X, y = StandardScaler().fit(X).transform(X)[order], y[order]
    model = LogisticRegression(C=1.0 / LAM, solver="newton-cholesky", tol=1e-12)
    return Data(X[:N], y[:N], X[455:], y[455:], model.fit(X[:N], y[:N]))


class Columns(NamedTuple):
    """The sets as an evaluation asks for them."""

    y: np.ndarray
    values: np.ndarray
    loss: Loss
    classes: tuple[str, ...] = ("0", "1")

    def problem(self, columns: tuple[str, ...]) -> None:
        return None

    def sets(self, columns: tuple[str, ...]) -> dict[str, np.ndarray]:
        return {str(v): np.flatnonzero(self.values == v) for v in np.unique(self.values)}


def ours(data: Data, quantity: Quantity, rows: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Influence and actual effects of leaving out each of the rows: (T, rows) both."""
    train, test = data.objectives()
    block = measured_block(measured_study(train, test, [quantity], rows), rows)
    return block.effect[0], block.effect[3]


def test_influence_and_leave_one_out_on_test_losses_are_those_of_pyinfluence(peer: ModuleType) -> None:
    data = breast_cancer()
    influence, actual = ours(data, TEST_LOSS, [np.array([i]) for i in range(N)])
    theirs = peer.InfluenceFunctions(mode="loss", damping=0.0).fit(data.model, data.X, data.y)
    np.testing.assert_allclose(influence, theirs.explain(data.X_test, data.y_test), atol=1e-9)
    refits = peer.LOOInfluence(mode="loss", verbose=0).fit(data.model, data.X, data.y)
    np.testing.assert_allclose(actual, refits.explain(data.X_test, data.y_test), atol=1e-8)
    assert np.abs(actual - influence).max() > 1e-2  # two different things


def test_disparities_are_those_of_its_fairness_audit(peer: ModuleType) -> None:
    from pyinfluence.fairness import disparity, disparity_value_hard, group_removal_effect

    data, groups = breast_cancer(), [np.arange(0, 20), np.array([7]), np.arange(80, N)]
    quantity = Disparity(column="set").quantity(
        ParameterNames((), (), test=Columns(data.y_test.astype(float), data.sets, loss_for(2)))
    )
    influence, actual = ours(data, quantity, groups)
    for t, (name, metric) in enumerate(METRICS.items()):
        functional = disparity(metric, data.sets, target_of=data.model)
        scores = peer.FunctionalInfluence(functional, damping=0.0).fit(data.model, data.X, data.y)
        each = scores.explain(data.X_test, data.y_test)
        np.testing.assert_allclose(influence[t], [each[rows].sum() for rows in groups], atol=1e-8, err_msg=name)
        for g, rows in enumerate(groups):
            audit = (data.X_test, data.sets, data.y_test, metric)
            if metric in ("eopp", "fpr"):  # counted: it has no change of these, but their values
                stays = np.setdiff1d(np.arange(N), rows)
                refitted = LogisticRegression(C=1.0 / LAM, solver="newton-cholesky", tol=1e-12)
                refitted.fit(data.X[stays], data.y[stays])
                change = disparity_value_hard(refitted, *audit) - disparity_value_hard(data.model, *audit)
            else:
                change = group_removal_effect(data.model, data.X, data.y, rows, *audit)
            np.testing.assert_allclose(actual[t, g], change, atol=1e-8, err_msg=name)
