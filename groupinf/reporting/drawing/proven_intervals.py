"""Intervals that are proven without retraining, beside the actual effects that retraining gave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from groupinf.analysis.theory import has_end, has_interval, is_outside
from groupinf.reporting.drawing.axes import EffectAxis, axis_of_all, set_axes
from groupinf.reporting.drawing.figures import ACTUAL_LABEL, LOGARITHMIC
from groupinf.reporting.drawing.panes import Pane, Panes, panes_figure
from groupinf.reporting.drawing.scatter import evenly
from groupinf.reporting.words.style import GRID, IDENTITY, KindStyle, evaluation_name, panel_name

MOST_PANELS = 3
# intervals of so many groups of a panel are drawn, or none could be told from another
MOST_BARS = 150
NEWTON = KindStyle("Newton effect", "#0072B2", "o")
OUTSIDE = KindStyle("Newton effect, the actual one outside the interval", "#e00000", "X")
_BAR, _OPEN, _BAR_WIDTH = "#a9c9e2", "#e1edf5", 0.9


def shown_measures(rows: pd.DataFrame) -> list[tuple[str, int]]:
    """The first MOST_PANELS evaluations of rows ``beside_actual`` that have intervals with an end, each on its first
    test point that has any.
    """
    first = rows[has_end(rows)].drop_duplicates("evaluation")[["evaluation", "test_point"]]
    return [(str(name), int(point)) for name, point in first.head(MOST_PANELS).itertuples(index=False)]


def drawn_groups(rows: pd.DataFrame, measure: tuple[str, int]) -> pd.DataFrame:
    """The rows of a measure that are drawn: of those whose interval has an end at most MOST_BARS, evenly along the axis
    of actual effects, and any whose actual effect lies outside.
    """
    evaluation, point = measure
    own = rows[(rows["evaluation"] == evaluation) & (rows["test_point"] == point)]
    outside, others = own[is_outside(own)], own[has_end(own) & ~is_outside(own)]
    along = _axis(own).fractions(others["actual"].to_numpy())
    return pd.concat([others.iloc[evenly(along, MOST_BARS)], outside])


def _axis(rows: pd.DataFrame) -> EffectAxis:
    known = rows[has_end(rows) | is_outside(rows)]
    return axis_of_all(known["actual"].to_numpy(), known.newton.to_numpy())


def intervals_figure(rows: pd.DataFrame, names: Mapping[int, str]) -> Figure:
    """A panel for each of the :func:`shown_measures`: actual effects on x, proven intervals as bars and Newton
    predictions as marks on y; a bar that crosses the diagonal holds its actual effect, and one without an end, paler,
    goes on to the edge. ``names`` are those of test points. Raises ValueError where no interval has an end.
    """
    measures = shown_measures(rows)
    if not measures:
        raise ValueError("expected an interval with an end, found none")
    drawn = [drawn_groups(rows, measure) for measure in measures]
    wrong = any(is_outside(own).any() for own in drawn)
    page = Panes(
        title="",
        facts=(),
        y_label="Newton effect and proven interval",
        panes=tuple(_pane(own, measure, names) for own, measure in zip(drawn, measures, strict=True)),
        styles=(NEWTON, OUTSIDE) if wrong else (),
        foot=(),
    )
    return panes_figure(page)


def _pane(rows: pd.DataFrame, measure: tuple[str, int], names: Mapping[int, str]) -> Pane:
    axis = _axis(rows)
    heading = f"{evaluation_name(measure[0])}, {panel_name(*measure, names)}"
    words: Sequence[str] = () if axis.linear_to is None else (LOGARITHMIC,)
    return Pane(heading, ACTUAL_LABEL, partial(_draw, rows=rows, axis=axis), words=tuple(words))


def _draw(ax: Axes, rows: pd.DataFrame, axis: EffectAxis) -> None:
    ax.axhline(0, color=GRID, linewidth=0.6, zorder=0)
    ax.axvline(0, color=GRID, linewidth=0.6, zorder=0)
    x, low, high = (rows[name].to_numpy(dtype=np.float64) for name in ("actual", "proven_low", "proven_high"))
    colours = [_BAR if whole else _OPEN for whole in has_interval(rows)]
    ax.vlines(x, np.maximum(low, axis.low), np.minimum(high, axis.high), colours, linewidth=_BAR_WIDTH, zorder=1)
    ax.plot(axis.limits, axis.limits, color=IDENTITY, linewidth=1.0, zorder=1.5)
    outside = is_outside(rows)
    for style, own in ((NEWTON, ~outside), (OUTSIDE, outside)):
        marks = x[own], rows.newton.to_numpy()[own]
        ax.plot(*marks, linestyle="", marker=style.marker, color=style.colour, markersize=2.2, zorder=2)
    set_axes(ax, axis, axis)
    ax.set_box_aspect(1.0)
