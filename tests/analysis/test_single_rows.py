"""Which single rows are strongest, and what is found of all: against tables whose answers are plain."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from groupinf.analysis.single_rows import (
    FEWEST,
    MOST_HIGH,
    by_leverage,
    largest_influence,
    measures_in,
    nearness,
    of_measure,
    retrained,
    same_label,
    strongest,
    suspects,
    suspicion,
    telling,
    told_from_chance,
)

NAN = float("nan")


def points(n: int = 40, **columns: object) -> pd.DataFrame:
    about = {"row": np.arange(n), "evaluation": "f", "test_point": 3, "label": "a", "influence": 1.0, "newton": 1.0}
    about |= {"loss": 1.0, "score": NAN, "error_estimate": 0.0}
    return pd.DataFrame({**about, "actual": NAN, "leverage": 0.1, "distance": 1.0, "self_newton": 0.0, **columns})


def test_the_strongest_rows_are_those_of_largest_influence_with_its_sign() -> None:
    rows = points(6, influence=[0.5, -2.0, 0.5, NAN, 0.0, 3.0])
    assert strongest(rows, 10, True)["row"].tolist() == [5, 0, 2]
    assert strongest(rows, 10, False)["row"].tolist() == [1]
    assert strongest(rows, 2, True)["row"].tolist() == [5, 0]
    assert strongest(rows[rows["influence"] <= 0.0], 10, True).empty
    line = largest_influence(rows)
    assert line is not None
    assert line["row"] == 5
    assert largest_influence(points(3, influence=0.0)) is None
    assert largest_influence(points(3, influence=NAN)) is None


def test_measures_come_as_in_the_table_and_each_has_its_rows() -> None:
    table = pd.concat([points(2, test_point=9), points(2, test_point=4), points(2, evaluation="g", test_point=9)])
    assert measures_in(table) == [("f", 9), ("f", 4), ("g", 9)]
    assert of_measure(table, ("f", 4))["test_point"].tolist() == [4, 4]


def test_predictions_are_off_by_their_largest_distance_to_what_retraining_gave() -> None:
    found = retrained(points(4, actual=[1.0, NAN, -4.0, 2.0], newton=[1.1, 9.0, -4.3, 2.0], influence=[2.0, 9, -4, 2]))
    assert found is not None
    assert (found.count, found.newton_count, found.largest) == (3, 3, 4.0)
    assert (found.newton_off, found.influence_off) == pytest.approx((0.3, 1.0))
    assert retrained(points(4)) is None
    partly = retrained(points(2, actual=[1.0, 2.0], newton=[1.5, NAN]))
    assert partly is not None
    assert (partly.count, partly.newton_count, partly.newton_off) == (2, 1, 0.5)


def test_of_measures_those_whose_actual_effects_are_below_their_error_are_left_out() -> None:
    seen = points(3, actual=[1.0, NAN, 2.0], error_estimate=0.1)
    unseen = points(3, test_point=8, actual=[0.0, 0.05, NAN], newton=9.0, error_estimate=0.1)
    found, none = retrained(pd.concat([seen, unseen])), retrained(unseen)
    assert found is not None
    assert (found.count, found.largest, found.newton_off) == (2, 2.0, 1.0)
    assert none is not None
    assert (none.count, none.largest, none.error) == (2, 0.05, 0.1)


def test_influence_of_rounding_is_neither_strongest_nor_in_a_ratio_or_a_correlation() -> None:
    """On test point 8 all of it is: derivatives of a smooth hinge far from its kink, where Newton and effects are 0."""
    leverage, size = np.linspace(0.01, 0.4, 40), np.arange(1.0, 41.0)
    seen = points(40, leverage=leverage, influence=size, newton=2.0 * size, distance=1.0 / size)
    unseen = seen.assign(test_point=8, influence=1e-18 * size, newton=0.0, distance=size)
    both = pd.concat([seen, unseen], ignore_index=True)
    assert telling(both).equals(telling(both.iloc[:40]))
    assert strongest(unseen, 10, True).empty
    assert largest_influence(unseen) is None
    assert by_leverage(unseen) is None
    assert np.isnan(nearness(unseen))
    found = by_leverage(both)
    assert found is not None
    assert (found.high, found.others) == (2.0, 2.0)
    half = seen.assign(influence=np.where(size > 20, size, 1e-12), distance=np.where(size > 20, 1.0 / size, 1e-9))
    assert telling(half)["row"].tolist() == list(range(20, 40))  # below a billionth of the largest
    assert nearness(half) == pytest.approx(-1.0)


def test_rounding_is_in_the_units_of_what_is_measured() -> None:
    """A regression of y in units of 10¹⁰ has a loss of 10²⁰, and of 10⁻¹⁰ one of 10⁻²⁰."""
    for unit in (1e10, 1e-10):
        rows = points(40, influence=np.linspace(0.1, 1.0, 40) * unit, score=unit, loss=unit**2)
        assert len(telling(rows)) == 40


def test_newton_over_influence_is_told_apart_by_the_tenth_of_largest_leverage() -> None:
    leverage = np.linspace(0.01, 0.4, 40)
    influence = np.where(np.arange(40) % 2, 1.0, -2.0)
    found = by_leverage(points(40, leverage=leverage, influence=influence, newton=influence / (1.0 - leverage)))
    assert found is not None
    ratios = 1.0 / (1.0 - leverage)
    assert found.least == pytest.approx(leverage[36])
    assert found.high == pytest.approx(np.median(ratios[36:]))
    assert found.others == pytest.approx(np.median(ratios[:36]))
    assert found.count == 4


def test_of_many_rows_a_hundred_have_high_leverage_on_every_test_point_and_those_that_tie_with_them() -> None:
    leverage = np.linspace(0.0, 1.0, 3_000)
    one = points(3_000, leverage=leverage, newton=2.0)
    found = by_leverage(pd.concat([one, one.assign(test_point=8)]))
    assert found is not None
    assert (found.count, found.least) == (MOST_HIGH, pytest.approx(leverage[-MOST_HIGH]))
    tied = by_leverage(one.assign(leverage=np.where(leverage > 0.5, 1.0, 0.1)))
    assert tied is not None
    assert tied.count == 1_500


def test_nothing_is_said_of_leverage_where_it_tells_no_rows_apart_or_there_are_few() -> None:
    assert by_leverage(points(40)) is None
    assert by_leverage(points(FEWEST - 1, leverage=np.linspace(0.1, 0.2, FEWEST - 1))) is None
    assert by_leverage(points(40, leverage=NAN)) is None
    assert by_leverage(points(40, leverage=np.linspace(0.1, 0.2, 40), influence=0.0)) is None


def test_rows_that_matter_are_near_where_distance_falls_with_the_size_of_their_influence() -> None:
    size = np.arange(1.0, 41.0)
    signed = np.where(np.arange(40) % 2, size, -size)
    assert nearness(points(40, influence=signed, distance=1.0 / size)) == pytest.approx(-1.0)
    assert nearness(points(40, influence=signed, distance=size)) == pytest.approx(1.0)
    assert np.isnan(nearness(points(40, influence=signed, distance=NAN)))
    assert told_from_chance(-0.4, 40)
    assert not told_from_chance(0.2, 40)


def test_chance_reaches_the_bound_in_one_order_of_twenty() -> None:
    rng = np.random.default_rng(0)
    rows = points(60, influence=np.arange(1.0, 61.0))
    told = [told_from_chance(nearness(rows.assign(distance=rng.permutation(60))), 60) for _ in range(400)]
    assert 0.02 < np.mean(told) < 0.09


def test_suspects_are_each_row_once_by_how_far_its_own_loss_rises() -> None:
    one = points(4, self_newton=[0.1, 0.9, NAN, 0.5])
    table = pd.concat([one, one.assign(test_point=8)])
    assert suspects(table, 10)["row"].tolist() == [1, 3, 0]
    assert suspects(table, 1)["row"].tolist() == [1]
    by_loss = points(4, self_newton=NAN, loss=[0.2, 0.1, 0.4, NAN])
    assert suspects(by_loss, 10)["row"].tolist() == [2, 0, 1]
    assert (suspicion(table), suspicion(by_loss)) == ("self_newton", "loss")


def test_labels_are_compared_row_by_row() -> None:
    labels = np.array(["a", "b", "a"], dtype=object)
    assert same_label(points(3, label=["a", "a", "b"]), labels) == 1
