"""Shares of groups as bars with intervals, and against the sizes of the groups."""

from __future__ import annotations

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

from groupinf.effects.methods.influence import Influence
from groupinf.reporting.drawing.figures import FIGURE_SETTINGS
from groupinf.reporting.drawing.lettering import drawable, shorten_to, width_of
from groupinf.reporting.drawing.page import MARGIN, Legend, box, framed_page
from groupinf.reporting.group_values.tables import left_out_line, shown
from groupinf.reporting.group_values.words import INFLUENCE, Measured, facts_line, interval_line, told, told_line
from groupinf.reporting.words.style import GRID, QUIET, SMALL, TEXT
from groupinf.studies.group_values.result import GroupValuesRun
from groupinf.wording import number

# inches
_PANEL, _BESIDE, _SIZES_HEIGHT, _BAR, _BETWEEN, _ABOVE, _BELOW = 3.6, 0.95, 2.6, 0.23, 1.0, 0.4, 0.62
_LONGEST_LABEL = 1.9
_COLOUR, _NEGATIVE = "#0072B2", "#D55E00"
# sizes of which the largest is so many times the smallest stand on a logarithmic axis
_SPREAD = 30.0
# by column: name, marker, colour, and how far below the middle of its bar, in bars
_MARKS = {
    INFLUENCE: (Influence.label, "o", "#E69F00", -0.17),
    "leave_one_out": ("Leave-one-out", "D", "#009E73", 0.17),
}
_PER_CENT_OFF = 4.0  # points from a mark to the name beside it


def values_figure(run: GroupValuesRun) -> Figure:
    """A row for each measure: left the share of each group as a bar, largest first, with its interval, and what
    influence and leaving it out give; right shares against the number of rows.
    """
    return _drawn(run, side_by_side=True)


def narrow_values_figure(run: GroupValuesRun) -> Figure:
    """The same one below the other, for narrow screens."""
    return _drawn(run, side_by_side=False)


def _drawn(run: GroupValuesRun, side_by_side: bool) -> Figure:
    with matplotlib.style.context(["default", FIGURE_SETTINGS]):
        made = told(run)
        left = _label_room(made)
        first = left + _PANEL
        width = first + (_BESIDE + _PANEL if side_by_side else 0.0) + MARGIN
        heights = [_bars_height(of) for of in made]
        each = [_row_height(height, side_by_side) for height in heights]
        figure, top = framed_page(
            width,
            sum(each),
            f"{run.manifest.values.label}s of groups",
            [facts_line(run)],
            _foot(run, made),
            Legend(*_legend(made)),
        )
        for of, height, down in zip(made, heights, np.cumsum([0.0, *each[:-1]]), strict=True):
            bars = figure.add_axes(box(figure, left, top + down + _ABOVE, _PANEL, height))
            _draw_bars(bars, run, of)
            at = (first + _BESIDE, _ABOVE) if side_by_side else (left, _ABOVE + height + _BETWEEN)
            sizes = figure.add_axes(box(figure, at[0], top + down + at[1], _PANEL, _SIZES_HEIGHT))
            _draw_sizes(sizes, run, of)
    return figure


def _bars_height(of: Measured) -> float:
    return _BAR * (len(shown(of)) + 0.6)


def _row_height(bars: float, side_by_side: bool) -> float:
    panels = max(bars, _SIZES_HEIGHT) if side_by_side else bars + _BETWEEN + _SIZES_HEIGHT
    return _ABOVE + panels + _BELOW


def _label_room(made: list[Measured]) -> float:
    """Inches left of the bars that the names of groups take."""
    names = [name for of in made for name in _names(of)]
    return MARGIN + 0.12 + max(width_of(name, SMALL) for name in names)


def _names(of: Measured) -> list[str]:
    return [shorten_to(drawable(str(name)), SMALL, _LONGEST_LABEL) for name in shown(of)["group_name"]]


def _foot(run: GroupValuesRun, made: list[Measured]) -> list[str]:
    said = [run.manifest.convention, interval_line(run), *dict.fromkeys(filter(None, map(left_out_line, made)))]
    return [*said, *filter(None, [told_line(run)])]


def _legend(made: list[Measured]) -> tuple[list[Line2D], list[str]]:
    """The share, and the marks that any measure has."""
    below = any((of.shares["value"] < 0.0).any() for of in made)
    bars = {"Share": _COLOUR, **({"Negative share": _NEGATIVE} if below else {})}
    lines = [Line2D([], [], color=of, linewidth=6, solid_capstyle="butt", alpha=0.75) for of in bars.values()]
    marks = {key: look for key, look in _MARKS.items() if any(of.shares[key].notna().any() for of in made)}
    handles = [_mark(marker, colour) for _, marker, colour, _ in marks.values()]
    return [*lines, *handles], [*bars, *(label for label, *_ in marks.values())]


def _mark(marker: str, colour: str) -> Line2D:
    return Line2D([], [], linestyle="", marker=marker, color=colour, markersize=5, markeredgecolor="white")


def _draw_bars(ax: Axes, run: GroupValuesRun, of: Measured) -> None:
    rows = shown(of)
    y, value = np.arange(len(rows)), rows["value"].to_numpy()
    colours = [_NEGATIVE if share < 0.0 else _COLOUR for share in value]
    ax.barh(y, value, height=0.72, color=colours, alpha=0.75, zorder=2)
    if not run.manifest.exact:
        reach = np.array([value - rows["low"], rows["high"] - value])
        ax.errorbar(value, y, xerr=reach, linestyle="", color=TEXT, elinewidth=1.0, capsize=2.5, zorder=3)
    for key, (_, marker, colour, below) in _MARKS.items():
        if rows[key].notna().any():
            ax.plot(
                rows[key], y + below, linestyle="", marker=marker, color=colour, markersize=4.5,
                markeredgecolor="white", markeredgewidth=0.6, zorder=4,
            )  # fmt: skip
    ax.use_sticky_edges = False
    ax.axvline(0.0, color=QUIET, linewidth=0.8, zorder=1)
    ax.set_yticks(y, _names(of), size=SMALL)
    ax.set_ylim(len(rows) - 0.2, -0.8)
    ax.tick_params(axis="y", length=0)
    ax.set_title(drawable(of.heading), loc="left", pad=6.0, weight="bold")
    ax.set_xlabel("Share of the worth of all groups" if run.manifest.values.efficient else "Share")
    _numbers(ax, "x")


def _draw_sizes(ax: Axes, run: GroupValuesRun, of: Measured) -> None:
    rows = of.shares
    value = rows["value"].to_numpy()
    if not run.manifest.exact:
        reach = np.array([value - rows["low"], rows["high"] - value])
        ax.errorbar(rows["size"], value, yerr=reach, linestyle="", color=QUIET, elinewidth=0.8, zorder=2)
    colours = [_NEGATIVE if share < 0.0 else _COLOUR for share in value]
    ax.scatter(rows["size"], value, s=26, c=colours, edgecolors="white", linewidths=0.5, zorder=3)
    ax.axhline(0.0, color=QUIET, linewidth=0.8, zorder=1)
    for place in dict.fromkeys((0, len(rows) - 1, int(rows["size"].to_numpy().argmax()))):
        name = shorten_to(drawable(str(rows["group_name"].iloc[place])), SMALL, _LONGEST_LABEL / 2)
        right = rows["size"].iloc[place] ** 2 > float(rows["size"].max()) * float(rows["size"].min())
        ax.annotate(
            name, (rows["size"].iloc[place], value[place]), size=SMALL, color=QUIET,
            xytext=(-_PER_CENT_OFF if right else _PER_CENT_OFF, _PER_CENT_OFF), textcoords="offset points",
            ha="right" if right else "left",
        )  # fmt: skip
    ax.set_title("Shares against sizes", loc="left", pad=6.0)
    ax.set_ylabel("Share", labelpad=4.0)
    ax.margins(x=0.08, y=0.12)
    _numbers(ax, "y")
    if rows["size"].max() > _SPREAD * rows["size"].min():
        ax.set_xscale("log")
        ax.set_xlabel("Rows of the group (logarithmic)")
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
        ax.xaxis.set_minor_formatter(NullFormatter())
        ax.grid(axis="x", color=GRID, linewidth=0.6)
    else:
        ax.set_xlabel("Rows of the group")
        _numbers(ax, "x")


def _numbers(ax: Axes, axis: str) -> None:
    """A few round numbers, and a grid."""
    of = ax.xaxis if axis == "x" else ax.yaxis
    of.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10], min_n_ticks=2))
    of.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    ax.grid(axis="x" if axis == "x" else "y", color=GRID, linewidth=0.6)
    ax.set_axisbelow(True)
