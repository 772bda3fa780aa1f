"""An attribute against effects: every group that has it at its place, in its category's colour, and what is said."""

from __future__ import annotations

from dataclasses import replace

import matplotlib.colors
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import spearmanr

from groupinf.reporting.drawing.attribute_scatter import AttributePanel, draw_attribute, rho_words
from groupinf.reporting.drawing.axes import axis_of_most
from groupinf.reporting.words.style import KindStyle

RNG = np.random.default_rng(0)
STYLES = {"ward": KindStyle("Wards", "#1f77b4", "o"), "clinic": KindStyle("Clinics", "#d62728", "s")}
CATEGORIES = np.array(["ward"] * 12 + ["clinic"] * 8, dtype=object)
PANEL = AttributePanel(RNG.uniform(size=20), RNG.normal(size=20), CATEGORIES)
ONE = replace(PANEL, categories=np.full(20, "ward", dtype=object))


def drawn(panel: AttributePanel) -> Axes:
    ax = Figure(figsize=(4, 4)).add_axes((0.2, 0.2, 0.6, 0.6))
    draw_attribute(ax, panel, STYLES)
    return ax


def points(ax: Axes) -> dict[str, list[list[float]]]:
    """The points of each colour."""
    return {
        matplotlib.colors.to_hex(c.get_facecolor()[0]): sorted(np.asarray(c.get_offsets()).tolist())
        for c in ax.collections
        if len(c.get_offsets())
    }


def said(ax: Axes) -> str:
    return " ".join(text.get_text() for text in ax.texts).replace("−", "-")


def test_every_group_is_drawn_where_its_attribute_and_effect_are_in_the_colour_of_its_category() -> None:
    ax = drawn(PANEL)
    for category, style in STYLES.items():
        of = category == CATEGORIES
        assert points(ax)[style.colour] == sorted(np.c_[PANEL.attribute, PANEL.effects][of].tolist())
    assert len(points(ax)) == 2
    [line] = ax.lines
    assert list(line.get_ydata()) == [0, 0]
    assert "hidden" not in said(ax)
    assert "lack" not in said(ax)


def test_categories_have_correlations_of_their_own_and_groups_of_one_also_that_of_sizes() -> None:
    x, y = PANEL.attribute, PANEL.effects
    each = [spearmanr(x[c == CATEGORIES], y[c == CATEGORIES]).statistic for c in STYLES]
    assert said(drawn(PANEL)) == f"ρ = {each[0]:.3f}, {each[1]:.3f}"
    assert "each is over the groups of one colour" in " ".join(rho_words(PANEL))
    every = spearmanr(x, y).statistic, spearmanr(x, np.abs(y)).statistic
    assert said(drawn(ONE)) == f"ρ = {every[0]:.3f}, of sizes {every[1]:.3f}"
    assert "ρ of sizes: that of x and |y|." in rho_words(ONE)
    many = replace(PANEL, categories=np.array([f"c{i % 4}" for i in range(20)], dtype=object))
    assert not many.separate


def test_an_attribute_may_go_with_effects_one_way_in_each_category_and_the_other_way_in_all() -> None:
    x = np.r_[0:5, 5:10].astype(float)
    y = np.r_[5:0:-1, 15:10:-1].astype(float)
    panel = AttributePanel(x, y, np.array(["ward"] * 5 + ["clinic"] * 5, dtype=object))
    assert said(drawn(panel)) == "ρ = -1.000, -1.000"
    assert panel.correlation(np.ones(10, dtype=bool)) > 0


def test_groups_without_the_attribute_are_counted_and_not_drawn() -> None:
    values = np.where(np.arange(20) < 3, np.nan, ONE.attribute)
    panel = replace(ONE, attribute=values)
    ax = drawn(panel)
    assert [len(of) for of in points(ax).values()] == [17]
    assert "3 lack it" in said(ax)
    rho = spearmanr(values[3:], ONE.effects[3:]).statistic
    assert f"ρ = {rho:.3f}" in said(ax)
    with pytest.raises(ValueError, match="expected a group with the attribute"):
        drawn(replace(ONE, attribute=np.full(20, np.nan)))


def test_groups_far_out_are_hidden_and_counted_or_make_an_axis_logarithmic() -> None:
    values = np.append(RNG.uniform(1, 2, size=99), 1e6)
    panel = AttributePanel(values, RNG.normal(size=100), np.full(100, "ward", dtype=object))
    hiding, showing = drawn(replace(panel, rule=axis_of_most)), drawn(panel)
    assert [sum(map(len, points(ax).values())) for ax in (hiding, showing)] == [99, 100]
    assert ["1 hidden" in said(ax) for ax in (hiding, showing)] == [True, False]
    assert [ax.get_xscale() for ax in (hiding, showing)] == ["linear", "symlog"]
    assert showing.get_yscale() == "linear"


def test_a_constant_attribute_has_no_correlation() -> None:
    assert said(drawn(replace(ONE, attribute=np.ones(20)))) == "ρ = –, of sizes –"
