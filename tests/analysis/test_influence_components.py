"""Components of influence are those of Koh and Liang (2017): units, shares of signs, correlations and overlaps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from scipy.stats import pearsonr

from groupinf.analysis.influence_components import (
    FULL,
    INNER_PRODUCT,
    WITHOUT_HESSIAN,
    WITHOUT_TRAIN_LOSS,
    components,
    most_harmful,
    of_mean,
)

N, LABEL = 300, "yes"


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """Points of a logistic model on pixels, none of which is negative, with H the sum over rows and the penalty."""
    rng = np.random.default_rng(1)
    X, theta = rng.uniform(size=(N, 5)), rng.normal(size=5)
    y = (rng.uniform(size=N) < expit(X @ theta)).astype(int)
    x, p = rng.uniform(size=5), expit(X @ theta)
    H = (X * (p * (1 - p))[:, None]).T @ X + 0.5 * np.eye(5)
    slope = (expit(x @ theta) - 1) * x  # of the loss of a test point of class 1
    solved = np.linalg.solve(H, slope)
    signs = -(2.0 * y - 1)
    return pd.DataFrame(
        {
            "row": np.arange(N),
            "label": np.where(y == 1, LABEL, "no").astype(object),
            "influence": (p - y) * (X @ solved),
            "without_train_loss": signs * (X @ solved),
            "without_hessian": (p - y) * (X @ slope),
            "inner_product": signs * (X @ slope),
        }
    )


def test_influence_is_stated_with_the_mean_hessian_and_inner_products_are_not_scaled(rows: pd.DataFrame) -> None:
    assert of_mean(rows, FULL) == pytest.approx(N * rows["influence"].to_numpy())
    assert of_mean(rows, WITHOUT_TRAIN_LOSS) == pytest.approx(N * rows["without_train_loss"].to_numpy())
    assert of_mean(rows, WITHOUT_HESSIAN) == pytest.approx(rows["without_hessian"].to_numpy())
    assert of_mean(rows, INNER_PRODUCT) == pytest.approx(rows["inner_product"].to_numpy())


def test_without_the_hessian_signs_follow_the_label_where_no_pixel_is_negative(rows: pd.DataFrame) -> None:
    found = components(rows, LABEL)
    for column in (WITHOUT_HESSIAN, INNER_PRODUCT):
        assert (found[column].own_harmful, found[column].others_helpful) == (0.0, 0.0)
    own = (rows["label"] == LABEL).to_numpy()
    harmful = np.mean(rows["influence"][own] < 0)
    assert found[FULL].own_harmful == pytest.approx(harmful)
    assert 0 < harmful < 1
    assert found[FULL].others_helpful == pytest.approx(np.mean(rows["influence"][~own] > 0))
    turned = components(rows, "no")
    assert turned[WITHOUT_HESSIAN].own_harmful == 1.0


def test_correlations_ranges_and_overlaps_are_those_of_the_columns(rows: pd.DataFrame) -> None:
    full = rows["influence"].to_numpy()
    largest = set(np.argsort(-np.abs(full))[:100])
    for column, name in (
        (WITHOUT_TRAIN_LOSS, "without_train_loss"),
        (WITHOUT_HESSIAN, "without_hessian"),
        (INNER_PRODUCT, "inner_product"),
    ):
        values, found = rows[name].to_numpy(), components(rows, LABEL)[column]
        assert found.pearson == pytest.approx(pearsonr(values, full).statistic)
        assert found.shared == len(largest & set(np.argsort(-np.abs(values))[:100]))
        scale = N if column == WITHOUT_TRAIN_LOSS else 1
        assert (found.low, found.high) == pytest.approx((scale * values.min(), scale * values.max()))


def test_the_most_harmful_rows_have_the_label_and_come_by_rising_influence(rows: pd.DataFrame) -> None:
    found = most_harmful(rows, LABEL)
    assert set(found["label"]) == {LABEL}
    assert len(found) == (rows["label"] == LABEL).sum()
    assert found["influence"].is_monotonic_increasing


def test_ties_come_in_the_order_of_the_rows() -> None:
    columns: dict[str, Any] = {"influence": [0.0, -1.0, -1.0], "label": [LABEL] * 3, "row": [4, 7, 2]}
    assert most_harmful(pd.DataFrame(columns), LABEL)["row"].tolist() == [7, 2, 4]
