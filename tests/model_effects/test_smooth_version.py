"""Predictions of the hinge are those of its smooth version at the temperature asked for, and said to be poor where they
are.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.datasets import load_breast_cancer, make_classification
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from support.fitted_models import MODELS, rows_of

import groupinf
from groupinf.errors import DataError
from groupinf.points.row_scores import row_scores

ROWS = rows_of(2)
MACHINE, LINEAR_SVC = (ROWS.fitted(MODELS[case][0]) for case in ("svc", "linear svc"))
GROUPS = [list(range(start, start + 1 + start % 9)) for start in range(0, 80, 2)]


@pytest.mark.parametrize("smoothing", [None, 0.02, 0.5])
def test_influence_is_written_out_with_the_smooth_hinge_of_that_temperature(smoothing: float | None) -> None:
    """Of the test score: x_testᵀH⁻¹g with r = −ỹσ(u), a = σ(u)(1 − σ(u))/t, u = (1 − ỹz)/t; 0.001 is the default."""
    fitted = groupinf.fitted_model(LINEAR_SVC, **ROWS.given, smoothing=smoothing)
    found = fitted.group_effects(GROUPS, evaluations="test_prediction", methods="influence", retrain="none").table
    t, X = smoothing or 0.001, np.hstack([ROWS.X, np.ones((90, 1))])
    sign = np.where(ROWS.y == "yes", 1.0, -1.0)
    s = 1.0 / (1.0 + np.exp(np.clip((sign * (X @ fitted.theta) - 1.0) / t, -500, 500)))
    g = X * (-sign * s * ROWS.weight)[:, None]
    H = X.T @ (X * (s * (1 - s) / t * ROWS.weight)[:, None]) + 5.0 * np.eye(5)
    slope = np.hstack([ROWS.X_test, np.ones((12, 1))]).sum(axis=0)
    expected = [slope @ np.linalg.solve(H, g[rows].sum(axis=0)) for rows in GROUPS]
    np.testing.assert_allclose(found.to_numpy()[:, 0], expected, rtol=1e-5, atol=1e-8)
    assert fitted.told["smoothing"].startswith(f"{t:g}, the temperature: predictions are made with a smooth version")
    assert fitted.group_effects(GROUPS[:2]).told == fitted.told


def test_predictions_are_said_to_be_poor_where_few_rows_hold_the_curvature_or_the_smooth_version_is_far() -> None:
    """What is said goes with how well influence ranks actual effects."""
    X, y = make_classification(n_samples=569, n_features=10, n_informative=5, flip_y=0.3, random_state=0)
    rows = StandardScaler().fit(X[:400]).transform(X)
    model = SVC(kernel="linear", C=0.1, tol=1e-10).fit(rows[:400], y[:400])
    rng = np.random.default_rng(0)
    groups = [rng.choice(400, size, replace=False) for size in rng.integers(1, 40, 25)]

    def found(smoothing: float) -> tuple[Any, float]:
        fitted = groupinf.fitted_model(model, rows[:400], y[:400], rows[400:], y[400:], smoothing=smoothing)
        table = fitted.group_effects(groups, methods="influence").table
        return fitted, float(spearmanr(table["influence"], table["actual"]).statistic)

    (cold, cold_rho), (mild, mild_rho), (warm, warm_rho) = (found(smoothing) for smoothing in (0.001, 0.1, 1.0))
    assert max(cold_rho, warm_rho) < 0.75 < 0.85 < mild_rho
    assert "predictions" not in mild.told
    scores = row_scores(cold.taken.fit.fitted)
    assert scores is not None
    high = int((scores.leverage > 0.5).sum())
    assert f"nearly all curvature rests on {high} rows of a leverage above 0.5, up to" in cold.told["predictions"]
    assert cold.told["predictions"].endswith("A larger smoothing spreads curvature over more rows")
    assert "likely to be poor, as the smooth version's minimum is" in warm.told["predictions"]
    assert warm.told["predictions"].endswith("A smaller smoothing is nearer to the hinge")
    for told in (cold.point_effects(test_points="sum"), cold.group_effects(groups, retrain="none")):
        assert "\nPredictions: likely to be poor, as nearly all curvature rests on" in repr(told)


def test_where_no_temperature_will_do_a_smaller_c_is_advised() -> None:
    X, y = load_breast_cancer(return_X_y=True)
    X = StandardScaler().fit_transform(X[:400])
    model = SVC(kernel="linear", tol=1e-10).fit(X, y[:400])
    told = groupinf.fitted_model(model, X, y[:400], smoothing=1).told["predictions"]
    assert "leverage above 0.5" in told
    assert "; and the smooth version's minimum is" in told
    assert told.endswith("A smaller C may help, where no other smoothing does")


def test_without_curvature_predictions_are_too_large_and_said_to_be() -> None:
    fitted = groupinf.fitted_model(LINEAR_SVC, **ROWS.given, smoothing=0)
    table = fitted.group_effects(GROUPS, evaluations="test_prediction", methods="influence").table
    assert np.median(np.abs(table["influence"])) > 2.0 * np.median(np.abs(table["actual"]))
    assert fitted.told["predictions"].startswith("likely to be poor, as without curvature they are too large")


@pytest.mark.parametrize(
    ("model", "smoothing", "message"),
    [
        (MACHINE, "cold", 'smoothing: expected a number of at least 0, found the text "cold"'),
        (MACHINE, True, "smoothing: expected a number of at least 0, found true"),
        (MACHINE, -1.0, "smoothing: expected a number of at least 0, found -1.0"),
        (MACHINE, np.inf, "smoothing: expected a number of at least 0, found inf"),
        (MACHINE, 0, "smoothing: expected a number above 0 for a SVC, whose intercept is not penalised, found 0"),
        (
            ROWS.fitted(MODELS["logistic"][0]),
            0.1,
            "smoothing: expected none for a LogisticRegression, whose logistic loss is smooth",
        ),
    ],
)
def test_a_temperature_that_cannot_be_is_refused_in_words(model: Any, smoothing: Any, message: str) -> None:
    with pytest.raises(DataError) as error:
        groupinf.group_effects(model, **ROWS.given, groups=GROUPS, smoothing=smoothing)
    assert message in str(error.value)
    with pytest.raises(DataError):
        groupinf.point_effects(model, **ROWS.given, smoothing=smoothing)
