"""An axis of effects holds what it says, is logarithmic only where a few effects dwarf the rest, and can be read."""

from __future__ import annotations

import math

import numpy as np
import pytest
from matplotlib.figure import Figure

from groupinf.reporting.drawing.axes import EffectAxis, axis_of_all, axis_of_most, set_axes, set_logarithmic

RNG = np.random.default_rng(0)
USUAL = RNG.uniform(-1, 2, size=100)


def test_an_axis_holds_all_values_where_none_is_far_out_and_is_linear() -> None:
    predicted, actual = USUAL[:50], 1.5 * USUAL[50:]
    for rule in (axis_of_most, axis_of_all):
        axis = rule(predicted, actual)
        assert axis.linear_to is None
        assert axis.low < min(predicted.min(), actual.min())
        assert axis.high > max(predicted.max(), actual.max())


@pytest.mark.parametrize("constant", [0.0, -3.0, 1e-300])
def test_an_axis_of_one_value_has_room_around_it(constant: float) -> None:
    for rule in (axis_of_most, axis_of_all):
        axis = rule(np.full(5, constant))
        assert axis.low < constant < axis.high


@pytest.mark.parametrize("far", [1e4, -1e9])
def test_what_is_far_out_is_left_out_or_makes_the_axis_logarithmic(far: float) -> None:
    values = np.append(USUAL, far)
    most, every = axis_of_most(values), axis_of_all(values)
    assert most.linear_to is None
    assert most.contains(values).sum() == 100
    assert every.linear_to == pytest.approx(0.1)  # the median of |values| is 0.1 to 1
    assert 0.1 <= np.median(np.abs(values)) < 1
    assert every.contains(values).all()
    assert not EffectAxis(0.0, 1.0).contains(np.array([1.1]))[0]


@pytest.mark.parametrize(("largest", "linear_to"), [(29.0, None), (31.0, 1.0)])
def test_where_several_are_far_out_the_median_tells_that_they_dominate(largest, linear_to) -> None:
    values = np.append(np.linspace(0.5, 1.5, 21), [largest, 0.7 * largest, 0.5 * largest])
    values[:21] /= np.median(values)
    values *= 3
    assert axis_of_most(values).contains(values).all()
    axis = axis_of_all(values)
    assert axis.linear_to == (None if linear_to is None else pytest.approx(linear_to))
    assert axis.contains(values).all()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("largest", [1e-270, 1e-281, 1e-288, 1e-304, 1e-318])
@pytest.mark.parametrize("decades", [0.0, 8.0])
def test_values_that_matplotlib_cannot_tell_from_0_are_drawn_there(largest: float, decades: float) -> None:
    """Without overflow, whether some are far beyond the others or none."""
    values = RNG.normal(size=40) * 10.0 ** (decades * RNG.normal(size=40))
    with np.errstate(under="ignore"):
        values *= largest / np.abs(values).max()
    axis = axis_of_all(values)
    assert axis.contains(values).all()
    assert (axis.limits == (-1.0, 1.0)) == (largest < 1e-280)
    figure = Figure()
    ax = figure.add_subplot()
    ax.scatter(USUAL[:40], values)
    set_axes(ax, axis_of_all(USUAL), axis)
    figure.draw_without_rendering()
    assert ax.get_ylim() == axis.limits


def test_values_that_all_but_underflow_do_not_stretch_an_axis_over_all_that_floats_reach() -> None:
    values = np.append(np.full(30, 3e-307), [0.4, -0.2])
    axis = axis_of_all(values)
    assert axis.linear_to == pytest.approx(1e-13)
    assert axis.contains(values).all()
    assert 0.4 < axis.high < 100
    assert len(axis.ticks()) >= 2


@pytest.mark.parametrize("count", [4, 12, 30])
def test_one_of_few_values_may_be_far_out(count: int) -> None:
    values = np.append(np.linspace(1, 2, count), 35.0)
    assert axis_of_most(values).contains(values).sum() == count
    assert axis_of_all(values).linear_to is not None
    assert axis_of_all(values).contains(values).all()


@pytest.mark.parametrize("count", range(1, 12))
def test_of_few_values_at_equal_distances_none_is_far_out(count: int) -> None:
    values = np.arange(float(count))
    assert axis_of_most(values).contains(values).all()
    assert axis_of_all(values) == axis_of_most(values)


def test_values_that_are_alike_far_from_0_have_a_linear_axis_that_holds_the_one_far_out() -> None:
    values = np.append(1234.5 + 1e-2 * USUAL, 1300.0)
    assert not axis_of_most(values).contains(values).all()
    axis = axis_of_all(values)
    assert axis.linear_to is None
    assert axis.contains(values).all()
    assert len(axis.ticks()) >= 2


def test_places_on_a_logarithmic_axis() -> None:
    """Decades are equally long, and near 0 the scale is linear and has no kink."""
    axis = EffectAxis(-1e3, 1e3, 1.0)
    at = axis.fractions(np.array([-1e3, -1.0, -0.5, 0.0, 0.5, 1.0, 10.0, 100.0, 1e3]))
    np.testing.assert_allclose(at[[0, 3, 8]], [0, 0.5, 1], atol=1e-12)
    np.testing.assert_allclose(np.diff(at[5:]), (at[8] - at[5]) / 3)
    np.testing.assert_allclose(np.diff(at[1:6]), at[4] - at[3])
    inside, beyond = np.diff(axis.fractions(np.array([1 - 1e-6, 1.0, 1 + 1e-6])))
    assert inside == pytest.approx(beyond, rel=1e-5)
    np.testing.assert_allclose(EffectAxis(-1.0, 3.0).fractions(np.array([-1.0, 0.0, 3.0])), [0, 0.25, 1])


def test_ticks_of_a_logarithmic_axis_are_0_and_powers_of_ten_the_largest_first() -> None:
    axis = EffectAxis(-20.0, 5e3, 0.1)
    assert [label for _, label in axis.ticks()] == ["−10¹", "−10⁰", "−10⁻¹", "0", "10⁻¹", "10⁰", "10¹", "10²", "10³"]
    # a decade is an eighth of the axis or so, and from 0 to 0.1 less; a label of 0.25 inches needs 0.31
    for inches, kept in (
        (12.0, [label for _, label in axis.ticks()]),
        (3.0, ["−10¹", "−10⁰", "0", "10⁰", "10¹", "10²", "10³"]),
        (2.0, ["−10¹", "0", "10¹", "10³"]),
        (1.0, ["0", "10³"]),
    ):
        assert [label for _, label in axis.ticks_apart(inches, lambda _: 0.25)] == kept
    for place, label in axis.ticks():
        assert label.startswith("−") == (place < 0)
        assert place == 0 or math.log10(abs(place)).is_integer()
    values = [place for place, _ in EffectAxis(-1.0, 3.0).ticks()]
    assert values == sorted(values)
    assert {-1.0, 0.0} <= set(values)


@pytest.mark.parametrize("inches", [0.6, 1.5, 4.0])
@pytest.mark.parametrize("axis", [EffectAxis(-1e8, 1e8, 1e-9), EffectAxis(-0.1, 1e3, 1.0), EffectAxis(-1e-3, 5e-3)])
def test_labels_at_ticks_stay_apart(inches: float, axis: EffectAxis) -> None:
    figure = Figure(figsize=(8, 8), dpi=100)
    ax = figure.add_axes((0.2, 0.2, inches / 8, inches / 8))
    set_axes(ax, axis, axis)
    figure.draw_without_rendering()
    assert (ax.get_xlim(), ax.get_ylim()) == (axis.limits, axis.limits)
    for labels in (ax.get_xticklabels(), ax.get_yticklabels()):
        boxes = [label.get_window_extent() for label in labels if label.get_text()]
        assert len(boxes) >= (1 if inches < 1 else 2)
        assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


@pytest.mark.parametrize(
    ("limits", "labels"),
    [
        ((0.5, 2000.0), ["10⁰", "10¹", "10²", "10³"]),
        ((1e-9, 1e9), ["10⁻⁹", "10⁻⁵", "10⁻¹", "10³", "10⁷"]),
        ((0.03, 0.4), ["0.05", "0.1", "0.2"]),
        ((1.5, 1.9), []),
    ],
)
def test_a_logarithmic_axis_has_a_few_powers_of_ten_or_numbers_between_them(limits, labels) -> None:
    ax = Figure().add_subplot()
    set_logarithmic(ax, limits, None)
    assert ax.get_xscale() == "log"
    assert ax.get_yscale() == "linear"
    assert ax.get_xlim() == limits
    assert [label.get_text() for label in ax.get_xticklabels()] == labels
    assert len(ax.xaxis.get_minorticklocs()) == 0
