"""Influence against what is left of it without one of its parts or several."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes

from groupinf.analysis.influence_components import FULL, Component, of_mean
from groupinf.reporting.drawing.axes import linear_axis
from groupinf.reporting.drawing.scatter import draw_square
from groupinf.reporting.single_rows.points import PointRows
from groupinf.reporting.words.formats import coefficient
from groupinf.reporting.words.style import KindStyle


def draw_component(ax: Axes, of: PointRows, component: Component, styles: Mapping[str, KindStyle]) -> None:
    """Influence (y) against what is left of it (x), as the authors state them, in styles by ``PointRows.kinds``."""
    x, y = of_mean(of.rows, component.column), of_mean(of.rows, FULL)
    words = f"r = {coefficient(component.pearson)}"
    draw_square(ax, x, y, of.kinds, styles, (linear_axis(x), linear_axis(y)), words, rasterized=True)
