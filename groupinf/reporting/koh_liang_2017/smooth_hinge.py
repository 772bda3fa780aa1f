"""Figure 3: a support vector machine, predicted with the derivatives of smooth hinges of several temperatures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from groupinf.effects.methods.influence import Influence
from groupinf.errors import DataError
from groupinf.reporting.drawing.axes import TICK_SIZE, set_logarithmic
from groupinf.reporting.drawing.panes import Pane, Panes, panes_figure
from groupinf.reporting.koh_liang_2017.looks import ROW, square_pane, square_panel
from groupinf.reporting.single_rows.panel import Frame, outside_words
from groupinf.reporting.single_rows.removed import RemovedRows, removed_for_one
from groupinf.reporting.single_rows.smooth_hinge import draw_smooth_hinges, temperature
from groupinf.reporting.words.style import QUIET, line_styles
from groupinf.reporting.words.summary import convention_line, facts_line
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted, number

# the axes and ticks of the authors in (b), ±; on y at t = 0 they are as long as predictions need
FRAME, TICK = 0.025, 0.02
# temperatures that have a curve in (a), and those that have a panel in (b)
CURVES, PANELS = (0.0, 0.001, 0.01, 0.1), (0.0, 0.001, 0.1)
# margins and losses that (a) shows
MARGINS, HIGHEST = (0.8, 1.2), 0.3


def by_temperature(runs: Sequence[Run]) -> dict[float, RemovedRows]:
    """The rows that were left out, by rising temperature.

    Raises DataError where a run is not of a machine, two have one temperature, or their groups or their effects differ.
    """
    found: dict[float, RemovedRows] = {}
    for run in sorted(runs, key=temperature):
        t, of = temperature(run), removed_for_one(run)
        if t in found:
            raise DataError(f"{run.path}: expected each smoothing once, found {number(t)} again")
        first = next(iter(found.values()), of)
        if not np.array_equal(first.actual, of.actual):
            raise DataError(f"{run.path}: expected the same rows retrained, as groupinf evaluate leaves them")
        found[t] = of
    return found


def smooth_hinge_figure(runs: Sequence[Run]) -> Figure:
    """(a) the smooth hinges, (b) influence against actual effects at three temperatures, (c) r against temperature.

    Raises DataError where ``by_temperature`` does, or no run has a temperature of (b).
    """
    found = by_temperature(runs)
    shown = {t: found[t] for t in PANELS if t in found}
    if not shown:
        wanted = ", ".join(number(t) for t in PANELS)
        raise DataError(f"{runs[0].path}: expected a run with a smoothing of {wanted}, found none")
    panels = {t: square_panel(of, Influence.name, Frame(FRAME, FRAME if t else np.inf)) for t, of in shown.items()}
    rows = counted(runs[0].manifest.n_retrained, "training row")
    page = Panes(
        title="Koh and Liang (2017), Figure 3: smooth approximations to the hinge loss",
        facts=(facts_line(runs[0]),),
        y_label="Predicted effect",
        panes=(
            Pane("(a) Smooth hinges", "s, the margin", _draw_curves, y_label="SmoothHinge(s, t)"),
            *(square_pane(f"(b) t = {number(t)}", panel, TICK) for t, panel in panels.items()),
            Pane("(c) Over t", "t", partial(_draw_over, found=found), y_label="Pearson's r"),
        ),
        styles=(),
        foot=(
            f"(b) Each point is one of {rows} that was left out: the hinge loss of the test point after retraining the "
            "machine without it, and its influence with the derivatives of SmoothHinge(s, t) = "
            "t log(1 + exp((1 − s)/t)). The line is predicted = actual; at t = 0 y has an axis of its own.",
            *outside_words(panels.values()),
            convention_line(runs[0]),
        ),
    )
    return panes_figure(page)


def _draw_curves(ax: Axes) -> None:
    styles = line_styles([number(t) for t in CURVES])
    draw_smooth_hinges(ax, MARGINS, {t: style.colour for t, style in zip(CURVES, styles, strict=True)})
    ax.set(xlim=MARGINS, ylim=(0.0, HIGHEST))


def _draw_over(ax: Axes, found: Mapping[float, RemovedRows]) -> None:
    r = {t: of.comparison(Influence.name).pearson for t, of in found.items()}
    smooth = {t: value for t, value in r.items() if t > 0}
    ax.plot(list(smooth), list(smooth.values()), color=ROW.colour, marker="o", markersize=4, linewidth=1.0)
    if 0.0 in r:
        ax.axhline(r[0.0], color=QUIET, linewidth=1.0, linestyle="--")
        ax.annotate("t = 0", (0.03, r[0.0]), xycoords=("axes fraction", "data"), va="bottom", size=TICK_SIZE)
    if smooth:
        set_logarithmic(ax, (min(smooth) / 2, max(smooth) * 2), None)
    ax.set_ylim(0.0, 1.02)
    ax.set_box_aspect(1.0)
