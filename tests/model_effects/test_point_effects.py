"""Effects of single rows are those of the textbook, of refits without them, and of pyinfluence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from support.fitted_models import MODELS, TIGHT, N, rows_of

import groupinf
from groupinf.errors import ConfigError, DataError


def test_of_ridge_regression_rows_have_the_leverage_residual_and_loss_of_the_hat_matrix() -> None:
    rows, alpha = rows_of(0), 2.0
    X = np.hstack([rows.X, np.ones((N, 1))])
    H = X.T @ (X * rows.weight[:, None]) + alpha * np.diag([1.0] * 4 + [0.0])
    theta = np.linalg.solve(H, X.T @ (rows.weight * rows.y))
    residual = X @ theta - rows.y
    leverage = rows.weight * np.einsum("ij,ij->i", X, np.linalg.solve(H, X.T).T)
    found = groupinf.point_effects(rows.fitted(Ridge(alpha=alpha)), **rows.given).rows
    np.testing.assert_allclose(found["leverage"], leverage)
    np.testing.assert_allclose(found["residual"], residual, atol=1e-12)
    np.testing.assert_allclose(found["loss"], residual**2 / 2, atol=1e-12)
    np.testing.assert_allclose(found["leave_one_out_loss"], (residual / (1 - leverage)) ** 2 / 2, rtol=1e-9)
    np.testing.assert_allclose(found["label"], rows.y)
    np.testing.assert_allclose(found["weight"], rows.weight)


def test_of_ridge_regression_newton_is_leave_one_out() -> None:
    rows, model = rows_of(0), Ridge(alpha=2.0)
    found = groupinf.point_effects(rows.fitted(model), **rows.given).matrix("newton")
    assert found.shape == (N, 12)

    def losses(out: Any) -> np.ndarray:
        return (rows.fitted(model, out).predict(rows.X_test) - rows.y_test) ** 2 / 2

    moved = np.array([losses([i]) - losses([]) for i in range(N)])
    np.testing.assert_allclose(found, moved, atol=1e-10)


def test_influence_is_what_group_effects_predict_of_single_rows() -> None:
    rows = rows_of(3)
    fitted = groupinf.fitted_model(rows.fitted(MODELS["softmax"][0]), **rows.given)
    points = fitted.point_effects(evaluations=["test_loss", "test_margin"])
    groups = fitted.group_effects([[i] for i in range(N)], evaluations=["test_margin"], test_points="each")
    predicted = groups.effects[groups.effects.method == "influence"].pivot(
        index="group", columns="test_point", values="effect"
    )
    np.testing.assert_allclose(points.matrix(evaluation="test_margin"), predicted, atol=1e-12)
    summed = fitted.point_effects(test_points="sum").matrix()
    np.testing.assert_allclose(summed[-1], points.matrix().sum(axis=1), atol=1e-12)
    assert "score" not in points.rows  # of several outputs
    assert "of largest Cook's distance" in repr(points)
    assert points._repr_html_().count("<tr") == 11


def test_without_a_factor_rows_are_shown_by_their_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("groupinf.points.row_scores.MOST_WORK", 0.0)
    rows = rows_of(2)
    found = groupinf.point_effects(rows.fitted(MODELS["logistic"][0]), **rows.given)
    assert "The 10 training rows of largest loss:" in repr(found)
    assert found.notes[0].startswith("points: leverage, self-influence, leave-one-out, Cook's distance and newton are")
    assert found.notes[0] in repr(found)


def test_what_points_are_not_told_of_is_refused_in_words() -> None:
    rows = rows_of(2)
    fitted = groupinf.fitted_model(rows.fitted(MODELS["logistic"][0]), **rows.given)
    with pytest.raises(ConfigError, match="point_effects: evaluations: expected evaluations of test rows that have"):
        fitted.point_effects(evaluations=["self_loss", "test_loss"])
    with pytest.raises(DataError, match="expected influence, without_hessian"):
        fitted.point_effects().matrix("newtn")
    with pytest.raises(TypeError):
        groupinf.point_effects(rows.fitted(MODELS["logistic"][0]), rows.X, rows.y)  # type: ignore[call-arg]


def test_too_large_a_table_is_refused_with_what_to_ask_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("groupinf.model_effects.point_effects.MOST_ROWS", 1000)
    rows = rows_of(2)
    fitted = groupinf.fitted_model(rows.fitted(MODELS["logistic"][0]), **rows.given)
    with pytest.raises(DataError, match="at most 1,000 rows, found 90 training rows with 12 test points each; take"):
        fitted.point_effects()
    assert len(fitted.point_effects(test_points="sum").effects) == N


@pytest.mark.parametrize("classes", [0, 2])
@pytest.mark.filterwarnings("ignore")
def test_the_influence_matrix_of_pyinfluence(classes: int) -> None:
    """Undamped it is ours, its rows being the test points; and its leave-one-out is ours of retrained single rows."""
    pyinfluence = pytest.importorskip("pyinfluence")
    rows = rows_of(classes)
    model = (Ridge(alpha=2.0) if classes == 0 else LogisticRegression(C=0.5, **TIGHT)).fit(rows.X, rows.y)
    given = (rows.X, rows.y, rows.X_test, rows.y_test)
    theirs = pyinfluence.influence(model, *given, method="influence_functions", mode="loss", damping=0.0)
    fitted = groupinf.fitted_model(model, *given)
    ours = fitted.point_effects().matrix()
    np.testing.assert_allclose(theirs.T, ours, atol=1e-8 * np.abs(ours.to_numpy()).max())
    left_out = pyinfluence.influence(model, *given, method="loo", mode="loss", verbose=0)
    found = fitted.group_effects([[i] for i in range(N)], test_points="each", methods="newton").effects
    actual = found[found.method == "actual"].pivot(index="group", columns="test_point", values="effect")
    np.testing.assert_allclose(left_out.T, actual, atol=1e-6 * np.abs(actual.to_numpy()).max())
