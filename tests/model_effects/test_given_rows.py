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
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from support.fitted_models import TIGHT, rows_of

import groupinf
from groupinf.errors import ConfigError, ConvergenceError, DataError
from groupinf.model_effects.terms import terms_of
from groupinf.numerics.factor import SINGULAR

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
        (
            {"X_test": None, "y_test": None, "test_columns": FRAME},
            "expected test_columns together with X_test, found it alone",
        ),
        ({"test_columns": FRAME[:3]}, "test_columns: expected 12 rows, as X_test has, found 3"),
        (
            {"test_columns": {"site": "p"}},
            "test_columns: expected a data frame of columns of the rows of X_test, found d",
        ),
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


INDEX = pd.Index([f"p{i}" for i in range(90)])
TEST_INDEX = pd.Index([f"t{i}" for i in range(12)])
LABELLED: dict[str, Any] = {
    "X": FRAME.set_axis(INDEX),
    "y": pd.Series(ROWS.y, INDEX),
    "sample_weight": pd.Series(np.ones(90), INDEX),
    "X_test": pd.DataFrame(ROWS.X_test, TEST_INDEX, list("wxyz")),
    "y_test": pd.Series(ROWS.y_test, TEST_INDEX),
    "test_columns": pd.DataFrame({"site": list("pq") * 6}, TEST_INDEX),
}


@pytest.mark.parametrize("refit", [False, True])
@pytest.mark.parametrize(
    ("name", "of"), [("y", "X"), ("sample_weight", "X"), ("y_test", "X_test"), ("test_columns", "X_test")]
)
def test_the_same_labels_in_another_order_are_refused(name: str, of: str, refit: bool) -> None:
    backwards = LABELLED[name].iloc[::-1]
    with pytest.raises(DataError) as error:
        groupinf.fitted_model(OF_FRAME, **{**LABELLED, name: backwards}, refit=refit)
    assert f"{name}: expected rows in the order of {of}, found its index in another; take {name}.loc[" in str(
        error.value
    )
    if isinstance(backwards, pd.Series):
        with pytest.raises(DataError, match="found its index in another"):
            groupinf.fitted_model(OF_FRAME, **{**LABELLED, name: backwards.to_frame()}, refit=refit)
    aligned = backwards.loc[LABELLED[of].index]
    for same in (aligned, aligned.reset_index(drop=True)):
        assert groupinf.fitted_model(OF_FRAME, **{**LABELLED, name: same}).distance.near


def test_where_x_is_no_frame_weights_are_held_to_the_labels_of_y() -> None:
    given = {"X": ROWS.X, "y": LABELLED["y"], "sample_weight": LABELLED["sample_weight"].iloc[::-1]}
    with pytest.raises(DataError, match="sample_weight: expected rows in the order of y"):
        groupinf.fitted_model(MODEL, **given, refit=True)


def test_a_mask_of_test_rows_is_held_to_their_labels() -> None:
    fitted = groupinf.fitted_model(OF_FRAME, **LABELLED)
    mask = pd.Series(np.arange(12) < 2, TEST_INDEX)
    groups = [[0], [1, 2]]
    same = fitted.group_effects(groups, test_points=[0, 1], retrain="none").effects
    for given in (mask, mask.to_numpy(), mask.tolist()):
        pd.testing.assert_frame_equal(fitted.group_effects(groups, test_points=given, retrain="none").effects, same)
    with pytest.raises(
        DataError, match=r"test_points: expected the index of X_test, .* take test_points\.loc\[X_test\."
    ):
        fitted.group_effects(groups, test_points=mask.iloc[::-1])


def test_columns_that_are_no_features_may_stand_beside_those_that_a_column_transformer_takes() -> None:
    """As scikit-learn has it, in any order, and without columns that it drops."""
    chosen = make_column_transformer((StandardScaler(), ["x", "w"]))
    pipeline = make_pipeline(chosen, LogisticRegression(**TIGHT)).fit(FRAME, ROWS.y)
    found = groupinf.fitted_model(pipeline, FRAME.assign(site="p")[["site", "w", "y", "x"]], ROWS.y)
    same = groupinf.fitted_model(pipeline, FRAME, ROWS.y)
    np.testing.assert_array_equal(found.theta, same.theta)
    assert found.taken.dataset.feature_names == ("standardscaler__x", "standardscaler__w")
    with pytest.raises(DataError, match=r"X: expected the columns .*, found a frame without x"):
        groupinf.fitted_model(pipeline, FRAME.drop(columns="x"), ROWS.y)


def test_nested_pipelines_are_one() -> None:
    nested = make_pipeline(
        make_pipeline(StandardScaler()), make_pipeline(StandardScaler(), LogisticRegression(**TIGHT))
    )
    plain = make_pipeline(StandardScaler(), StandardScaler(), LogisticRegression(**TIGHT))
    found, same = (groupinf.fitted_model(model.fit(FRAME, ROWS.y), FRAME, ROWS.y) for model in (nested, plain))
    np.testing.assert_array_equal(found.theta, same.theta)
    assert found.told == same.told
    assert found.told["steps"].startswith("StandardScaler and StandardScaler: applied as fitted")


def test_what_is_not_finite_behind_the_steps_is_named_as_the_frame_names_it() -> None:
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(**TIGHT)).fit(FRAME, ROWS.y)
    gap = FRAME.mask((FRAME.index == 3)[:, None] & (FRAME.columns == "x")[None])
    with pytest.raises(DataError, match=r"found nan in row 3, column 1 \('x'\)"):
        groupinf.fitted_model(pipeline, gap, ROWS.y)


def test_what_the_steps_say_is_told_without_the_rows_that_they_say_it_of() -> None:
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(**TIGHT)).fit(ROWS.X, ROWS.y)
    with pytest.raises(DataError, match=r"cannot take it: Complex data not supported$"):
        groupinf.fitted_model(pipeline, ROWS.X * 1j, ROWS.y)


@pytest.mark.parametrize("refit", [False, True])
def test_another_x_that_cannot_be_fitted_is_told_in_terms_of_the_model(refit: bool) -> None:
    """Of features on scales of 1e9 to 1 in another order; no key of a configuration is spoken of."""
    X = np.random.default_rng(0).normal(size=(200, 6)) * 10.0 ** np.array([9, 7, 5, 3, 1, 0]) + 10.0**6
    y = np.arange(200) % 2
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(**TIGHT)).fit(X, y)
    with pytest.raises(ConvergenceError) as error:
        groupinf.fitted_model(pipeline, X[:, ::-1], y, refit=refit)
    message = str(error.value)
    assert message.startswith("LogisticRegression: ")
    assert message.endswith("check that X is what the model was fitted to, with its columns in the same order")
    assert "a smaller C" in message
    assert "lambda_over_n" not in message
    assert "standardise" not in message


@pytest.mark.parametrize(("of_lam", "penalty"), [("1/C, C = 3", "a smaller C"), ("alpha", "a larger alpha")])
def test_advice_for_a_configuration_becomes_one_for_the_model(of_lam: str, penalty: str) -> None:
    with pytest.raises(ConvergenceError) as error, terms_of("Ridge", of_lam).spoken():
        raise ConvergenceError(SINGULAR)
    assert f"; {penalty}, or features scaled to about 1 (with a StandardScaler in a Pipeline), make" in str(error.value)


def test_targets_of_a_regression_must_be_numbers() -> None:
    rows = rows_of(0)
    model = Ridge().fit(rows.X, rows.y)
    with pytest.raises(DataError, match="y: expected numbers for a regression, found dtype <U"):
        groupinf.fitted_model(model, rows.X, np.full(90, "high"))
    for digits in (
        rows.y.astype(str),
        pd.Series(rows.y.astype(str)),
        np.where(np.arange(90) == 7, "1", rows.y.astype("O")),
    ):
        with pytest.raises(DataError, match=r"y: expected numbers for a regression, found (text|dtype <U)"):
            groupinf.fitted_model(model, rows.X, digits, refit=True)
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
