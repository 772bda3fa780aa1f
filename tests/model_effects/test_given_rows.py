"""Rows may be arrays, sparse or frames; what does not go with the model is refused in words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from support.fitted_models import TIGHT, rows_of

import groupinf
from groupinf.errors import ConfigError, DataError

ROWS = rows_of(2)
MODEL = LogisticRegression(**TIGHT).fit(ROWS.X, ROWS.y)
GIVEN: dict[str, Any] = {"X": ROWS.X, "y": ROWS.y, "X_test": ROWS.X_test, "y_test": ROWS.y_test}
FRAME = pd.DataFrame(ROWS.X, columns=list("wxyz"))
OF_FRAME = LogisticRegression(**TIGHT).fit(FRAME, ROWS.y)


@pytest.mark.parametrize(
    "X",
    [
        ROWS.X.tolist(),
        sparse.csr_matrix(ROWS.X),
        sparse.coo_array(ROWS.X),
        sparse.csc_array(ROWS.X),
        np.asfortranarray(ROWS.X),
        FRAME,
    ],
)
def test_the_same_rows_in_other_forms_are_the_same_model(X: Any) -> None:
    found = groupinf.fitted_model(OF_FRAME if X is FRAME else MODEL, X, ROWS.y)
    same = groupinf.fitted_model(MODEL, ROWS.X, ROWS.y)
    np.testing.assert_allclose(found.theta, same.theta, atol=1e-9)
    names = ("w", "x", "y", "z") if X is FRAME else ("x0", "x1", "x2", "x3")
    assert found.taken.dataset.feature_names == names


@pytest.mark.parametrize("labels", [(0, 1), (True, False), (-1, 1), (10.0, 2.0), ("no", "yes")])
def test_labels_may_be_any_values(labels: tuple[Any, Any]) -> None:
    y, tested = (np.where(of == "yes", *labels) for of in (ROWS.y, ROWS.y_test))
    model = LogisticRegression(**TIGHT).fit(ROWS.X, y)
    found = groupinf.group_effects(model, ROWS.X, pd.Series(y), X_test=ROWS.X_test, y_test=list(tested), groups=[[0]])
    same = groupinf.group_effects(MODEL, **GIVEN, groups=[[0]])
    np.testing.assert_allclose(found.effects["effect"], same.effects["effect"], atol=1e-9)


def test_features_are_called_as_the_steps_before_the_model_call_them() -> None:
    frame = FRAME.assign(ward=np.where(ROWS.X[:, 0] > 0, "p", "q"))
    encoded = make_column_transformer((OneHotEncoder(), ["ward"]), remainder="passthrough")
    pipeline = make_pipeline(encoded, LogisticRegression(**TIGHT)).fit(frame, ROWS.y)
    found = groupinf.group_effects(
        pipeline,
        frame,
        ROWS.y,
        groups=[[0]],
        evaluations={"evaluation": "coefficient", "of": ["onehotencoder__ward_p"]},
    )
    assert set(found.effects["measured_on"]) == {"onehotencoder__ward_p"}
    with pytest.raises(DataError, match=r"X: expected the columns .* found a frame without ward"):
        groupinf.fitted_model(pipeline, FRAME, ROWS.y)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"X": ROWS.X[:, :3]}, "X: expected 4 features, as the model has, found 3"),
        ({"X_test": ROWS.X_test[:, :3]}, "X_test: expected 4 features, as the model has, found 3"),
        ({"X": ROWS.X[0]}, "X: expected shape (rows, features) with at least one of each, found (4,)"),
        (
            {"X": np.where(ROWS.X[2, 1] == ROWS.X, np.nan, ROWS.X)},
            "X: expected finite values, found nan in row 2, column 1",
        ),
        ({"X": sparse.csr_array(ROWS.X * np.inf)}, "X: expected finite values, found"),
        ({"X": FRAME.assign(z="text")}, "X: expected numbers, found the column 'z' of"),
        ({"y": ROWS.y[:-1]}, "y: expected 90 values, one for each row of X, found 89"),
        (
            {"y": np.where(ROWS.y == "no", "nope", ROWS.y)},
            "y: expected the model's classes 'no', 'yes', found 'nope' in row",
        ),
        ({"y": (ROWS.y == "yes").astype(int)}, "y: expected the model's classes 'no', 'yes', found "),
        ({"y": np.column_stack([ROWS.y, ROWS.y])}, "y: expected one value for each row, found shape (90, 2)"),
        ({"y": np.full(90, "no")}, "y: expected a row of every class of the model, found none of 'yes'"),
        (
            {"sample_weight": (ROWS.y == "no").astype(float)},
            "sample_weight: expected a positive weight in every class, found only zeros in class 'yes'",
        ),
        ({"y_test": np.full(12, "maybe")}, "y_test: expected the model's classes 'no', 'yes', found 'maybe' in row 0"),
        ({"y_test": ROWS.y_test[:3]}, "y_test: expected 12 values, one for each row of X_test, found 3"),
        ({"X_test": None}, "expected y_test together with X_test, found it alone"),
        ({"sample_weight": np.ones(3)}, "sample_weight: expected 90 values, one for each row of X, found 3"),
        ({"sample_weight": -np.ones(90)}, "sample_weight: expected finite weights >= 0, found -1 in row 0"),
        ({"sample_weight": np.zeros(90)}, "sample_weight: expected weights with a positive sum, found only zeros"),
        ({"sample_weight": ["a"] * 90}, "sample_weight: expected numbers, found dtype <U1"),
        ({"refit": "yes"}, 'refit: expected True or False, found the text "yes"'),
    ],
)
def test_what_does_not_go_with_the_model_is_refused_in_words(changed: dict[str, Any], message: str) -> None:
    with pytest.raises((DataError, ConfigError)) as error:
        groupinf.fitted_model(MODEL, **{**GIVEN, **changed})
    assert message in str(error.value)


def test_a_frame_must_have_the_columns_of_the_fit_in_their_order() -> None:
    with pytest.raises(
        DataError, match="expected the columns that the model was fitted to, found a frame in another o"
    ):
        groupinf.fitted_model(OF_FRAME, FRAME[list("zyxw")], ROWS.y)
    with pytest.raises(DataError, match="found a frame with v"):
        groupinf.fitted_model(OF_FRAME, FRAME.assign(v=1.0), ROWS.y)


def test_targets_of_a_regression_must_be_numbers() -> None:
    rows = rows_of(0)
    model = Ridge().fit(rows.X, rows.y)
    with pytest.raises(DataError, match="y: expected numbers for a regression, found dtype <U"):
        groupinf.fitted_model(model, rows.X, np.full(90, "high"))
    with pytest.raises(DataError, match="y: expected finite values, found nan in row 0"):
        groupinf.fitted_model(model, rows.X, np.where(np.arange(90) == 0, np.nan, rows.y))


def test_more_features_than_rows_and_a_part_of_the_coefficients_outside_of_their_span() -> None:
    """The fit has coordinates of the rows' span: what the coefficients have beside that is off the optimum."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(12, 30)), np.arange(12) % 2
    model = LogisticRegression(C=0.1, **TIGHT).fit(X, y)
    assert groupinf.fitted_model(model, X, y).distance.share < 1e-6
    outside = np.linalg.svd(X)[2][-1]
    model.coef_ = model.coef_ + 0.1 * outside
    found = groupinf.fitted_model(model, X, y, refit=True).distance
    np.testing.assert_allclose([found.decrement, found.gradient_norm], [0.1 * 10**0.5, 0.1 * 10], rtol=1e-6)
