"""One panel: an attribute of groups against their effects, coloured by a category."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from groupinf.analysis.agreement import rank_correlation
from groupinf.reporting.drawing.axes import AxisRule, EffectAxis, axis_of_all, set_axes
from groupinf.reporting.drawing.scatter import draw_points, write_above
from groupinf.reporting.words.formats import coefficient
from groupinf.reporting.words.style import IDENTITY, KindStyle

# in how many categories at most each has a correlation of its own
MOST_CATEGORIES = 3
RHO = "ρ: Spearman's rank correlation of x and y."


@dataclass(frozen=True)
class AttributePanel:
    """An attribute (G,), NaN where a group has none, effects (G,) and a category (G,) of groups.

    ``rule`` gives the axis of values that are drawn along it.
    """

    attribute: NDArray[np.float64]
    effects: NDArray[np.float64]
    categories: NDArray[np.object_]
    rule: AxisRule = axis_of_all

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which groups have the attribute."""
        return np.asarray(~np.isnan(self.attribute))

    @property
    def axes(self) -> tuple[EffectAxis, EffectAxis]:
        """The x axis, of the attribute, and the y axis, of the effects."""
        return self.rule(self.attribute[self.known]), self.rule(self.effects[self.known])

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Which groups lie within the axes."""
        across, up = self.axes
        return across.contains(self.attribute) & up.contains(self.effects)

    @property
    def hidden(self) -> int:
        """How many groups have the attribute and lie outside the axes."""
        return int(np.count_nonzero(self.known & ~self.inside))

    @property
    def separate(self) -> bool:
        """Whether each category has a correlation of its own: what holds in each need not hold in all together."""
        return 1 < len(set(self.categories)) <= MOST_CATEGORIES

    def correlation(self, chosen: NDArray[np.bool_], sizes: bool = False) -> float:
        """Spearman's ρ of the attribute with the effects, or with their ``sizes``, over the chosen groups that have it.

        NaN where either is constant.
        """
        of = self.known & chosen
        effects = self.effects[of]
        return float(rank_correlation(self.attribute[of], np.abs(effects) if sizes else effects))


def draw_attribute(ax: Axes, panel: AttributePanel, styles: Mapping[str, KindStyle], rasterized: bool = False) -> None:
    """Draw a point for each group that has the attribute, and a line at no effect.

    Above the axes stand correlations, as :func:`rho_words` explains, how many groups are hidden, and how many lack the
    attribute. Raises ValueError where no group has it.
    """
    if not panel.known.any():
        raise ValueError("expected a group with the attribute, found none")
    across, up = panel.axes
    inside = panel.inside
    ax.axhline(0, color=IDENTITY, linewidth=1.0, zorder=0)
    draw_points(ax, panel.attribute[inside], panel.effects[inside], panel.categories[inside], styles, rasterized)
    set_axes(ax, across, up)
    ax.set_box_aspect(1.0)
    without = np.count_nonzero(~panel.known)
    words = [_rho(panel, styles)]
    words += [f"{panel.hidden:,} hidden"] if panel.hidden else []
    words += [f"{without:,} lack it"] if without else []
    write_above(ax, " · ".join(words))


def rho_words(panel: AttributePanel) -> tuple[str, str]:
    """What stands above the panel, for the closing lines of a figure."""
    if panel.separate:
        return RHO, "Where there are several, each is over the groups of one colour, in the order of the legend."
    return RHO, "ρ of sizes: that of x and |y|."


def _rho(panel: AttributePanel, styles: Mapping[str, KindStyle]) -> str:
    if panel.separate:
        each = [panel.correlation(panel.categories == category) for category in styles]
        return f"ρ = {', '.join(map(coefficient, each))}"
    every = np.ones(panel.effects.size, dtype=bool)
    return f"ρ = {coefficient(panel.correlation(every))}, of sizes {coefficient(panel.correlation(every, sizes=True))}"
