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
from groupinf.reporting.drawing.figures import ACTUAL_LABEL
from groupinf.reporting.drawing.panes import Pane, Panes, panes_figure
from groupinf.reporting.koh_liang_2017.compared import BLUE, Compared, compared, drawing
from groupinf.reporting.words.style import QUIET, line_styles
from groupinf.reporting.words.summary import convention_line, facts_line
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted, number

# the axes and ticks of the authors in (b), ±; on y at t = 0 they are as wide as the predictions
FRAME, TICKS = 0.025, 0.02
# temperatures that have a curve in (a), and those that have a panel in (b)
CURVES, PANELS = (0.0, 0.001, 0.01, 0.1), (0.0, 0.001, 0.1)
# margins and losses that (a) shows
MARGINS, HIGHEST = (0.8, 1.2), 0.3


def temperature(run: Run) -> float:
    """t of the smooth hinge that a machine is predicted with, 0 of the hinge itself; raises DataError where the run is
    of another model.
    """
    about = run.manifest
    smoothing = about.loss_options.get("smoothing")
    if smoothing is None or about.linearised is not None:
        raise DataError(f"{run.path}: expected the hinge loss and its smoothing, found other losses")
    return smoothing


def by_temperature(runs: Sequence[Run]) -> dict[float, Compared]:
    """Influence beside actual effects, by rising temperature.

    Raises DataError where a run is not of a machine, two have one temperature, or their groups or their effects differ.
    """
    found: dict[float, Compared] = {}
    for run in sorted(runs, key=temperature):
        t, of = temperature(run), compared(run, Influence.name)
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
    panels = [
        Pane(
            f"(b) t = {number(t)}", ACTUAL_LABEL, drawing(of, FRAME, TICKS, to_scale=t > 0), y_label="Predicted effect"
        )
        for t, of in shown.items()
    ]
    outside = next(iter(shown.values())).outside(FRAME, np.inf)
    rows = counted(runs[0].manifest.n_retrained, "training row")
    page = Panes(
        title="Koh and Liang (2017), Figure 3: smooth approximations to the hinge loss",
        facts=(facts_line(runs[0]),),
        y_label="",
        panes=(
            Pane("(a) Smooth hinges", "s, the margin", _draw_curves, y_label="SmoothHinge(s, t)"),
            *panels,
            Pane("(c) Over t", "t", partial(_draw_over, found=found), y_label="Pearson's r"),
        ),
        styles=(),
        foot=(
            f"(b) Each point is one of {rows} that was left out: the hinge loss of the test point after retraining the "
            "machine without it, and its influence with the derivatives of SmoothHinge(s, t) = "
            "t log(1 + exp((1 − s)/t)). The line is predicted = actual; at t = 0 y has an axis of its own.",
            *(
                [f"{counted(outside, 'row')} outside of the authors' axes; the thin frame is theirs."]
                if outside
                else []
            ),
            convention_line(runs[0]),
        ),
    )
    return panes_figure(page)


def _draw_curves(ax: Axes) -> None:
    s = np.linspace(*MARGINS, 401)
    for t, style in zip(CURVES, line_styles([f"t = {number(t)}" for t in CURVES]), strict=True):
        loss = t * np.logaddexp(0.0, (1.0 - s) / t) if t else np.maximum(0.0, 1.0 - s)
        ax.plot(s, loss, color=style.colour, linewidth=1.2, label=style.name)
    ax.set(xlim=MARGINS, ylim=(0.0, HIGHEST))
    ax.legend(frameon=False, fontsize=TICK_SIZE)
    ax.tick_params(labelsize=TICK_SIZE)
    ax.set_box_aspect(1.0)


def _draw_over(ax: Axes, found: Mapping[float, Compared]) -> None:
    smooth = {t: of.pearson for t, of in found.items() if t > 0}
    ax.plot(list(smooth), list(smooth.values()), color=BLUE, marker="o", markersize=4, linewidth=1.0)
    if 0.0 in found:
        ax.axhline(found[0.0].pearson, color=QUIET, linewidth=1.0, linestyle="--")
        ax.annotate(
            "t = 0", (0.03, found[0.0].pearson), xycoords=("axes fraction", "data"), va="bottom", size=TICK_SIZE
        )
    if smooth:
        set_logarithmic(ax, (min(smooth) / 2, max(smooth) * 2), None)
    ax.set_ylim(0.0, 1.02)
    ax.tick_params(labelsize=TICK_SIZE)
    ax.set_box_aspect(1.0)
