"""Dots stand where their values are, and those that are left out of a large drawing are not the largest."""

from __future__ import annotations

import re

import numpy as np
import pytest

from groupinf.reporting.html.parts.dots import Dots, Scatter, Singled, scatter, thinned


def places(text: str, css: str) -> np.ndarray:
    """(k, 2) places of the dots of a class."""
    [path] = re.findall(rf'class="(?:square )?many {css}" d="([^"]*)"', text)
    return np.array([[float(part) for part in dot.split()] for dot in re.findall(r"M([\d. ]+)h0", path)])


def drawn(x: np.ndarray, y: np.ndarray, **more: object) -> str:
    return scatter(Scatter([Dots("all", "one", x, y)], (), "across", "up", **more), "words").text


def test_dots_stand_along_both_axes_in_proportion() -> None:
    x, y = np.array([0.0, 1.0, 4.0]), np.array([-1.0, 0.0, 1.0])
    found = places(drawn(x, y), "one")
    assert found[:, 0] == pytest.approx(found[0, 0] + (found[2, 0] - found[0, 0]) * x / 4.0, abs=0.11)
    assert found[:, 1] == pytest.approx(found[0, 1] + (found[2, 1] - found[0, 1]) * (y + 1) / 2.0, abs=0.11)
    assert found[0, 1] > found[2, 1]  # up is less


def test_a_dot_on_the_diagonal_of_equal_axes_is_a_prediction_that_is_exact() -> None:
    values = np.array([-2.0, 0.5, 1.0])
    text = drawn(values, values, diagonal=True)
    [line] = re.findall(r'<line class="reference" x1="([\d.]+)" y1="([\d.]+)" x2="([\d.]+)" y2="([\d.]+)"', text)
    x1, y1, x2, y2 = map(float, line)
    for x, y in places(text, "one"):
        assert (x - x1) / (x2 - x1) == pytest.approx((y - y1) / (y2 - y1), abs=0.002)
    assert "reference" not in drawn(values, values)


def test_dots_at_the_same_place_are_drawn_once_and_single_ones_say_what_they_are() -> None:
    same = Dots("a", "one", np.array([1.0, 1.0, 2.0]), np.array([1.0, 1.0, 0.0]))
    other = Dots("b", "two", np.array([1.5]), np.array([0.5]), square=True)
    text = scatter(Scatter([same, other], [Singled(2.0, 0.0, "one", "<row 5>")], "across", "up"), "words").text
    assert len(places(text, "one")) == 2
    assert "<title>&lt;row 5&gt;</title>" in text
    assert 'class="square many two"' in text
    assert text.count("<li>") == 2  # the legend, which a single look does not need
    assert "<li>" not in drawn(np.array([1.0, 2.0]), np.array([1.0, 2.0]))


def test_of_many_dots_half_are_those_farthest_from_0() -> None:
    rng = np.random.default_rng(1)
    y = rng.normal(size=5_000)
    kept = thinned(y, 200)
    assert kept.size == 200 == np.unique(kept).size
    assert {*np.argsort(-np.abs(y))[:100]} <= {*kept}
    assert np.ptp(kept) > 4_800  # the others are from all over
    np.testing.assert_array_equal(thinned(y[:50], 200), np.arange(50))


def test_values_that_are_all_alike_have_a_place() -> None:
    found = places(drawn(np.full(3, 2.0), np.full(3, 0.0)), "one")
    assert found.shape == (1, 2)
    assert np.isfinite(found).all()
