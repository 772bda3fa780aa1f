"""Where an order is at its best and worst over λ/n, and which is ahead, are told from tables made by hand."""

from __future__ import annotations

import pandas as pd

from groupinf.analysis.repair_sweep import ahead, spans

# by order and λ/n, the share found in each of two repeats
FOUND = {
    ("first", 0.1): (0.2, 0.4),
    ("first", 1.0): (0.7, 0.3),
    ("first", 10.0): (0.5, 0.5),
    ("second", 0.1): (0.1, 0.1),
    ("second", 1.0): (0.1, 0.1),
    ("second", 10.0): (0.5, 0.5),
    ("third", 0.1): (0.3, 0.3),
    ("third", 1.0): (0.3, 0.3),
    ("third", 10.0): (0.3, 0.3),
}


def table() -> pd.DataFrame:
    rows = [
        {"lam_over_n": value, "order": order, "repeat": repeat, "found_share": share}
        for (order, value), shares in FOUND.items()
        for repeat, share in enumerate(shares)
    ]
    return pd.DataFrame(rows)


def test_spans_have_every_lambda_of_the_least_and_the_most_and_count_repeats() -> None:
    first, second, third = spans(table(), "found_share")
    assert (first.least, first.least_at, first.most, first.most_at) == (0.30000000000000004, (0.1,), 0.5, (1.0, 10.0))
    assert (first.more, first.less, first.repeats) == (1, 1, 2)
    assert (second.least_at, second.most_at, second.more, second.less) == ((0.1, 1.0), (10.0,), 2, 0)
    assert third.least_at == third.most_at == (0.1, 1.0, 10.0)
    assert (third.more, third.less) == (0, 0)


def test_the_orders_ahead_at_each_lambda_are_several_where_they_are_level() -> None:
    assert ahead(table(), "found_share") == {
        ("first", "third"): (0.1,),
        ("first",): (1.0,),
        ("first", "second"): (10.0,),
    }
