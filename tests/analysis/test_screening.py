"""The groups that go farthest, and what is proven of them, are what holds of all actual effects in their intervals."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from groupinf.analysis.screening import BOTH, FALL, MOST_NEXT, RISE, known, standing

FAR = {RISE: lambda effect: effect, FALL: lambda effect: -effect, BOTH: np.abs}


def table(low: list[float], high: list[float], prediction: list[float] | None = None) -> pd.DataFrame:
    middle = [(a + b) / 2 for a, b in zip(low, high, strict=True)] if prediction is None else prediction
    about = {"group": range(len(low)), "evaluation": "test_loss", "test_point": 3}
    return pd.DataFrame({**about, "prediction": middle, "low": low, "high": high})


@pytest.mark.parametrize("side", [RISE, FALL, BOTH])
@pytest.mark.parametrize("seed", range(40))
def test_what_is_proven_holds_of_all_effects_and_nothing_else_is(side: str, seed: int) -> None:
    """By brute force over the ends of all intervals, and 0 where they hold it, at which distances are least."""
    rng = np.random.default_rng(seed)
    low = rng.normal(size=5)
    high = low + rng.exponential(0.3, size=5)
    found = standing(table(low.tolist(), high.tolist()), side, 2)
    assert found is not None
    first = found.first["group"].to_numpy()
    others = np.setdiff1d(np.arange(5), first)
    ends = [[a, b, *([0.0] if a < 0 < b else [])] for a, b in zip(low, high, strict=True)]
    going = [FAR[side](np.array(effects)) for effects in itertools.product(*ends)]
    assert found.apart == all(far[first].min() > far[others].max() for far in going)
    places = [all(far[first[0]] > np.delete(far, first[0]).max() for far in going)]
    places.append(all(far[first[1]] > far[others].max() for far in going))
    assert found.in_order == (0 if not places[0] else 1 if not places[1] else 2)
    assert found.proven == (found.apart and all(places))
    least = min(far[first].min() for far in going)
    assert found.reaching == sum(any(far[other] >= least for far in going) for other in others)


def test_groups_come_by_their_predictions_and_the_next_by_how_far_they_reach() -> None:
    found = standing(table([0.0, 5.0, 1.0, -9.0], [4.0, 6.0, 1.5, 9.0], [2.0, 5.5, 1.2, 0.0]), RISE, 2)
    assert found is not None
    assert found.first["group"].tolist() == [1, 0]
    assert found.next["group"].tolist() == [3, 2]
    assert (found.groups, found.reaching, found.apart, found.in_order) == (4, 2, False, 0)


def test_nothing_is_proven_without_ends_and_all_is_of_all_groups() -> None:
    endless = standing(table([-np.inf] * 3, [np.inf] * 3, [3.0, 1.0, np.nan]), RISE, 1)
    assert endless is not None
    assert (endless.apart, endless.in_order, endless.reaching) == (False, 0, 2)
    every = standing(table([1.0, 3.0], [2.0, 4.0]), RISE, 9)
    assert every is not None
    assert every.proven
    assert every.next.empty


def test_equal_effects_have_no_proven_order() -> None:
    tied = standing(table([1.0, 1.0, 0.0], [1.0, 1.0, 0.0]), RISE, 2)
    assert tied is not None
    assert tied.first["group"].tolist() == [0, 1]
    assert (tied.apart, tied.in_order, tied.proven) == (True, 0, False)


def test_groups_that_are_predicted_to_go_the_other_way_are_left_out_where_that_is_asked() -> None:
    rows = table([-3.0, 1.0], [-2.0, 2.0])
    assert standing(rows, FALL, 9, that_way=True).first["group"].tolist() == [0]  # type: ignore[union-attr]
    assert len(standing(rows, FALL, 9).first) == 2  # type: ignore[union-attr]
    assert standing(rows.iloc[1:], FALL, 9, that_way=True) is None


def test_no_more_than_a_few_of_the_next_are_kept() -> None:
    ends = np.linspace(0, 1, MOST_NEXT + 8).tolist()
    found = standing(table(ends, ends), RISE, 3)
    assert found is not None
    assert len(found.next) == MOST_NEXT


def test_what_is_known_is_counted() -> None:
    rows = table([1.0, -np.inf, -1.0, -np.inf], [2.0, -1.0, 3.0, np.inf], [1.0, -2.0, 2.0, 0.0])
    found = known(rows)
    assert (found.effects, found.finite, found.one_end, found.signed) == (4, 2, 1, 2)
    assert found.width == 1.5
    assert np.isnan(known(rows.iloc[3:]).width)
