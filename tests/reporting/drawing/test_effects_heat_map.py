"""A heat map has a cell for each effect, white at none, and rows and columns in the order in which they were given."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from groupinf.reporting.drawing.effects_heat_map import (
    EffectsMap,
    draw_colour_bar,
    draw_heat_map,
    heat_map_figure,
)

EFFECTS = np.array([[0.0, 1.0, -1.0, 50.0], [2.0, -2.0, 0.5, 1.5], [1.0, 1.0, 1.0, -1.0]])
MAP = EffectsMap(("a", "b", "病 c"), ("one", "two", "three", "four"), EFFECTS)


def axes(width: float = 4.0) -> Axes:
    return Figure(figsize=(8, 4), dpi=100).add_axes((0.2, 0.2, width / 8, 0.6))


def ticks(ax: Axes, which: str) -> list[str]:
    ax.figure.draw_without_rendering()
    return [text.get_text() for text in getattr(ax, f"get_{which}ticklabels")()]


def test_a_cell_has_the_colour_of_its_effect() -> None:
    ax = axes()
    mesh = draw_heat_map(ax, MAP)
    np.testing.assert_array_equal(mesh.get_array(), EFFECTS)
    low, high = mesh.get_clim()
    assert high == -low == pytest.approx(np.quantile(np.abs(EFFECTS), 0.95))
    colours = mesh.to_rgba(np.array([0.0, 1e9, -1e9, high / 2, -high / 2]))
    np.testing.assert_allclose(colours[:3, :3], [[1, 1, 1], [1, 0, 0], [0, 0, 1]], atol=0.01)
    assert colours[3, 0] > colours[3, 2]
    assert colours[4, 2] > colours[4, 0]


def test_rows_are_sets_from_the_top_and_columns_are_groups_by_name_where_there_is_room() -> None:
    ax = axes()
    draw_heat_map(ax, MAP)
    assert ax.yaxis_inverted()
    assert ticks(ax, "y") == ["a", "b", "□ c"]
    assert ticks(ax, "x") == ["one", "two", "three", "four"]
    narrow = axes(width=0.4)
    draw_heat_map(narrow, MAP)
    assert all(label.isdigit() for label in ticks(narrow, "x"))


@pytest.mark.parametrize("length", [2, 9, 60])
def test_closing_lines_follow_the_names_of_the_groups(length: int) -> None:
    """Between what stands below the map and the closing lines there is no more than 0.4 inches."""
    shown = EffectsMap(MAP.sets, tuple(letter * length for letter in "abcd"), EFFECTS)
    figure = heat_map_figure(shown, "Title", ["facts"], "Effect", ["The closing lines."])
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    [foot] = [text for text in figure.texts if text.get_text() == "The closing lines."]
    label = figure.axes[0].xaxis.label.get_window_extent(renderer)
    gap = (label.y0 - foot.get_window_extent(renderer).y1) / figure.dpi
    assert 0 < gap < 0.4


def test_another_order_takes_names_along() -> None:
    ordered = MAP.ordered(np.array([2, 0, 1]), np.array([3, 2, 1, 0]))
    assert ordered.sets == ("病 c", "a", "b")
    assert ordered.groups == ("four", "three", "two", "one")
    np.testing.assert_array_equal(ordered.effects, EFFECTS[[2, 0, 1]][:, ::-1])


def test_colours_of_mostly_or_only_zero_effects_have_a_scale() -> None:
    assert EffectsMap(("a",), ("x",) * 100, np.r_[np.zeros(99), -3.0][None]).largest == 3.0
    assert EffectsMap(("a",), ("x",), np.zeros((1, 1))).largest == 1.0


def test_the_colour_bar_says_what_it_is_of() -> None:
    ax = axes()
    bar = ax.figure.add_axes((0.9, 0.2, 0.03, 0.6))
    with matplotlib.rc_context({"axes.unicode_minus": True}):
        draw_colour_bar(bar, draw_heat_map(ax, MAP), "Influence")
    assert bar.get_ylabel() == "Influence"
    assert bar.get_ylim() == pytest.approx((-MAP.largest, MAP.largest))
