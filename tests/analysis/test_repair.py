"""Means, areas and who is ahead of whom, counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from groupinf.analysis.repair import areas, each_model_once, leads, summary

SHARES = (0.0, 0.1, 0.3)


def repairs(found: dict[str, list[list[float]]]) -> pd.DataFrame:
    """``found`` has, for each order and repeat, the share found after 0, 10 and 30 rows; accuracy is half of it."""
    rows = [
        (repeat, order, int(100 * share), share, value, value, value / 2, 1 - value)
        for order, curves in found.items()
        for repeat, curve in enumerate(curves)
        for share, value in zip(SHARES, curve, strict=True)
    ]
    columns = ["repeat", "order", "inspected", "share", "found_share", "precision", "test_accuracy", "test_loss"]
    return pd.DataFrame(rows, columns=columns).sort_values(["repeat", "order"], kind="stable", ignore_index=True)


def test_mean_and_deviation_are_over_repeats_with_one_less_in_the_denominator() -> None:
    table = summary(repairs({"a": [[0, 0.2, 0.5], [0, 0.4, 0.9]]}))
    assert table["inspected"].tolist() == [0, 10, 30]
    assert table["repeats"].tolist() == [2, 2, 2]
    np.testing.assert_allclose(table["mean_found_share"], [0, 0.3, 0.7])
    np.testing.assert_allclose(table["deviation_found_share"], [0, 0.1 * 2**0.5, 0.2 * 2**0.5])
    np.testing.assert_allclose(table["mean_test_accuracy"], [0, 0.15, 0.35])


def test_one_repeat_has_no_deviation() -> None:
    assert summary(repairs({"a": [[0, 0.2, 0.5]]}))["deviation_found_share"].isna().all()


def test_areas_are_means_of_the_curves_by_trapezoids() -> None:
    found = areas(repairs({"a": [[0, 0.2, 0.5], [0, 0.4, 0.9]], "b": [[0, 0, 0], [0, 1, 1]]}))
    a = [(0.1 * 0.1 + 0.35 * 0.2) / 0.3, (0.2 * 0.1 + 0.65 * 0.2) / 0.3]
    np.testing.assert_allclose(found["found_area_a"], a)
    np.testing.assert_allclose(found["found_area_b"], [0, (0.5 * 0.1 + 0.2) / 0.3])
    np.testing.assert_allclose(found["accuracy_area_a"], np.array(a) / 2)


def test_the_model_before_any_row_is_inspected_counts_once_in_a_repeat() -> None:
    frame = repairs({"a": [[0, 0.2, 0.5], [0, 0.4, 0.9]], "b": [[0, 0, 0], [0, 1, 1]]})
    models = each_model_once(frame)
    assert len(models) == 2 * (1 + 2 * 2)
    assert models.groupby("repeat")["inspected"].agg(list).tolist() == [[0, 10, 30, 10, 30]] * 2


def test_an_order_is_ahead_where_the_difference_exceeds_both_deviations_together() -> None:
    """Deviations are 0.1 and 0.1 (times √½·√2): 0.2 apart is not enough, 0.21 is."""
    half = 0.1 / 2**0.5
    just = {"a": [[0, 0.5 - half, 0.6 - half], [0, 0.5 + half, 0.6 + half]]}
    other = {"b": [[0, 0.31 - half, 0.39 - half], [0, 0.31 + half, 0.39 + half]]}
    frame = repairs(just | other)
    [lead] = leads(summary(frame), pd.DataFrame(areas(frame)), "found_share", "found_area")
    assert (lead.first, lead.second, lead.repeats) == ("a", "b", 2)
    assert lead.shares == (0.1, 0.3)
    assert lead.ahead == (0.3,)
    assert lead.behind == ()
    assert (lead.wins, lead.losses) == (2, 0)
    turned = repairs({"b": other["b"], "a": just["a"]})
    [back] = leads(summary(turned), pd.DataFrame(areas(turned)), "found_share", "found_area")
    assert {back.ahead, back.behind} == {(), (0.3,)}


def test_equal_areas_count_for_neither() -> None:
    frame = repairs({"a": [[0, 0.5, 0.6]], "b": [[0, 0.5, 0.6]]})
    [lead] = leads(summary(frame), pd.DataFrame(areas(frame)), "found_share", "found_area")
    assert (lead.wins, lead.losses, lead.ahead, lead.behind) == (0, 0, (), ())


def test_each_pair_of_orders_is_told_once() -> None:
    frame = repairs({name: [[0, 0.1, 0.2]] for name in "abc"})
    told = leads(summary(frame), pd.DataFrame(areas(frame)), "precision", "found_area")
    assert [(lead.first, lead.second) for lead in told] == [("a", "b"), ("a", "c"), ("b", "c")]
