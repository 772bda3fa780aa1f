"""Models of scikit-learn are translated as they are, whatever version wrote them, or refused in words."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import (
    LinearRegression,
    LogisticRegression,
    LogisticRegressionCV,
    Ridge,
    RidgeClassifier,
    SGDClassifier,
)
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC, LinearSVR
from support.fitted_models import MODELS, TIGHT, N, rows_of

import groupinf
from groupinf.errors import DataError
from groupinf.numerics.objective import Objective, gradients
from groupinf.studies.linear.linear_model import training_objective


def taken(case: str) -> Any:
    model, classes = MODELS[case]
    rows = rows_of(classes)
    return groupinf.fitted_model(rows.fitted(model), **rows.given)


def given(classes: int) -> dict[str, Any]:
    """Without weights."""
    return {name: value for name, value in rows_of(classes).given.items() if name != "sample_weight"}


@pytest.mark.parametrize("case", MODELS)
def test_the_models_own_coefficients_are_at_the_minimum_of_what_it_is_translated_to(case: str) -> None:
    """So C, alpha, class weights, weights and the intercept are what scikit-learn makes of them."""
    model, classes = MODELS[case]
    rows = rows_of(classes)
    found = groupinf.fitted_model(rows.fitted(model), **rows.given)
    assert found.distance.share < 1e-3
    fitted = rows.fitted(model)
    coef = np.atleast_2d(fitted.coef_)
    np.testing.assert_allclose(found.theta.reshape(found.theta.shape[0], -1)[:4], coef.T, atol=1e-4)


@pytest.mark.parametrize(
    ("case", "lam", "intercept"),
    [
        ("logistic", "2 (1/C, C = 0.5), kept when groups are changed", "intercept not penalised"),
        ("logistic without intercept", "2 (1/C, C = 0.5), kept when groups are changed", "no intercept"),
        ("liblinear", "2 (1/C, C = 0.5), kept when groups are changed", "intercept penalised as weights are"),
        (
            "liblinear, scaled",
            "2 (1/C, C = 0.5), kept when groups are changed",
            "penalised, as the coefficient of a feature that is 3 in every row",
        ),
        ("ridge", "2 (alpha), kept when groups are changed", "intercept not penalised"),
        ("svc", "5 (1/C, C = 0.2), kept when groups are changed", "intercept not penalised"),
    ],
)
def test_what_becomes_of_penalty_and_intercept_is_told(case: str, lam: str, intercept: str) -> None:
    told = taken(case).told
    assert (told["λ"], told["intercept"]) == (lam, intercept)
    assert told["weights"].startswith("0.5")


def test_class_weights_are_told_and_multiply_those_of_rows() -> None:
    found, rows = taken("logistic of weighted classes"), rows_of(2)
    expected = rows.weight * np.where(rows.y == "no", 2.0, 0.5)
    np.testing.assert_allclose(found.taken.dataset.sample_weight_train, expected)
    assert "rows count 2 (no) and 0.5 (yes), and keep that" in found.told["class weights"]


@pytest.mark.parametrize("kind", ["logistic", "ridge classifier", "svc", "linear svc"])
def test_balanced_weights_are_those_that_scikit_learn_computes(kind: str) -> None:
    model, rows = copy.copy(MODELS[kind][0]).set_params(class_weight="balanced"), rows_of(2)
    found = groupinf.fitted_model(rows.fitted(model), **rows.given)
    assert found.distance.share < 1e-3


def test_two_classes_of_an_older_multinomial_model_have_scores_that_are_half_of_ours() -> None:
    """scikit-learn before 1.8: scores ±z, z = coef_·x, each penalised, so that 2 coef_ has half of the penalty."""
    rows = rows_of(2)
    fitted = LogisticRegression(C=1.0, **TIGHT).fit(rows.X, rows.y)
    older = copy.deepcopy(fitted)
    older.multi_class, older.C = "multinomial", 0.5
    older.coef_, older.intercept_ = fitted.coef_ / 2, fitted.intercept_ / 2
    found = groupinf.fitted_model(older, **given(2))
    np.testing.assert_allclose(found.theta, np.append(fitted.coef_, fitted.intercept_), atol=1e-8)
    assert found.told["λ"] == "1 (1/(2C), C = 0.5), kept when groups are changed"
    assert "half of the log-odds" in found.told["classes"]


def test_one_against_the_rest_is_refused() -> None:
    rows = rows_of(3)
    older = LogisticRegression(**TIGHT).fit(rows.X, rows.y)
    older.multi_class = "ovr"
    with pytest.raises(DataError, match="the 3 classes have models of their own"):
        groupinf.fitted_model(older, **given(3))


def test_an_older_models_penalty_is_read_by_its_name() -> None:
    rows = rows_of(2)
    fitted = LogisticRegression(C=0.5, **TIGHT).fit(rows.X, rows.y)
    fitted.penalty = "l1"
    with pytest.raises(DataError, match="its penalty has a part in"):
        groupinf.fitted_model(fitted, **given(2))
    fitted.penalty = None
    with pytest.raises(DataError, match="it has no penalty"):
        groupinf.fitted_model(fitted, **given(2))
    fitted.penalty = "l2"
    assert groupinf.fitted_model(fitted, **given(2)).distance.near


@pytest.mark.parametrize(
    ("model", "classes", "message"),
    [
        (LogisticRegression(l1_ratio=1.0, solver="saga", tol=0.1), 2, "part in |weights| (l1 or elasticnet)"),
        (LogisticRegression(l1_ratio=0.5, solver="saga", tol=0.1), 2, "part in |weights| (l1 or elasticnet)"),
        (LogisticRegression(C=np.inf, tol=0.1), 2, "LogisticRegression: it has no penalty (C=inf); fit it with"),
        (Ridge(positive=True), 0, "Ridge: its coefficients are kept positive; effects are of optima without"),
        (Ridge(alpha=0.0), 0, "Ridge: alpha is 0.0, and a penalty is needed; fit it with one positive alpha"),
        (RidgeClassifier(), 3, "RidgeClassifier: of 3 classes it is as many regressions; fit"),
        (
            LinearSVC(),
            2,
            'LinearSVC: its loss is squared_hinge, which is none of the losses here; fit LinearSVC(loss="',
        ),
        (LinearSVC(penalty="l1"), 2, "LinearSVC: its penalty is l1, which has corners"),
        (LinearSVC(loss="hinge", tol=0.1), 3, "LinearSVC: of 3 classes it is as many machines"),
        (SVC(), 2, "SVC: its kernel is 'rbf', and effects are of linear models; fit SVC(kernel=\"linear\")"),
        (SVC(kernel="linear"), 3, "SVC: of 3 classes it is a machine for each pair"),
        (
            LinearRegression(),
            0,
            "model: expected a fitted LogisticRegression, Ridge, RidgeClassifier, LinearSVC or SVC",
        ),
        (LogisticRegressionCV(Cs=2, tol=0.1), 2, "found LogisticRegressionCV; fit a LogisticRegression with what it"),
        (LinearRegression(), 0, "found LinearRegression; fit a Ridge, with a small alpha where no penalty is wanted"),
        (LinearSVR(max_iter=1), 0, "found LinearSVR; fit a Ridge, with a small alpha"),
        (SGDClassifier(max_iter=1), 2, 'found SGDClassifier; fit a LogisticRegression, or SVC(kernel="linear")'),
        (CalibratedClassifierCV(LinearSVC()), 2, "; its calibrated_classifiers_ hold LinearSVC, each fitted to rows"),
        (
            OneVsRestClassifier(LogisticRegression()),
            3,
            "; its estimators_ hold LogisticRegression, each fitted to rows",
        ),
        (RandomForestClassifier(2), 2, "found RandomForestClassifier; fit a LogisticRegression"),
        (StandardScaler(), 2, "or a Pipeline that ends in one, found StandardScaler"),
        (GridSearchCV(Ridge(), {"alpha": [1.0, 2.0]}), 0, "found GridSearchCV; its best_estimator_ may be one"),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_what_has_no_counterpart_is_refused_with_what_to_use(model: Any, classes: int, message: str) -> None:
    rows = rows_of(classes)
    with pytest.raises(DataError) as error:
        groupinf.fitted_model(model.fit(rows.X, rows.y), **given(classes))
    assert message in str(error.value)


def test_outputs_beside_each_other_are_refused() -> None:
    rows = rows_of(0)
    two = Ridge().fit(rows.X, np.column_stack([rows.y, rows.y]))
    with pytest.raises(DataError, match="Ridge: it has 2 outputs; they share no parameter"):
        groupinf.fitted_model(two, **given(0))


@pytest.mark.parametrize("model", [Ridge(), make_pipeline(StandardScaler(), Ridge())])
def test_a_model_that_is_not_fitted_is_refused(model: Any) -> None:
    with pytest.raises(DataError, match="model: expected a fitted Ridge, found one without coefficients"):
        groupinf.fitted_model(model, **given(0))


def test_the_objective_is_the_one_that_is_minimised() -> None:
    """The gradient is 0 where scikit-learn ends, which ours did not look for."""
    model, classes = MODELS["logistic"]
    rows = rows_of(classes)
    fitted, found = rows.fitted(model), taken("logistic").taken
    objective: Objective = training_objective(found.dataset, found.linear, found.fit.fitted.objective.lam)
    theta = np.append(fitted.coef_, fitted.intercept_)
    assert np.abs(gradients(objective, theta[:, None])).max() < 1e-8
    assert objective.n == N
