"""Proven intervals are drawn as they are beside the actual effects, and one that fails is always drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from support.theory_frames import small_theory_run

from groupinf.analysis.theory import beside_actual
from groupinf.reporting.drawing import proven_intervals
from groupinf.reporting.drawing.proven_intervals import NEWTON, OUTSIDE, drawn_groups, intervals_figure, shown_measures
from groupinf.reporting.drawing.scatter import evenly


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    run = small_theory_run(tmp_path_factory.mktemp("theory"))
    assert run.theory is not None
    return beside_actual(run.theory, run.effects)


def bars(ax: Axes) -> np.ndarray:
    [lines] = [c for c in ax.collections if isinstance(c, LineCollection)]
    return np.array([[segment[0][0], segment[0][1], segment[1][1]] for segment in lines.get_segments()])


def marks(ax: Axes, colour: str) -> list[list[float]]:
    found = [line for line in ax.lines if to_hex(line.get_color()) == colour.lower() and line.get_marker() != "None"]
    return sorted(pair for line in found for pair in np.column_stack(line.get_data()).tolist())


def test_each_evaluation_is_drawn_on_its_first_test_point_with_intervals(rows: pd.DataFrame) -> None:
    points = rows["test_point"].unique()
    assert shown_measures(rows) == [("test_prediction", points[0]), ("test_loss", points[0]), ("self_loss", -1)]
    first = (rows["evaluation"] == "test_loss") & (rows["test_point"] == points[0])
    one_end = rows.assign(proven_high=rows["proven_high"].where(~first, np.inf))
    assert shown_measures(one_end)[1] == ("test_loss", points[0])
    none = one_end.assign(proven_low=rows["proven_low"].where(~first, -np.inf))
    assert shown_measures(none)[1] == ("test_loss", points[1])
    assert [ax.get_title() for ax in intervals_figure(none, {}).axes] == [
        f"Test prediction, test point {points[0]}",
        f"Test loss, test point {points[1]}",
        "Self-loss, own group",
    ]
    four = pd.concat([rows, rows[rows["evaluation"] == "test_loss"].assign(evaluation="test_margin")])
    assert len(intervals_figure(four, {}).axes) == 3
    with pytest.raises(ValueError, match="expected an interval with an end"):
        intervals_figure(rows.assign(proven_low=-np.inf, proven_high=np.inf), {})


def test_bars_stand_at_the_actual_effect_from_end_to_end_and_newton_is_marked(rows: pd.DataFrame) -> None:
    figure = intervals_figure(rows, {})
    for ax, (evaluation, point) in zip(figure.axes, shown_measures(rows), strict=True):
        own = rows[(rows["evaluation"] == evaluation) & (rows["test_point"] == point)].sort_values("actual")
        low, high = ax.get_ylim()
        assert (low, high) == ax.get_xlim()
        expected = own[["actual", "proven_low", "proven_high"]].to_numpy()
        expected[:, 1:] = np.clip(expected[:, 1:], low, high)
        np.testing.assert_allclose(bars(ax), expected)
        assert marks(ax, NEWTON.colour) == sorted(own[["actual", "newton"]].to_numpy().tolist())
        assert any(list(line.get_xdata()) == list(line.get_ydata()) == [low, high] for line in ax.lines)
        assert marks(ax, OUTSIDE.colour) == []
    assert figure.legends == []


def test_a_bar_without_an_end_goes_on_to_the_edge(rows: pd.DataFrame) -> None:
    one, neither = rows["group"] == 3, rows["group"] == 4
    some = rows.assign(
        proven_high=rows["proven_high"].where(~(one | neither), np.inf),
        proven_low=rows["proven_low"].where(~neither, -np.inf),
    )
    for ax, (evaluation, point) in zip(intervals_figure(some, {}).axes, shown_measures(rows), strict=True):
        own = some[(some["evaluation"] == evaluation) & (some["test_point"] == point)].set_index("group")
        found = {x: (low, high) for x, low, high in bars(ax)}
        low, high = ax.get_ylim()
        assert found[own.loc[3, "actual"]] == (max(own.loc[3, "proven_low"], low), high)
        assert len(found) == own["actual"].drop(4).nunique()
        assert ax.get_ylabel() == "Newton effect and proven interval"


def test_of_many_intervals_some_are_drawn_evenly_and_every_one_that_fails(
    rows: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proven_intervals, "MOST_BARS", 5)
    measure = shown_measures(rows)[1]
    own = rows[(rows["evaluation"] == measure[0]) & (rows["test_point"] == measure[1])]
    failing = own["group"].iloc[[3, 8, 20]]
    wrong = rows.assign(proven_low=rows["proven_low"].where(~rows["group"].isin(failing), rows["actual"] + 1e-3))
    drawn = drawn_groups(wrong, measure)
    assert set(failing) <= set(drawn["group"])
    assert 3 < len(drawn) <= 3 + 5
    kept = own[~own["group"].isin(failing)]["actual"]
    assert {kept.min(), kept.max()} <= set(drawn["actual"])
    figure = intervals_figure(wrong, {})
    assert len(marks(figure.axes[1], OUTSIDE.colour)) == 3
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [NEWTON.name, OUTSIDE.name]


def test_places_are_spread_evenly_over_values_not_over_ranks() -> None:
    crowded = np.concatenate([np.linspace(0, 1, 1000), [5.0, 10.0]])
    found = crowded[evenly(crowded, 11)]
    assert found.tolist() == pytest.approx([0.0, 1.0, 5.0, 10.0])
    assert len(evenly(np.random.default_rng(0).random(10_000), 50)) == 50
    assert sorted(evenly(np.array([2.0, 2.0, 1.0]), 3)) == [0, 1, 2]
    assert evenly(np.full(9, 3.0), 4).size <= 4
