"""One scatter panel: predicted against actual effects of groups."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator, ScalarFormatter
from numpy.typing import NDArray

from groupinf.reporting.drawing.lettering import width_of
from groupinf.reporting.words.formats import coefficient
from groupinf.reporting.words.style import GRID, IDENTITY, SMALL, KindStyle
from groupinf.wording import power_of_ten

# sizes, here and below, were chosen by eye
ALPHA = 0.8
TICK_SIZE = 9.0
_POINT_AREA = 16  # square points
_USUAL_LABEL, _BETWEEN_LABELS = 0.36, 0.06  # inches: of a label such as −0.02, and the least gap to the next
_ENDS = (0.01, 0.99)  # quantiles between which the middle 98 % of the values lie
_MARGIN = 0.06  # of the length of an axis, beyond its outermost values
POINT_EDGE = 0.25  # width of the white edge, which tells points apart where they crowd
_ABOVE = 15.0  # points between the axes and the line on ρ: room for the power of ten at the end of the y axis


Limits = tuple[float, float]


@dataclass(frozen=True)
class Panel:
    """Predicted and actual effects (G,) of all groups for one evaluation and test point.

    ``to_scale``: they are in the same units; else only the order of the predicted ones means anything.
    """

    evaluation: str
    test_point: int
    predicted: NDArray[np.float64]
    actual: NDArray[np.float64]
    spearman: float
    to_scale: bool = True

    @property
    def limits(self) -> tuple[Limits, Limits]:
        """Those of the x axis and of the y axis, the same where effects are to scale."""
        if self.to_scale:
            both = axis_limits(self.predicted, self.actual)
            return both, both
        return axis_limits(self.predicted, self.predicted), axis_limits(self.actual, self.actual)


def axis_limits(predicted: NDArray[np.float64], actual: NDArray[np.float64]) -> tuple[float, float]:
    """Common limits of both axes: all values, but those farther out than the middle 98 % are wide.

    So the middle 98 % always fill a third of the axes or more.
    """
    values = np.concatenate([predicted, actual])
    low, high = np.quantile(values, _ENDS)
    reach = high - low
    inside = values[(values >= low - reach) & (values <= high + reach)]
    low, high = float(inside.min()), float(inside.max())
    margin = _MARGIN * (high - low) or 0.5 * abs(low) or 1.0
    return low - margin, high + margin


def ticks(low: float, high: float) -> tuple[list[float], list[str]]:
    """A few round values between the limits, and their labels."""
    locator = MaxNLocator(nbins=4, steps=[1, 2, 5, 10], min_n_ticks=2)
    places = [float(place) for place in locator.tick_values(low, high) if low <= place <= high]
    formatter = PowerOfTen()
    formatter.create_dummy_axis()
    assert formatter.axis is not None
    formatter.axis.set_view_interval(low, high)
    return places, formatter.format_ticks(places)


def tick_room(panels: Sequence[Panel]) -> float:
    """Inches between panels that labels at their ticks need beyond what the usual ones do."""
    labels = [label for panel in panels for limits in panel.limits for label in ticks(*limits)[1]]
    widest = max((width_of(label, TICK_SIZE) for label in labels), default=0.0)
    return 1.7 * max(0.0, widest - _USUAL_LABEL)  # half a label stands beside the panel at its x axis, too


def hidden_points(panel: Panel) -> int:
    """How many groups lie outside the panel's axes."""
    return int(np.count_nonzero(~_inside(panel)))


def count_styles(kinds: NDArray[np.object_], styles: Mapping[str, KindStyle]) -> dict[KindStyle, int]:
    """Number of groups drawn in each style, in the order of the styles."""
    counts = Counter(styles[kind] for kind in kinds)
    return {style: counts[style] for style in dict.fromkeys(styles.values())}


def draw_panel(
    ax: Axes, panel: Panel, kinds: NDArray[np.object_], styles: Mapping[str, KindStyle], rasterized: bool
) -> None:
    """Draw a point per group and, to scale, the line of slope 1; above the axes ρ and how many groups are hidden.

    ``kinds`` (G,) names the kind of each group. Kinds with fewer groups are drawn over those with more.
    """
    across, up = panel.limits
    ax.axhline(0, color=GRID, linewidth=0.6, zorder=0)
    ax.axvline(0, color=GRID, linewidth=0.6, zorder=0)
    if panel.to_scale:
        ax.plot(across, up, color=IDENTITY, linewidth=1.0, zorder=0.5)
    inside = _inside(panel)
    _draw_points(ax, panel, inside, kinds, styles, rasterized)
    ax.set(xlim=across, ylim=up)
    ax.set_box_aspect(1.0)
    _few_ticks(ax, across, up)
    hidden = int(np.count_nonzero(~inside))
    above = f"ρ = {coefficient(panel.spearman)}" + (f" · {hidden:,} hidden" if hidden else "")
    ax.annotate(
        above,
        xy=(0.5, 1.0),
        xycoords="axes fraction",
        xytext=(0.0, _ABOVE),
        textcoords="offset points",
        ha="center",
        va="baseline",
        size=SMALL,
    )


def _draw_points(
    ax: Axes,
    panel: Panel,
    inside: NDArray[np.bool_],
    kinds: NDArray[np.object_],
    styles: Mapping[str, KindStyle],
    rasterized: bool,
) -> None:
    """The groups (G,) ``inside`` the axes, a call for each style."""
    sides = np.stack([panel.predicted, panel.actual])
    counts = count_styles(kinds, styles)
    drawn = sorted(counts, key=counts.__getitem__, reverse=True)
    position = {kind: drawn.index(style) for kind, style in styles.items()}
    position_of = np.array([position[kind] for kind in kinds])
    for i, style in enumerate(drawn):
        x, y = sides[:, inside & (position_of == i)]
        ax.scatter(
            x,
            y,
            s=_POINT_AREA,
            c=style.colour,
            marker=style.marker,
            alpha=ALPHA,
            linewidths=POINT_EDGE,
            edgecolors="white",
            zorder=1 + 0.4 * (i + 1) / len(drawn),  # below ticks and axes, so that rasterized points make one image
            rasterized=rasterized,
        )


def _inside(panel: Panel) -> NDArray[np.bool_]:
    (left, right), (low, high) = panel.limits
    across = (left <= panel.predicted) & (panel.predicted <= right)
    return np.asarray(across & (low <= panel.actual) & (panel.actual <= high))


class PowerOfTen(ScalarFormatter):
    """Few digits at the ticks and one power of ten at the end of the axis, in plain characters."""

    def __init__(self) -> None:
        super().__init__(useOffset=False)
        self.set_powerlimits((-2, 3))

    def get_offset(self) -> str:
        plain = super().get_offset().replace("−", "-")  # such as 1e-3, or nothing
        return f"×{power_of_ten(int(plain.removeprefix('1e')))}" if plain else ""


def _few_ticks(ax: Axes, across: Limits, up: Limits) -> None:
    """Ticks up the y axis; on the x axis every one, every second or ..., so that labels have room."""
    side = ax.bbox.width / ax.figure.dpi
    places, labels = ticks(*across)
    steps = range(1, len(places) + 1)
    step = next(n for n in steps if _fit(places[::n], labels[::n], side / (across[1] - across[0])))
    for axis, marked in ((ax.xaxis, places[::step]), (ax.yaxis, ticks(*up)[0])):
        axis.set_major_locator(FixedLocator(marked))
        axis.set_major_formatter(PowerOfTen())
        axis.get_offset_text().set_fontsize(SMALL)


def _fit(places: Sequence[float], labels: Sequence[str], inches: float) -> bool:
    """Whether labels, centred at the places, stay apart where a unit is so many inches."""
    widths = [width_of(label, TICK_SIZE) + _BETWEEN_LABELS for label in labels]
    needed = [(a + b) / 2 for a, b in itertools.pairwise(widths)]
    return all((b - a) * inches >= room for (a, b), room in zip(itertools.pairwise(places), needed, strict=True))
