"""The kinds of fitted models that effects are computed of: one line for each."""

from __future__ import annotations

from typing import Any

from sklearn.base import BaseEstimator, is_classifier, is_regressor
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from groupinf.errors import DataError
from groupinf.estimators.estimator import Estimator
from groupinf.estimators.linear_svc import LinearSVCCase
from groupinf.estimators.logistic_regression import LogisticRegressionCase
from groupinf.estimators.ridge import RidgeCase
from groupinf.estimators.ridge_classifier import RidgeClassifierCase
from groupinf.estimators.svc import SVCCase
from groupinf.registry import Registry
from groupinf.wording import listed

ESTIMATORS: Registry[Estimator] = Registry(
    "model", (LogisticRegressionCase(), RidgeCase(), RidgeClassifierCase(), LinearSVCCase(), SVCCase())
)


def estimator_of(model: Any) -> Estimator:
    """The case of a fitted model; raises DataError where there is none, or the model is not fitted."""
    name = type(model).__name__
    if name not in ESTIMATORS:
        expected = f"model: expected a fitted {listed(ESTIMATORS, 'or')}, or a Pipeline that ends in one, found {name}"
        raise DataError(f"{expected}{_instead(model)}")
    try:
        check_is_fitted(model)
    except NotFittedError as error:
        raise DataError(f"model: expected a fitted {name}, found one without coefficients; fit it first") from error
    return ESTIMATORS[name]


def _instead(model: Any) -> str:
    """What there is to take of a model that holds others, and else what to fit."""
    if hasattr(model, "best_estimator_"):
        return "; its best_estimator_ may be one"
    name = type(model).__name__
    plain = name.removesuffix("CV")
    if plain != name and plain in ESTIMATORS:
        chosen = next(
            (f"{key}={value!r}" for key in ("C_", "alpha_") if (value := getattr(model, key, None)) is not None),
            "what it chose",
        )
        return f"; fit a {plain} with what it chose ({chosen})"
    for where in ("calibrated_classifiers_", "estimators_"):
        held = [type(getattr(one, "estimator", one)).__name__ for one in getattr(model, where, ())]
        if any(one in ESTIMATORS for one in held):
            return f"; its {where} hold {listed(dict.fromkeys(held))}, each fitted to rows and labels of its own"
    if not isinstance(model, BaseEstimator):
        return ""
    if is_regressor(model):
        return "; fit a Ridge, with a small alpha where no penalty is wanted"
    return '; fit a LogisticRegression, or SVC(kernel="linear")' if is_classifier(model) else ""
